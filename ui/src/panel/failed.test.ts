// Which failed joins are shown, and for how long.
import { expect, test } from 'vitest';
import { failed, lately, SHOWN_MS, type Failed } from './failed.ts';

function told(now: Failed[], address: string, reason: string, at: number): Failed[] {
  return failed(now, { event: 'failed_join', address, browser: 'VLC', reason }, at);
}

test('the same stands once, the latest first, and no more than a glance takes in', () => {
  const twice = told(
    told(told([], '203.0.113.7', 'no Opus', 0), '203.0.113.7', 'no SDP', 1),
    '203.0.113.7',
    'no Opus',
    2,
  );
  expect(twice.map(({ reason, at }) => [reason, at])).toEqual([
    ['no Opus', 2],
    ['no SDP', 1],
  ]);
  const many = [1, 2, 3, 4, 5].reduce((now, n) => told(now, `203.0.113.${n}`, 'no Opus', n), [] as Failed[]);
  expect(many.map(({ address }) => address)).toEqual(['203.0.113.5', '203.0.113.4', '203.0.113.3']);
});

test('what is over goes, and nothing changes before', () => {
  const shown = told([], '203.0.113.7', 'no Opus', 1000);
  expect(lately(shown, 999 + SHOWN_MS)).toBe(shown);
  expect(lately(shown, 1000 + SHOWN_MS)).toEqual([]);
});
