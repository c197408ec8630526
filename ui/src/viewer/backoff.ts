/** First wait, doubled with every attempt that fails. */
const firstMs = 500;
/** No wait is longer: a host that comes back is found again within this time. */
const longestMs = 10_000;

/**
 * How long to wait before attempt number `attempt` (0 is the first). The first comes almost at once. Every wait is drawn
 * from its upper half, so that a thousand pages that lost the same host do not return in the same instant.
 */
export function backoffMs(attempt: number, random: number): number {
  const wait = attempt === 0 ? firstMs / 2 : Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return Math.round(wait * (0.5 + random / 2));
}

/** The wait before asking again where a person said no for now (full, locked): longer, and growing to a minute. */
export function politeMs(attempt: number, random: number, retryAfterS: number | null): number {
  const asked = Math.max(5, retryAfterS ?? 0) * 1000;
  return Math.round(Math.min(60_000, asked * 1.5 ** Math.min(attempt, 10)) * (1 + random / 4));
}
