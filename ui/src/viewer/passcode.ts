/** Saying the passcode to the server, which answers with a cookie. */

import type { Problem } from '../protocol/index.ts';

/** What came of a word. `refused`: for another reason, which the next join is told too. */
export type Said =
  | { is: 'right' }
  | { is: 'wrong' }
  /** Too many wrong ones came from this network. */
  | { is: 'slowed'; retryAfterS: number }
  | { is: 'refused' }
  | { is: 'unreachable' };

/** No answer within this time is none. */
const answerWithinMs = 5000;

export async function sayPasscode(url: string, word: string): Promise<Said> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), answerWithinMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ passcode: word }),
      headers: { 'Content-Type': 'application/json' },
      credentials: 'same-origin',
      signal: timer.signal,
    });
    if (response.ok) return { is: 'right' };
    if (response.status === 429) {
      const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
      return { is: 'slowed', retryAfterS: Number.isNaN(seconds) ? 30 : seconds };
    }
    const { code } = (await response.json()) as Partial<Problem>;
    if (code === 'wrong_passcode') return { is: 'wrong' };
    return code ? { is: 'refused' } : { is: 'unreachable' };
  } catch {
    return { is: 'unreachable' };
  } finally {
    clearTimeout(timeout);
  }
}
