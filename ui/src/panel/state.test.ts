// What each event makes of the panel's state.
import { describe, expect, test } from 'vitest';
import type { Snapshot, Strip, Viewer } from '../protocol/index.ts';
import { settings } from './settings.testing.ts';
import { apply } from './state.ts';

const none = { layer: null, rtt_ms: null, loss: 0, bitrate_kbps: 0, latency_ms: null, line_kbps: null, capped: null };

function viewer(id: number): Viewer {
  return { id, address: '10.0.0.7', browser: 'Firefox, Linux', since_at: 1000, rejected: [], stats: none };
}

const empty: Snapshot = {
  phase: { state: 'offline' },
  rehearsal: null,
  links: null,
  viewers: [],
  removed: [],
  watching: 0,
  peak: 0,
  locked: false,
  passcode: false,
  waiting_room: false,
  knocks: [],
  headphones: { output: null, state: { state: 'off' } },
  strips: [],
  sound: null,
  guest_links: [],
  outside: { waiting: 0, turned_away: 0, no_room: 0 },
  camera: { state: 'off' },
  screen: { state: 'off' },
  microphone: { state: 'off' },
  controls: { microphone_muted: false, camera_off: false, be_right_back: false },
  devices: { cameras: [], microphones: [], outputs: [], programs: [], screens: [], windows: [], desktop_asks: false },
  relays: [],
  settings,
  stats: {
    elapsed_ms: 0,
    encoded_kbps: 0,
    sent_kbps: 0,
    fps: 0,
    width: 0,
    height: 0,
    second_encoder: false,
    left_out: 0,
    given_up: null,
  },
  capacity: null,
  recording: { state: 'off', file: null, seconds: 0, bytes: 0 },
  unfinished_recordings: [],
  chat: {
    mode: 'everyone',
    slow_s: 0,
    links: true,
    unwanted_words: [],
    pinned: null,
    messages: [],
    names: [],
    muted: [],
    hands: [],
  },
};

test('a microphone’s strip comes behind the other microphones, and goes', () => {
  const usual = {
    gain_db: 0,
    mute: false,
    channels: 'auto',
    noise_suppression: false,
    gate: false,
    gate_db: -45,
    solo: false,
  };
  const strip = (strip: Strip['strip']): Strip => ({ strip, ...usual });
  let state: Snapshot = { ...empty, strips: [strip('microphone'), strip('microphone4'), strip('desktop')] };
  state = apply(state, { event: 'strip', ...strip('microphone2'), device: 'Blue' });
  expect(state.strips.map(({ strip }) => strip)).toEqual(['microphone', 'microphone2', 'microphone4', 'desktop']);
  expect(state.strips[1]?.device).toBe('Blue');
  state = apply(state, { event: 'strip_removed', strip: 'microphone2' });
  expect(state.strips.map(({ strip }) => strip)).toEqual(['microphone', 'microphone4', 'desktop']);
});

test('how many more could watch is what was told last, or nothing', () => {
  const capacity = {
    known_by: 'full',
    line: 'uplink',
    carries_kbps: 30_000,
    used_kbps: 12_000,
    room: [{ rid: 'f', height: 720, more: 6 }],
    message: 'Room for 6 more at 720p.',
  } as const;
  const known = apply(empty, { event: 'capacity', capacity: { ...capacity, room: [...capacity.room] } });
  expect(known.capacity).toEqual(capacity);
  expect(apply(known, { event: 'history', points: [] })).toBe(known);
  expect(apply(known, { event: 'capacity', capacity: null }).capacity).toBe(null);
});

describe('recordings', () => {
  test('what the last event says is what it is, and a message that is not said any more is gone', () => {
    const said = { state: 'recording', file: '/v/a.mp4', seconds: 1, bytes: 2, message: 'Little room.' } as const;
    const state = apply(empty, { event: 'recording', ...said });
    expect(state.recording).toEqual(said);
    const after = apply(state, { event: 'recording', state: 'stopped', file: '/v/a.mp4', seconds: 3, bytes: 4 });
    expect(after.recording).toEqual({ state: 'stopped', file: '/v/a.mp4', seconds: 3, bytes: 4 });
  });

  test('what was mended is not offered any more', () => {
    const files = [{ file: '/v/a.mp4', bytes: 7 }];
    const state = apply(empty, { event: 'unfinished_recordings', files });
    expect(state.unfinished_recordings).toEqual(files);
    expect(apply(state, { event: 'unfinished_recordings', files: [] }).unfinished_recordings).toEqual([]);
  });
});

