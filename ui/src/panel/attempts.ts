// Who is trying to come in and never connects, as a pure step from one event to the next.
import type { Event } from '../protocol/index.ts';

export interface Attempts {
  address: string;
  count: number;
  blockable: boolean;
  /** When it was told, milliseconds since the Unix epoch. */
  at: number;
}

/** It is told every ten seconds while it goes on; longer silent, it is over. */
export const QUIET_MS = 15_000;

/** More than a glance takes in is no help; the latest stand first. */
const MOST = 3;

export function attempted(now: Attempts[], event: Event & { event: 'attempts' }, at: number): Attempts[] {
  const { address, count, blockable } = event;
  return [{ address, count, blockable, at }, ...without(now, address)].slice(0, MOST);
}

/** The address was dealt with. */
export function without(now: Attempts[], address: string): Attempts[] {
  return now.filter((attempts) => attempts.address !== address);
}

/** Those of which something was told lately; the same list while nothing is over. */
export function recent(now: Attempts[], at: number): Attempts[] {
  const still = now.filter((attempts) => at - attempts.at < QUIET_MS);
  return still.length === now.length ? now : still;
}
