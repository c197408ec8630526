// How times, rates and places are written.
import { expect, test } from 'vitest';
import {
  elapsed,
  endsAt,
  fullName,
  layer,
  meter,
  milliseconds,
  notSent,
  path,
  rate,
  removal,
  since,
  span,
  spread,
  viewerName,
  wasRemoved,
} from './words.ts';

const stats = { layer: null, rtt_ms: null, loss: 0, bitrate_kbps: 0, latency_ms: null, line_kbps: null, capped: null };

test('times', () => {
  expect(elapsed(761_000)).toBe('00:12:41');
  expect(elapsed(360_000_000)).toBe('100:00:00');
  expect(since(0, 59_000)).toBe('just now');
  expect(since(0, 4 * 60_000)).toBe('4 min');
  expect(since(0, 125 * 60_000)).toBe('2 h 5 min');
  expect(milliseconds(31.4)).toBe('31 ms');
  expect(milliseconds(null)).toBeNull();
});

test('when something ends has its day where that is not today', () => {
  const [now, at] = [new Date(2026, 10, 30, 9), (day: number) => new Date(2026, 11, day, 14, 5).getTime()];
  expect(endsAt(at(0), now.getTime())).toMatch(/^0?2:05\sPM$/);
  expect(endsAt(at(2), now.getTime())).toMatch(/^Wed, Dec 2\D+0?2:05\sPM$/);
});

test('what a viewer is not sent', () => {
  expect(notSent({ media: 'audio', mid: '1', reason: 'it has no Opus' })).toBe('No sound: it has no Opus');
  expect(notSent({ media: 'text', mid: '', reason: 'no' })).toBe('No text: no');
});

test('rates', () => {
  expect(rate(2412)).toBe('2.4 Mbit/s');
  expect(rate(640)).toBe('640 kbit/s');
});

test('what a viewer is sent', () => {
  expect(layer(stats)).toBe('connecting');
  expect(layer({ ...stats, layer: { codec: 'h264', rid: 'f', temporal: 2, height: 720 } })).toBe('720p');
  expect(layer({ ...stats, layer: { codec: 'h264', rid: 'q', temporal: 1, height: 180 } })).toBe(
    '180p at half the frames',
  );
});

test('how the way does', () => {
  expect(path(stats)).toEqual({ words: 'no loss', bad: false });
  expect(path({ ...stats, loss: 0.012 })).toEqual({ words: '1.2 % lost', bad: false });
  expect(path({ ...stats, loss: 0.08 })).toEqual({ words: 'network loses 8 %', bad: true });
});

test('the meter spans 60 dB', () => {
  expect(meter(1)).toBe(1);
  expect(meter(0)).toBe(0);
  expect(meter(0.0316)).toBeCloseTo(0.5, 2);
});

test('latencies of many viewers in three figures, without those who told none', () => {
  const viewers = (...ms: (number | null)[]) => ms.map((latency_ms) => ({ stats: { ...stats, latency_ms } }));
  expect(spread(viewers(120.4, null, 9.6, 15))).toEqual({ lowest: 10, median: 15, highest: 120 });
  expect(spread(viewers(40, 20))).toEqual({ lowest: 20, median: 20, highest: 40 });
  expect(spread(viewers(null))).toBeNull();
});

test('how somebody was removed', () => {
  const removed = { id: 7, reason: null, address: '203.0.113.7', browser: 'Firefox, Linux', removed_at: 0 };
  expect(removal({ ...removed, removal: 'kicked' })).toBe('203.0.113.7 · removed for this broadcast');
  expect(removal({ ...removed, removal: 'banned' })).toBe('203.0.113.7 · blocked until you let them back in');
  expect(wasRemoved({ ...removed, removal: 'kicked' })).toBe('Viewer 7, Firefox, Linux, 203.0.113.7 was removed.');
  expect(wasRemoved({ ...removed, removal: 'banned' })).toBe('Viewer 7, Firefox, Linux, 203.0.113.7 was blocked.');
  const blocked = { ...removed, removal: 'blocked' as const, browser: 'unknown' };
  expect(removal(blocked)).toBe('address blocked for this broadcast');
  expect(wasRemoved(blocked)).toBe('203.0.113.7 was blocked for this broadcast.');
});

test('how long it was, in a sentence', () => {
  expect(span(718_000)).toBe('11:58');
  expect(span(3_723_000)).toBe('1:02:03');
});

test('forty who look alike have forty names', () => {
  const alike = Array.from({ length: 40 }, (_, n) => ({ id: n + 1, address: '10.0.0.7', browser: 'Chrome, Linux' }));
  expect(new Set(alike.map(({ id }) => viewerName(id))).size).toBe(40);
  expect(new Set(alike.map(fullName)).size).toBe(40);
});
