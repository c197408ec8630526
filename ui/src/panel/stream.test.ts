// The one sign of how the stream does.
import { expect, test } from 'vitest';
import type { Snapshot, Viewer } from '../protocol/index.ts';
import { sign, streamHealth } from './stream.ts';

const running = { state: 'running', id: 'a', format: '' } as const;
const failed = { state: 'failed', id: 'a', code: 'device_lost', message: 'gone' } as const;

function snapshot(changed: Partial<Snapshot> = {}, fps = 30): Snapshot {
  const still = {
    camera: running,
    microphone: running,
    settings: { fps: 30 },
    stats: { fps, given_up: null },
    viewers: [],
  };
  return { ...still, ...changed } as unknown as Snapshot;
}

function losing(id: number, loss: number): Viewer {
  const layer = { codec: 'h264', rid: 'f', temporal: 2, height: 720 } as const;
  const stats = { layer, rtt_ms: 20, loss, bitrate_kbps: 2500, latency_ms: null, line_kbps: null, capped: null };
  return { id, address: '', browser: '', since_at: 0, rejected: [], stats };
}

test('the worst thing about it', () => {
  expect(streamHealth(snapshot())).toBe('good');
  expect(streamHealth(snapshot({ camera: failed, microphone: failed }))).toBe('no_picture');
  expect(streamHealth(snapshot({ microphone: failed }, 9))).toBe('no_sound');
  for (const fps of [1, 20, 21, 23]) expect(streamHealth(snapshot({}, fps))).toBe('slow');
  for (const fps of [24, 27, 30]) expect(streamHealth(snapshot({}, fps))).toBe('good');
  expect(streamHealth(snapshot({ camera: { state: 'off' } }, 5))).toBe('good');
});

test('pictures that this computer does not send are its own doing', () => {
  const behind = (left_out: number): Partial<Snapshot> =>
    ({ stats: { fps: 30, given_up: null, left_out } }) as Partial<Snapshot>;
  expect(streamHealth(snapshot(behind(3)))).toBe('behind');
  expect(streamHealth(snapshot({ ...behind(3), viewers: [losing(1, 0.2), losing(2, 0.2)] }))).toBe('behind');
  expect(streamHealth(snapshot(behind(0)))).toBe('good');
  let steady = sign(null, snapshot(behind(3)), 0);
  steady = sign(steady, snapshot(behind(0)), 1000);
  expect(steady.shown, 'a moment is none').toBe('good');
});

function givenUp(given_up: 'rate' | 'size' | null, fps = 15): Partial<Snapshot> {
  return { stats: { fps, given_up } as Snapshot['stats'] };
}

test('what was given up for want of time is said in the place of how few pictures there are', () => {
  expect(streamHealth(snapshot(givenUp('rate')))).toBe('half_rate');
  expect(streamHealth(snapshot(givenUp('size', 9)))).toBe('smaller');
  expect(streamHealth(snapshot({ ...givenUp('size'), camera: failed }))).toBe('no_picture');
  expect(streamHealth(snapshot(givenUp(null)))).toBe('slow');
});

test('and is decided: it comes and goes at once', () => {
  expect(sign(null, snapshot(givenUp('rate')), 0).shown).toBe('half_rate');
  let steady = sign(null, snapshot(), 0);
  for (const [given, shown] of [
    ['rate', 'half_rate'],
    ['size', 'smaller'],
    ['rate', 'half_rate'],
    [null, 'good'],
  ] as const) {
    steady = sign(steady, snapshot(givenUp(given, given ? 15 : 30)), 1000);
    expect(steady.shown).toBe(shown);
  }
});

test('before the first second there are no figures, and nothing is wrong', () => {
  expect(streamHealth(snapshot({}, 0))).toBe('good');
});

test('one viewer who loses has a bad network; most of them have ours in common', () => {
  expect(streamHealth(snapshot({ viewers: [losing(1, 0.2)] }))).toBe('good');
  expect(streamHealth(snapshot({ viewers: [losing(1, 0.2), losing(2, 0.2), losing(3, 0)] }))).toBe('short');
  expect(streamHealth(snapshot({ viewers: [1, 2, 3, 4, 5].map((id) => losing(id, id < 3 ? 0.2 : 0)) }))).toBe('good');
});

test('nor is the first second', () => {
  expect(sign(null, snapshot({}, 10), 0).shown).toBe('good');
  expect(sign(null, snapshot({ camera: failed }), 0).shown).toBe('no_picture');
});

test('a slow second is no sign; a device is known at once', () => {
  let steady = sign(null, snapshot(), 0);
  steady = sign(steady, snapshot({}, 10), 1000);
  steady = sign(steady, snapshot(), 2000);
  expect(steady.shown).toBe('good');
  for (const at of [3000, 6000]) steady = sign(steady, snapshot({}, 10), at);
  expect(steady.shown).toBe('slow');
  expect(sign(steady, snapshot({ camera: failed }), 6001).shown).toBe('no_picture');
});
