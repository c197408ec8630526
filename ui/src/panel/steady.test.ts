// How long something must be so before it is said.
import { expect, test } from 'vitest';
import { follow, steadyFrom, type Steady } from './steady.ts';

const lasts = (from: number, to: number): number => (to < from ? 3000 : 10_000);

function after(first: number, told: [number, number][]): Steady<number> {
  return told.reduce((steady, [measured, at]) => follow(steady, measured, at, lasts), steadyFrom(first));
}

test('worse is said once it has lasted, better later', () => {
  expect(after(3, [[1, 0], [1, 2999]]).shown).toBe(3); // prettier-ignore
  expect(after(3, [[1, 0], [1, 3000]]).shown).toBe(1); // prettier-ignore
  expect(after(1, [[3, 0], [3, 9999]]).shown).toBe(1); // prettier-ignore
  expect(after(1, [[3, 0], [3, 10_000]]).shown).toBe(3); // prettier-ignore
});

test('what came and went was nothing', () => {
  expect(after(3, [[1, 0], [3, 1000], [1, 2000], [1, 4000]]).shown).toBe(3); // prettier-ignore
});

test('two kinds of other, in turn, count together: it is not as shown', () => {
  expect(after(3, [[1, 0], [2, 1000], [1, 3000]]).shown).toBe(1); // prettier-ignore
});

test('while nothing changes it is the same object', () => {
  const steady = steadyFrom(3);
  expect(follow(steady, 3, 1000, lasts)).toBe(steady);
});
