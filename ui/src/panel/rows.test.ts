// Which rows of a long list are there.
import { expect, test } from 'vitest';
import { ALL_UP_TO, places, present } from './rows.ts';

const ids = (count: number): number[] => Array.from({ length: count }, (_, n) => 1000 + n);
const none = new Map<number, number>();

test('of a short list all are there, wherever one looks', () => {
  expect(present(places(ids(ALL_UP_TO), none), 0, 10, []).length).toBe(ALL_UP_TO);
  expect(present(places([], none), 0, 700, [])).toEqual([]);
});

test('of a long one those in sight and some beside them, and none is missing at its ends', () => {
  const all = places(ids(1000), none);
  const total = all.tops.at(-1) ?? 0;
  for (let top = 0; top <= total - 700; top += 97) {
    const there = present(all, top, top + 700, []);
    expect(there.length).toBeLessThan(40);
    const seen = ids(1000).flatMap((_, n) => {
      const [from = 0, to = 0] = [all.tops[n], all.tops[n + 1]];
      return to > top && from < top + 700 ? [n] : [];
    });
    expect(seen.filter((n) => !there.includes(n))).toEqual([]);
  }
  expect(present(all, total - 700, total, []).at(-1)).toBe(999);
});

test('rows have the heights that they have, and who was not seen is as high as most', () => {
  const heights = new Map([
    [1000, 150],
    [1001, 60],
    [1002, 60],
  ]);
  expect(places(ids(5), heights)).toEqual({ tops: [0, 150, 210, 270, 330, 390], usual: 60 });
});

test('who is open or has the focus is there wherever one looks, once and in its place', () => {
  const all = places(ids(1000), none);
  const there = present(all, 30_000, 30_700, [3, 520, 999, -1]);
  expect(there[0]).toBe(3);
  expect(there.at(-1)).toBe(999);
  expect(there.filter((n) => n === 520).length).toBe(1);
  expect(there).toEqual([...there].sort((one, other) => one - other));
});