test('a rehearsal is as it was told last, and none when it is over', () => {
  const rehearsal = { watch: 'http://10.0.0.1/w/x', whep: 'http://10.0.0.1/whep/x', findings: [] };
  const state = apply(empty, { event: 'rehearsal', rehearsal });
  expect(state.rehearsal).toEqual(rehearsal);
  expect(apply(state, { event: 'rehearsal', rehearsal: null }).rehearsal).toBeNull();
});

test('what is withheld is each for itself', () => {
  let state = apply(empty, { event: 'mute_microphone', on: true });
  state = apply(state, { event: 'be_right_back', on: true });
  expect(state.controls).toEqual({ microphone_muted: true, camera_off: false, be_right_back: true });
  state = apply(apply(state, { event: 'be_right_back', on: false }), { event: 'camera_off', on: true });
  expect(state.controls).toEqual({ microphone_muted: true, camera_off: true, be_right_back: false });
});

describe('viewers', () => {
  test('the newest stands first, and nobody stands twice', () => {
    let state = apply(empty, { event: 'viewer_joined', viewer: viewer(1) });
    state = apply(state, { event: 'viewer_joined', viewer: viewer(2) });
    state = apply(state, { event: 'viewer_joined', viewer: viewer(1) });
    expect(state.viewers.map((v) => v.id)).toEqual([1, 2]);
  });

  test('who leaves goes', () => {
    const state = apply(apply(empty, { event: 'viewer_joined', viewer: viewer(1) }), {
      event: 'viewer_left',
      viewer: 1,
      reason: 'left',
    });
    expect(state.viewers).toEqual([]);
  });

  test('figures reach the viewer they belong to, and nobody else is touched', () => {
    const two = [viewer(1), viewer(2)].reduce((s, v) => apply(s, { event: 'viewer_joined', viewer: v }), empty);
    const state = apply(two, { event: 'viewers', viewers: [[1, { ...none, rtt_ms: 31 }]] });
    expect(state.viewers.find((v) => v.id === 1)?.stats.rtt_ms).toBe(31);
    expect(state.viewers.find((v) => v.id === 2)).toBe(two.viewers.find((v) => v.id === 2));
  });
});

test('where somebody watches stands in the row', () => {
  let state = apply(empty, { event: 'viewer_joined', viewer: { ...viewer(1), relay: 4 } });
  state = apply(state, { event: 'viewer_joined', viewer: viewer(2) });
  state = apply(state, { event: 'viewer_moved', viewer: 2, relay: 5 });
  state = apply(state, { event: 'viewer_moved', viewer: 1, relay: null });
  expect(state.viewers).toEqual([{ ...viewer(2), relay: 5 }, viewer(1)]);
});

test('a relay is listed as it is now, until somebody stops it', () => {
  const relay = { event: 'relay' as const, relay: 1, engine: 'whip' as const, host: 'live.example.org' };
  let state = apply(empty, { ...relay, state: 'connecting' });
  state = apply(state, { ...relay, relay: 2, state: 'running', message: 'H264 in 3 sizes.' });
  state = apply(state, { ...relay, state: 'waiting', message: 'It is tried again.' });
  expect(state.relays.map((one) => one.state)).toEqual(['waiting', 'running']);
  expect(state.relays[0]).not.toHaveProperty('event');
  state = apply(state, { ...relay, state: 'stopped', gone: true });
  expect(state.relays.map((one) => one.relay)).toEqual([2]);
});

test('a removal is listed until it is forgiven', () => {
  const removed = {
    id: 3,
    removal: 'kicked' as const,
    reason: null,
    address: '10.0.0.7',
    browser: 'Chrome, Windows',
    removed_at: 5,
  };
  const state = apply(empty, { event: 'removed', viewer: removed });
  expect(state.removed).toEqual([removed]);
  expect(apply(state, { event: 'forgiven', viewer: 3 }).removed).toEqual([]);
});

test('attempts are shown for a while, and no part of the state', () => {
  expect(apply(empty, { event: 'attempts', address: '203.0.113.7', count: 20, blockable: true })).toBe(empty);
});

test('who waits and who was turned away is as it was told last', () => {
  const outside = { waiting: 4, turned_away: 2, no_room: 0 };
  expect(apply(empty, { event: 'outside', outside }).outside).toEqual(outside);
});

test('an error changes nothing', () => {
  expect(apply(empty, { event: 'error', code: 'device_lost', message: 'gone' })).toBe(empty);
});
