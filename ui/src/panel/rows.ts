// Which rows of a long list are there: those in sight and some beside them. Without a page, so that it can be tried without one.

/** Up to so many all are there: that costs nothing, and the browser's own search finds them. */
export const ALL_UP_TO = 100;
/** Before and behind what is in sight, px: what a keyboard or a wheel reaches before the next look. */
const BESIDE = 600;
/** Of a row that was never seen, px. */
const USUAL = 58;

export interface Places {
  /** Where each row begins, and behind the last where that ends. */
  tops: number[];
  usual: number;
}

/** Where the rows stand one below the other; the height of who was not measured is that of most who were. */
export function places(ids: readonly number[], heights: ReadonlyMap<number, number>): Places {
  const usual = common(heights) ?? USUAL;
  const tops = [0];
  let top = 0;
  for (const id of ids) {
    top += heights.get(id) ?? usual;
    tops.push(top);
  }
  return { tops, usual };
}

/** The indices of the rows that are to be there, while what is between `from` and `to` px of the list is in sight; `always` as well. */
export function present({ tops }: Places, from: number, to: number, always: readonly number[]): number[] {
  const count = tops.length - 1;
  if (count <= ALL_UP_TO) return Array.from({ length: count }, (_, index) => index);
  const first = at(tops, from - BESIDE);
  const last = at(tops, to + BESIDE);
  const shown = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const beside = always.filter((index) => index >= 0 && index < count && (index < first || index > last));
  return [...shown, ...beside].sort((one, other) => one - other);
}

/** The row in which that place is. */
function at(tops: number[], place: number): number {
  let [low, high] = [0, tops.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

function common(heights: ReadonlyMap<number, number>): number | undefined {
  const counts = new Map<number, number>();
  for (const height of heights.values()) counts.set(height, (counts.get(height) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
