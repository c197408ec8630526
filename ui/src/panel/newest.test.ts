// What is told of what changes faster than it can be told.
import { expect, test } from 'vitest';
import { Newest } from './newest.ts';

/** All that waits for nothing is done. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

test('one at a time, then the newest', async () => {
  const told: number[] = [];
  let heard = (): void => {};
  const newest = new Newest<number>((value) => {
    told.push(value);
    return new Promise<void>((is) => (heard = is));
  });
  [1, 2, 3].forEach((value) => newest.set(value));
  await settled();
  expect(told).toEqual([1]);
  heard();
  await settled();
  expect(told).toEqual([1, 3]);
  newest.set(4);
  newest.forget();
  heard();
  await settled();
  newest.set(5);
  expect(told).toEqual([1, 3, 5]);
});

test('one that could not be told is no reason to tell no other', async () => {
  const told: number[] = [];
  const newest = new Newest<number>((value) => {
    told.push(value);
    return value === 1 ? Promise.resolve().then(() => Promise.reject(new Error('refused'))) : Promise.resolve();
  });
  const lost = new Promise<unknown>((is) => process.once('unhandledRejection', is));
  newest.set(1);
  expect(await lost).toEqual(new Error('refused'));
  newest.set(2);
  expect(told).toEqual([1, 2]);
});
