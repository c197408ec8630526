// Who came, went and asks to be let in, for readers of the screen: many at once are one sentence, at a polite rate.
import type { Event, Knock, ViewerId } from '../protocol/index.ts';
import { say } from './say.ts';

/** Between two sentences. A reader says each to its end, and who listens wants to hear others, too. */
export const EVERY_MS = 5000;

export interface Announced {
  /** What is said now. */
  said: string;
  /** Since when that is. */
  at: number;
  joined: number;
  left: number;
  /** Who asks to be let in, and was not told of. */
  knocked: ViewerId[];
}

export const NOTHING_ANNOUNCED: Announced = { said: '', at: -EVERY_MS, joined: 0, left: 0, knocked: [] };

/** Somebody came, went or knocks; the same where it was something else. `waiting`: who knocked before, as one that says its name knocks again. */
export function heard(before: Announced, event: Event, waiting: Knock[] = []): Announced {
  const { knocked } = before;
  if (event.event === 'knock') {
    const { id } = event.viewer;
    const known = knocked.includes(id) || waiting.some((knock) => knock.id === id);
    return known ? before : { ...before, knocked: [...knocked, id] };
  }
  if (event.event === 'knock_left' && knocked.includes(event.viewer))
    return { ...before, knocked: knocked.filter((id) => id !== event.viewer) };
  if (event.event === 'viewer_joined') return { ...before, joined: before.joined + 1 };
  if (event.event === 'viewer_left') return { ...before, left: before.left + 1 };
  return event.event === 'ended' ? NOTHING_ANNOUNCED : before;
}

/** Once a second, and at each event: the next sentence, where its time has come. */
export function announce(before: Announced, now: number): Announced {
  const { joined, left, knocked, at } = before;
  if (joined + left + knocked.length === 0 || now - at < EVERY_MS) return before;
  const parts = [
    knocked.length > 0 && say('announced.knocked', { count: knocked.length }),
    joined > 0 && say('announced.joined', { count: joined }),
    left > 0 && say('announced.left', { count: left }),
  ];
  return { said: parts.filter(Boolean).join(' '), at: now, joined: 0, left: 0, knocked: [] };
}
