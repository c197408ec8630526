// Glass-to-glass latency from known times on two clocks.
import { expect, test } from 'vitest';
import { ClockDifference, latencyByPlayoutMs, latencyMs } from './latency.ts';

const now = 1_790_000_000_000;
const ntp = 2_208_988_800_000;

test('a frame is as old as the time since its capture, by one clock', () => {
  const captured = { rtpTimestamp: 9000, captureTimestamp: now - 30, senderCaptureTimeOffset: 0 };
  expect(latencyMs({ rtpTimestamp: 9000, shownAtMs: now }, captured, 0)).toBeCloseTo(30);
});

test("the difference of the machines' clocks and the epoch of NTP are taken out", () => {
  const aheadMs = 5000;
  const captured = { rtpTimestamp: 0, captureTimestamp: ntp + now - 30 + aheadMs, senderCaptureTimeOffset: 0 };
  expect(latencyMs({ rtpTimestamp: 0, shownAtMs: now }, captured, aheadMs)).toBeCloseTo(30);
});

test('the newest frame tells the capture of the one before it, across the wrap of the timestamp', () => {
  const captured = { rtpTimestamp: 1000, captureTimestamp: now, senderCaptureTimeOffset: 0 };
  const shown = { rtpTimestamp: 2 ** 32 - 2000, shownAtMs: now };
  expect(latencyMs(shown, captured, 0)).toBeCloseTo(3000 / 90);
});

test('what cannot be true is no figure', () => {
  const captured = { rtpTimestamp: 0, captureTimestamp: now, senderCaptureTimeOffset: 0 };
  expect(latencyMs({ rtpTimestamp: 0, shownAtMs: now - 5 }, captured, 0), 'shown before it was taken').toBeNull();
  expect(latencyMs({ rtpTimestamp: 0, shownAtMs: now + 60_000 }, captured, 0)).toBeNull();
  expect(latencyMs({ rtpTimestamp: 900_000, shownAtMs: now + 10 }, captured, 0), 'another stream').toBeNull();
});

test('the report that waited least on its way tells the clocks apart', () => {
  const clocks = new ClockDifference();
  expect(clocks.ms).toBeNull();
  clocks.add({ leftAtMs: now + 100, arrivedAtMs: now + 60, roundTripMs: 20 });
  clocks.add({ leftAtMs: now + 1100, arrivedAtMs: now + 1010, roundTripMs: 20 });
  expect(clocks.ms).toBe(100);
});

test('a host whose clock was set is believed after a while', () => {
  const clocks = new ClockDifference();
  clocks.add({ leftAtMs: now + 9000, arrivedAtMs: now, roundTripMs: 0 });
  for (let second = 1; second <= 15; second += 1)
    clocks.add({ leftAtMs: now + second * 1000, arrivedAtMs: now + second * 1000, roundTripMs: 0 });
  expect(clocks.ms).toBe(0);
});

test("a browser's own estimate of what plays serves as well", () => {
  expect(latencyByPlayoutMs(ntp + now - 40, now, 0)).toBe(40);
  expect(latencyByPlayoutMs(now + 10, now, 0)).toBeNull();
});
