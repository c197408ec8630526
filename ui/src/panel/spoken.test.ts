// Whether somebody speaks.
import { expect, test } from 'vitest';
import { SILENT, spoken } from './spoken.ts';

test('a voice is heard on either side, and a quiet room is not', () => {
  expect(spoken(SILENT, [0, 0.05], 0).speaks).toBe(true);
  expect(spoken(SILENT, [0.05, 0], 0).speaks).toBe(true);
  expect(spoken(SILENT, [0.002, 0.002], 0)).toBe(SILENT);
});

test('it lasts from one word to the next, and not for ever', () => {
  let now = spoken(SILENT, [0.05, 0.05], 1000);
  now = spoken(now, [0, 0], 2900);
  expect(now.speaks).toBe(true);
  now = spoken(now, [0.05, 0.05], 2950);
  now = spoken(now, [0, 0], 4900);
  expect(now.speaks).toBe(true);
  expect(spoken(now, [0, 0], 4950).speaks).toBe(false);
});
