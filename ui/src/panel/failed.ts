// Who could not be shown anything, and why, as a pure step from one event to the next.
import type { Event, FailureCode, Key } from '../protocol/index.ts';

export interface Failed extends Key {
  address: string;
  browser: string;
  reason: string;
  /** What the page's browser came to, which the panel says in its own words; none where it was the offer. */
  code?: FailureCode;
  /** Whether anything of it arrived here, where that is known. */
  arrived?: boolean;
  /** So often it was told. */
  times: number;
  /** When it was told last, milliseconds since the Unix epoch. */
  at: number;
}

/** Long enough to be read out to who asks, some minutes later, why nothing is shown. */
export const SHOWN_MS = 600_000;

/** Whoever has the link can make a row; the latest stand first, and of the others the oldest go. */
export const MOST = 50;

/** The same again takes the place of what was told before. */
export function failed(now: Failed[], event: Event & { event: 'failed_join' }, at: number): Failed[] {
  const { address, browser, reason, key, values, code, arrived } = event;
  const same = (one: Failed): boolean => one.address === address && one.browser === browser && one.reason === reason;
  const times = (now.find(same)?.times ?? 0) + 1;
  const latest = { address, browser, reason, key, values, code, arrived, times, at };
  return [latest, ...now.filter((one) => !same(one))].slice(0, MOST);
}

/** Who is in is not told of any more; the same list where that is nobody. */
export function came(now: Failed[], { address, browser }: { address: string; browser: string }): Failed[] {
  const still = now.filter((one) => one.address !== address || one.browser !== browser);
  return still.length === now.length ? now : still;
}

/** Those that were told lately; the same list while nothing is over. */
export function lately(now: Failed[], at: number): Failed[] {
  const still = now.filter((one) => at - one.at < SHOWN_MS);
  return still.length === now.length ? now : still;
}
