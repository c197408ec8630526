// Which attempts are shown, and for how long.
import { expect, test } from 'vitest';
import { attempted, QUIET_MS, recent, without, type Attempts } from './attempts.ts';

function told(now: Attempts[], address: string, count: number, at: number): Attempts[] {
  return attempted(now, { event: 'attempts', address, count, blockable: true }, at);
}

test('an address stands once, with its latest count, and the latest stand first', () => {
  const shown = told(told(told([], '203.0.113.7', 20, 0), '203.0.113.8', 20, 1), '203.0.113.7', 420, 2);
  expect(shown.map(({ address, count }) => [address, count])).toEqual([
    ['203.0.113.7', 420],
    ['203.0.113.8', 20],
  ]);
});

test('no more stand there than a glance takes in', () => {
  const shown = [1, 2, 3, 4, 5].reduce((now, n) => told(now, `203.0.113.${n}`, 20, n), [] as Attempts[]);
  expect(shown.map(({ address }) => address)).toEqual(['203.0.113.5', '203.0.113.4', '203.0.113.3']);
});

test('what is over goes, and nothing changes before', () => {
  const shown = told([], '203.0.113.7', 20, 1000);
  expect(recent(shown, 1000 + QUIET_MS - 1)).toBe(shown);
  expect(recent(shown, 1000 + QUIET_MS)).toEqual([]);
});

test('an address that is blocked is dealt with', () => {
  const shown = told(told([], '203.0.113.7', 20, 0), '203.0.113.8', 20, 1);
  expect(without(shown, '203.0.113.7').map(({ address }) => address)).toEqual(['203.0.113.8']);
});
