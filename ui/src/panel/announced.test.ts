// What is read out of who comes and goes.
import { expect, test } from 'vitest';
import type { Event } from '../protocol/index.ts';
import { announce, EVERY_MS, heard, NOTHING_ANNOUNCED } from './announced.ts';
import { viewer } from './viewer.testing.ts';

const joins: Event = { event: 'viewer_joined', viewer: viewer(1) };
const leaves: Event = { event: 'viewer_left', viewer: 1, reason: 'left' };

test('the first is read out at once, and those who follow in one sentence later', () => {
  const first = announce(heard(NOTHING_ANNOUNCED, joins), 0);
  expect(first.said).toBe('One person joined.');
  const more = [joins, joins, joins, leaves].reduce(heard, first);
  expect(announce(more, EVERY_MS - 1)).toBe(more);
  expect(announce(more, EVERY_MS).said).toBe('3 people joined. One person left.');
  expect(announce(announce(more, EVERY_MS), 9 * EVERY_MS).said).toBe('3 people joined. One person left.');
});

test('a thousand a second are a sentence every five seconds', () => {
  let [now, said] = [NOTHING_ANNOUNCED, 0];
  for (let ms = 0; ms < 20_000; ms++) {
    const next = announce(heard(now, joins), ms);
    if (next.at !== now.at) said++;
    now = next;
  }
  expect(said).toBe(4);
});

test('when it ends nothing is left to say', () => {
  expect(heard(heard(NOTHING_ANNOUNCED, joins), { event: 'ended' } as Event)).toBe(NOTHING_ANNOUNCED);
});
