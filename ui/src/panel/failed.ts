// Whose offer could not be answered, as a pure step from one event to the next.
import type { Event } from '../protocol/index.ts';

export interface Failed {
  address: string;
  browser: string;
  reason: string;
  /** When it was told, milliseconds since the Unix epoch. */
  at: number;
}

/** Long enough to be read, and to be read out to who asks why nothing is shown. */
export const SHOWN_MS = 60_000;

/** More than a glance takes in is no help; the latest stand first. */
const MOST = 3;

/** The same again takes the place of what was told before. */
export function failed(now: Failed[], event: Event & { event: 'failed_join' }, at: number): Failed[] {
  const { address, browser, reason } = event;
  const others = now.filter((one) => one.address !== address || one.browser !== browser || one.reason !== reason);
  return [{ address, browser, reason, at }, ...others].slice(0, MOST);
}

/** Those that were told lately; the same list while nothing is over. */
export function lately(now: Failed[], at: number): Failed[] {
  const still = now.filter((one) => at - one.at < SHOWN_MS);
  return still.length === now.length ? now : still;
}
