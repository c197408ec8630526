// What is read out of who comes and goes.
import { expect, test } from 'vitest';
import type { Event, Knock } from '../protocol/index.ts';
import { announce, EVERY_MS, heard, NOTHING_ANNOUNCED } from './announced.ts';
import { viewer } from './viewer.testing.ts';

const joins: Event = { event: 'viewer_joined', viewer: viewer(1) };
const leaves: Event = { event: 'viewer_left', viewer: 1, reason: 'left' };

test('the first is read out at once, and those who follow in one sentence later', () => {
  const first = announce(heard(NOTHING_ANNOUNCED, joins), 0);
  expect(first.said).toBe('One person joined.');
  const more = [joins, joins, joins, leaves].reduce((now, event) => heard(now, event), first);
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

function knock(id: number, name?: string): Knock {
  const of = { id, guest: false, address: '10.0.0.7', browser: 'Firefox', since_at: 0, was_here: false };
  return name === undefined ? of : { ...of, name };
}

test('who asks to be let in is read out once, from the first on, and not who has gone again', () => {
  const knocks = (id: number, name?: string): Event => ({ event: 'knock', viewer: knock(id, name) });
  const first = announce(heard(NOTHING_ANNOUNCED, knocks(1)), 0);
  expect(first.said).toBe('One person asks to be let in.');
  const named = heard(first, knocks(1, 'Anna'), [knock(1)]);
  expect(named).toBe(first);
  const more = [knocks(2), knocks(2, 'Lena'), knocks(3), joins].reduce(
    (now, event) => heard(now, event, [knock(1)]),
    first,
  );
  expect(announce(more, EVERY_MS).said).toBe('2 people ask to be let in. One person joined.');
  const left: Event = { event: 'knock_left', viewer: 3, reason: 'left' };
  expect(announce(heard(more, left), EVERY_MS).said).toBe('One person asks to be let in. One person joined.');
  expect(heard(first, left)).toBe(first);
});

test('a thousand who knock are a sentence every five seconds', () => {
  let [now, said] = [NOTHING_ANNOUNCED, 0];
  for (let ms = 0; ms < 10_000; ms += 10) {
    const next = announce(heard(now, { event: 'knock', viewer: knock(ms) }), ms);
    if (next.at !== now.at) said++;
    now = next;
  }
  expect(said).toBe(2);
});
