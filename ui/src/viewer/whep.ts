/** The HTTP side of a session (WHEP, draft-ietf-wish-whep): create, restart ICE, delete. */

import type { Problem, RefusalCode } from '../protocol/index.ts';

export interface Refusal {
  code: RefusalCode;
  /** The broadcaster's words. */
  reason: string | null;
  retryAfterS: number | null;
}

/** `refused` has a meaning for people, `unreachable` is worth another try. */
export type Created =
  { is: 'created'; url: string; answer: string } | ({ is: 'refused' } & Refusal) | { is: 'unreachable' };

/** No answer within this time is none. */
const answerWithinMs = 5000;

export async function create(whep: string, offer: string): Promise<Created> {
  try {
    const response = await ask(whep, 'POST', offer, { 'Content-Type': 'application/sdp' });
    const location = response.headers.get('Location');
    if (response.status === 201 && location)
      return { is: 'created', url: sessionUrl(whep, location, response.url), answer: await response.text() };
    const refusal = await refused(response);
    return refusal ? { is: 'refused', ...refusal } : { is: 'unreachable' };
  } catch {
    return { is: 'unreachable' };
  }
}

/**
 * A session is below its endpoint. Its name is all that counts of `Location`: a server behind a proxy that takes a path away
 * does not know what stands before its own.
 */
function sessionUrl(whep: string, location: string, base: string): string {
  return `${whep}/${new URL(location, base).pathname.split('/').pop()}`;
}

/** The server's new credentials for an ICE restart; null where the session is gone or the server cannot be reached. */
export async function restart(url: string, fragment: string): Promise<string | null> {
  try {
    const response = await ask(url, 'PATCH', fragment, {
      'Content-Type': 'application/trickle-ice-sdpfrag',
      'If-Match': '*',
    });
    return response.status === 200 ? await response.text() : null;
  } catch {
    return null;
  }
}

/** Outlives the page (`keepalive`), and is waited for by nobody: a session that is not deleted times out by itself. */
export function remove(url: string): void {
  fetch(url, { method: 'DELETE', keepalive: true, credentials: 'same-origin' }).catch(() => {});
}

async function ask(url: string, method: string, body: string, headers: Record<string, string>): Promise<Response> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), answerWithinMs);
  try {
    return await fetch(url, { method, body, headers, credentials: 'same-origin', signal: timer.signal });
  } finally {
    clearTimeout(timeout);
  }
}

/** Null for what is no refusal but a fault for now: a proxy's 502, a host that is just starting. */
async function refused(response: Response): Promise<Refusal | null> {
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const retryAfterS = Number.isNaN(seconds) ? null : seconds;
  const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
  const code = body ? body.code : byStatus[response.status];
  return code ? { code, reason: body?.reason ?? null, retryAfterS } : null;
}

/** For a server, or a proxy before it, that gives no code. */
const byStatus: Record<number, RefusalCode | undefined> = {
  400: 'bad_offer',
  403: 'locked',
  404: 'unknown_link',
  406: 'bad_offer',
  409: 'not_live',
  410: 'retired_link',
  415: 'bad_offer',
  429: 'too_many',
  503: 'full',
};
