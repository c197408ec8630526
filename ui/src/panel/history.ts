// How the last hour went, as the program tells it: points in order, and what graphs and words are made of.
import type { HistoryPoint } from '../protocol/index.ts';
import { decimal, language } from '../shared/words/language.ts';
import { say } from './say.ts';
import { rate } from './words.ts';

/** So long points are kept, as the program keeps them: what comes behind a pause takes the place of what was hours ago. */
const KEPT_MS = 3_600_000;
/** A point is told for so long. */
export const EACH_MS = 5000;
/** What is further apart than this is two broadcasts, or a computer that slept. */
const GAP_MS = 2.5 * EACH_MS;

export const GRAPHS = ['watching', 'sent', 'cpu', 'left_out', 'latency'] as const;
export type Graph = (typeof GRAPHS)[number];

/** What is known already, with what was told of it. */
export function joined(before: HistoryPoint[], told: HistoryPoint[]): HistoryPoint[] {
  const [first] = told;
  if (!first) return before;
  const kept = (told.at(-1) ?? first).at - KEPT_MS;
  // Where the computer's clock was set back, what was known of later is of another clock.
  return [...before.filter(({ at }) => at < first.at), ...told].filter(({ at }) => at > kept);
}

/** From when on points are to be told: the last that is known, unless it is of a time that has not come. */
export function since(points: HistoryPoint[], now: number): number | null {
  const last = points.at(-1);
  return last === undefined || last.at > now ? null : last.at;
}

export function value(graph: Graph, point: HistoryPoint): number | null {
  if (graph === 'watching') return point.watching;
  if (graph === 'sent') return point.sent_kbps / 1000;
  if (graph === 'cpu') return point.cpu * 100;
  return graph === 'left_out' ? point.left_out : point.latency_ms;
}

/** Seconds since the epoch, and each graph's values; a gap has a place of its own, without a value. */
export interface Columns {
  times: number[];
  values: Record<Graph, (number | null)[]>;
  /** Which point stands there; null in a gap. */
  points: (HistoryPoint | null)[];
}

export function columns(points: HistoryPoint[]): Columns {
  const places = points.flatMap((point, at): { at: number; point: HistoryPoint | null }[] => {
    const before = points[at - 1];
    const here = { at: point.at, point };
    return before && point.at - before.at > GAP_MS ? [{ at: before.at + EACH_MS, point: null }, here] : [here];
  });
  const of = (graph: Graph): (number | null)[] => places.map(({ point }) => (point ? value(graph, point) : null));
  return {
    times: places.map(({ at }) => at / 1000),
    values: Object.fromEntries(GRAPHS.map((graph) => [graph, of(graph)])) as Columns['values'],
    points: places.map(({ point }) => point),
  };
}

/** "12", "30 Mbit/s", "25 %", "47 ms": a value in words; none: nobody measured it. */
export function figure(graph: Graph, point: HistoryPoint): string {
  if (graph === 'watching') return whole(point.watching);
  if (graph === 'sent') return rate(point.sent_kbps);
  if (graph === 'cpu') return say('figures.percent', { percent: decimal(point.cpu * 100, point.cpu < 0.1 ? 1 : 0) });
  if (graph === 'left_out') return whole(point.left_out);
  return point.latency_ms === null
    ? say('figures.unknown')
    : say('time.milliseconds', { ms: Math.round(point.latency_ms) });
}

/** The last value and the highest, as they stand over a graph. */
export function caption(graph: Graph, points: HistoryPoint[]): string {
  const known = points.filter((point) => value(graph, point) !== null);
  const last = known.at(-1);
  if (!last) return say('figures.unknown');
  const highest = known.reduce((most, point) =>
    (value(graph, point) ?? 0) > (value(graph, most) ?? 0) ? point : most,
  );
  return say('figures.caption', { last: figure(graph, last), most: figure(graph, highest) });
}

/** "14:03:20": when it was. */
export function clock(at: number, seconds = true): string {
  const form: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (seconds) form.second = '2-digit';
  return new Intl.DateTimeFormat(language(), form).format(at);
}

/** All that is known of one moment. */
export function moment(point: HistoryPoint): string {
  const figures = GRAPHS.map((graph) => `${say(`figures.${graph}`)}: ${figure(graph, point)}`);
  return [clock(point.at), ...figures].join(' · ');
}

function whole(value: number): string {
  return decimal(value, 0);
}
