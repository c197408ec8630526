// Statistics, out of what browsers tell.
import { expect, test } from 'vitest';
import { figures, type Sample } from './figures.ts';

function report(atMs: number, received: number, lost: number, frames: number): [string, unknown][] {
  const entries = [
    { id: 'V', type: 'codec', mimeType: 'video/H264' },
    { id: 'A', type: 'codec', mimeType: 'audio/opus' },
    {
      id: 'v',
      type: 'inbound-rtp',
      kind: 'video',
      codecId: 'V',
      timestamp: atMs,
      bytesReceived: received * 1000,
      headerBytesReceived: received * 20,
      packetsReceived: received,
      packetsLost: lost,
      framesDecoded: frames,
      frameWidth: 640,
      frameHeight: 360,
    },
    {
      id: 'a',
      type: 'inbound-rtp',
      kind: 'audio',
      codecId: 'A',
      timestamp: atMs,
      bytesReceived: 0,
      packetsReceived: 0,
    },
    { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.031 },
  ];
  return entries.map((entry) => [entry.id, entry]);
}

function after(samples: Sample[], ...told: [string, unknown][][]): ReturnType<typeof figures> {
  let [now] = [figures(samples, told[0] ?? [])];
  for (const next of told.slice(1)) now = figures(now.samples, next);
  return now;
}

test('what a second says', () => {
  const { figures: seen } = after([], report(1000, 100, 0, 10), report(2000, 190, 10, 40));
  expect(seen).toEqual({
    codecs: 'H.264, Opus',
    width: 640,
    height: 360,
    fps: 30,
    kbps: (90 * 1020 * 8) / 1000,
    loss: 10,
    roundTripMs: 31,
  });
});

test('the first look has no rates, and none is made up', () => {
  const { figures: seen } = after([], report(1000, 100, 7, 10));
  expect([seen.fps, seen.kbps, seen.loss]).toEqual([null, null, null]);
});

test('rates are of the last five seconds', () => {
  const told = Array.from({ length: 20 }, (_, n) => report(1000 * n, 100 * n, n < 10 ? 10 * n : 90, 30 * n));
  const { figures: seen, samples } = after([], ...told);
  expect(samples.length).toBe(6);
  expect([seen.fps, seen.loss]).toEqual([30, 0]);
});

test('another session counts anew', () => {
  const { figures: seen, samples } = after([], report(1000, 900, 5, 90), report(2000, 10, 0, 3));
  expect(samples.length).toBe(1);
  expect(seen.fps).toBeNull();
});

test('a browser that tells nothing is told of as that', () => {
  const { figures: seen } = after([], []);
  expect(Object.values(seen).every((value) => value === null)).toBe(true);
});
