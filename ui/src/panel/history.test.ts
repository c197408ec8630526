// What graphs and words are made of.
import { expect, test } from 'vitest';
import type { HistoryPoint } from '../protocol/index.ts';
import { caption, clock, columns, EACH_MS, figure, GRAPHS, joined, moment, since } from './history.ts';

function point(at: number, changed: Partial<HistoryPoint> = {}): HistoryPoint {
  const still = { watching: 12, sent_kbps: 30_120, encoded_kbps: 2500, fps: 30, cpu: 0.253, left_out: 0 };
  return { at, ...still, latency_ms: 47.2, ...changed };
}

const times = (points: HistoryPoint[]): number[] => points.map(({ at }) => at);

test('what is told comes behind what is known', () => {
  const known = [point(1000), point(6000)];
  expect(times(joined(known, [point(11_000)]))).toEqual([1000, 6000, 11_000]);
  expect(joined(known, [])).toBe(known);
  expect(times(joined(known, [point(6000, { watching: 3 }), point(11_000)]))).toEqual([1000, 6000, 11_000]);
  expect(joined(known, [point(6000, { watching: 3 })])[1]?.watching).toBe(3);
});

test('an hour is kept, and what was hours ago is not, however little came since', () => {
  const hours = Array.from({ length: 2000 }, (_, at) => point(at * EACH_MS));
  const kept = joined([], hours);
  expect(kept.length).toBe(720);
  expect(kept.at(-1)?.at).toBe(1999 * EACH_MS);
  const hour = 720 * EACH_MS;
  const later = 1999 * EACH_MS + hour / 2;
  expect(times(joined(kept, [point(later)]))).toEqual([...times(kept).filter((at) => at > later - hour), later]);
  expect(times(joined(kept, [point(later + hour)]))).toEqual([later + hour]);
});

test('only what is new is asked for, unless the clock was set back', () => {
  expect(since([], 5000)).toBe(null);
  expect(since([point(1000), point(6000)], 7000)).toBe(6000);
  expect(since([point(1000), point(6000)], 5000)).toBe(null);
  expect(times(joined([point(1000), point(9000)], [point(1000), point(6000)]))).toEqual([1000, 6000]);
});

test('between two broadcasts there is a gap', () => {
  const { times, values, points } = columns([point(0), point(5000), point(60_000), point(65_400)]);
  expect(times).toEqual([0, 5, 10, 60, 65.4]);
  expect(values.watching).toEqual([12, 12, null, 12, 12]);
  expect(points[2]).toBe(null);
  expect(columns([])).toMatchObject({ times: [], points: [] });
});

test('each graph has the values of its unit', () => {
  const { values } = columns([point(0), point(5000, { latency_ms: null })]);
  expect(Object.keys(values)).toEqual([...GRAPHS]);
  expect(values.sent[0]).toBeCloseTo(30.12);
  expect(values.cpu[0]).toBeCloseTo(25.3);
  expect(values.latency).toEqual([47.2, null]);
});

test('a value in words, and what nobody measured', () => {
  const one = point(0, { cpu: 0.042 });
  expect(GRAPHS.map((graph) => figure(graph, one))).toEqual(['12', '30.1 Mbit/s', '4.2 %', '0', '47 ms']);
  expect(figure('cpu', point(0))).toBe('25 %');
  expect(figure('latency', point(0, { latency_ms: null }))).toBe('not measured');
});

test('the last value and the highest stand over a graph', () => {
  const points = [point(0, { watching: 141 }), point(5000, { watching: 128, latency_ms: null })];
  expect(caption('watching', points)).toBe('128 now, 141 at most');
  expect(caption('latency', points)).toBe('47 ms now, 47 ms at most');
  expect(caption('latency', [point(0, { latency_ms: null })])).toBe('not measured');
  expect(caption('watching', [])).toBe('not measured');
});

test('a moment has its time and all figures', () => {
  const at = new Date(2026, 10, 30, 14, 3, 20).getTime();
  expect(clock(at, false)).toMatch(/^0?2:03|^14:03/);
  expect(moment(point(at))).toMatch(/:03:20.* · Viewers: 12 · Sent: 30\.1 Mbit\/s · Processor: 25 % · /);
});
