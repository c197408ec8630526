// Which failed joins are shown, and for how long.
import { expect, test } from 'vitest';
import { came, failed, lately, MOST, SHOWN_MS, type Failed } from './failed.ts';

function told(now: Failed[], address: string, reason: string, at: number): Failed[] {
  return failed(now, { event: 'failed_join', address, browser: 'VLC', reason }, at);
}

test('the same stands once with how often it was told, the latest first, and the oldest goes', () => {
  const again = told(
    told(told([], '203.0.113.7', 'no Opus', 0), '203.0.113.7', 'no SDP', 1),
    '203.0.113.7',
    'no Opus',
    2,
  );
  expect(again.map(({ reason, times, at }) => [reason, times, at])).toEqual([
    ['no Opus', 2, 2],
    ['no SDP', 1, 1],
  ]);
  const numbers = Array.from({ length: MOST + 5 }, (_, n) => n);
  const many = numbers.reduce((now, n) => told(now, `203.0.113.${n}`, 'no Opus', n), [] as Failed[]);
  expect([many.length, many[0]?.address, many.at(-1)?.address]).toEqual([MOST, '203.0.113.54', '203.0.113.5']);
});

test('what is over goes, and nothing changes before', () => {
  const shown = told([], '203.0.113.7', 'no Opus', 1000);
  expect(lately(shown, 999 + SHOWN_MS)).toBe(shown);
  expect(lately(shown, 1000 + SHOWN_MS)).toEqual([]);
});

test('who is in after all has no row any more, and others keep theirs', () => {
  const shown = told(told([], '203.0.113.7', 'no Opus', 0), '203.0.113.8', 'no Opus', 0);
  expect(came(shown, { address: '203.0.113.7', browser: 'VLC' }).map(({ address }) => address)).toEqual([
    '203.0.113.8',
  ]);
  expect(came(shown, { address: '203.0.113.7', browser: 'Firefox' })).toBe(shown);
});
