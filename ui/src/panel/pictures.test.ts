// How often pictures are asked for, in which size, and when not.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RETRY_MS, Pictures, type Area } from './pictures.ts';

/** What was asked, and what is answered. */
let asked: { area: Area; after: number }[] = [];
let shown: number[] = [];
let answer: () => Promise<ArrayBuffer | null>;
let pictures: Pictures;

function picture(number: number): ArrayBuffer {
  const bytes = new Uint8Array(8 + 6);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, number, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 2, true);
  return bytes.buffer;
}

beforeEach(() => {
  vi.useFakeTimers();
  [asked, shown] = [[], []];
  answer = () => Promise.resolve(picture(asked.length));
  pictures = new Pictures(
    (area, after) => {
      asked.push({ area, after });
      return answer();
    },
    ({ number }) => shown.push(number),
  );
});

afterEach(() => vi.useRealTimers());

test('fifteen a second, each after the one that is shown', async () => {
  pictures.see(true);
  pictures.resize(832.4, 468.9);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked.length).toBeGreaterThanOrEqual(29);
  expect(asked.length).toBeLessThanOrEqual(31);
  expect(asked[0]).toEqual({ area: { width: 832, height: 468 }, after: 0 });
  expect(asked.slice(1).map(({ after }) => after)).toEqual(shown.slice(0, -1));
});

test('none before there is a place, and none while nobody sees it', async () => {
  pictures.resize(640, 360);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(0);
  pictures.see(true);
  await vi.advanceTimersByTimeAsync(200);
  pictures.see(false);
  const before = asked.length;
  expect(before).toBeGreaterThan(1);
  pictures.resize(320, 180);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(before);
  pictures.see(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked[before]?.area, 'at once, in the size of now').toEqual({ width: 320, height: 180 });
});

test('what comes after the window was hidden is not painted, and is asked for again', async () => {
  let give: (bytes: ArrayBuffer) => void = () => {};
  answer = () => new Promise((resolve) => (give = resolve));
  pictures.see(true);
  pictures.resize(640, 360);
  await vi.advanceTimersByTimeAsync(0);
  pictures.see(false);
  give(picture(5));
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked.length, shown.length]).toEqual([1, 0]);
  pictures.see(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked[1]?.after).toBe(0);
});

test('one at a time, however slow the answer', async () => {
  answer = () => new Promise(() => {});
  pictures.see(true);
  pictures.resize(640, 360);
  await vi.advanceTimersByTimeAsync(1000);
  pictures.resize(320, 180);
  pictures.see(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(1);
});

test('a picture that looks the same is not painted again', async () => {
  pictures.see(true);
  pictures.resize(640, 360);
  await vi.advanceTimersByTimeAsync(100);
  const painted = shown.length;
  answer = () => Promise.resolve(null);
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toHaveLength(painted);
  expect(new Set(asked.slice(painted).map(({ after }) => after))).toEqual(new Set([shown.at(-1)]));
});

test('after a failure it waits, and tries again', async () => {
  answer = () => Promise.reject(new Error('gone'));
  pictures.see(true);
  pictures.resize(640, 360);
  await vi.advanceTimersByTimeAsync(RETRY_MS * 4 - 1);
  expect(asked).toHaveLength(4);
});
