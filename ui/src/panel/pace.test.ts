// The figure of pictures a second.
import { expect, test } from 'vitest';
import { NO_PACE, pace } from './pace.ts';

function shown(measured: number[], wanted = 30): number[] {
  let now = NO_PACE;
  return measured.map((fps) => (now = pace(now, fps, wanted)).shown);
}

test('a picture more or less in a second changes nothing', () => {
  expect(shown([30, 29, 31, 30, 28.9, 30, 29.2])).toEqual([30, 30, 30, 30, 30, 30, 30]);
});

test('one slow second is not shown as the pace, several are', () => {
  const seconds = shown([30, 30, 30, 30, 30, 27, 30, 30]);
  expect(seconds.slice(0, 8)).toEqual([30, 30, 30, 30, 30, 30, 30, 30]);
  expect(shown([21, 21, 22, 21, 21, 20.8])).toEqual([21, 21, 21, 21, 21, 21]);
  expect(shown([30, 15, 15, 15, 15, 15]).at(-1)).toBe(15);
});

test('it stays where it is while the mean moves by less than a picture', () => {
  expect(new Set(shown([24, 24.6, 23.5, 24.9, 24.2, 23.8, 24.4]))).toEqual(new Set([24]));
});

test('at the edge of what is wanted it stands still', () => {
  expect(new Set(shown([30, 30, 30, 30, 30, 29.1, 28.9, 29.1, 28.9, 29.1, 29.1, 28.9]))).toEqual(new Set([30]));
  expect(new Set(shown([29, 29.1, 28.9, 29.2, 28.8, 29.4, 29]))).toEqual(new Set([29]));
});

test('what is wanted is said only where it is reached', () => {
  expect(shown([28, 28, 28, 28, 28]).at(-1)).toBe(28);
});

test('before the first second there is no figure', () => {
  expect(shown([0, 0, 30])).toEqual([0, 0, 30]);
});
