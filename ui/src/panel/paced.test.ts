// How often something is told that is changed all the time.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Paced } from './paced.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the first at once, the newest every 50 ms, and the last always', async () => {
  const told: [number, number][] = [];
  const start = Date.now();
  const paced = new Paced<number>(async (value) => void told.push([Date.now() - start, value]));
  for (let ms = 0; ms <= 120; ms += 10) {
    paced.set(ms);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(told.map(([at]) => at)).toEqual([0, 50, 100, 150]);
  expect(told.map(([, value]) => value)).toEqual([0, 40, 90, 120]);
});

test('nothing is told while the one before is not heard yet', async () => {
  const told: number[] = [];
  let heard = (): void => {};
  const paced = new Paced<number>((value) => {
    told.push(value);
    return new Promise<void>((is) => (heard = is));
  });
  [1, 2, 3].forEach((value) => paced.set(value));
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual([1]);
  heard();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([1, 3]);
});
