/** The HTTP side of a session (WHEP, draft-ietf-wish-whep): create, answer a counter-offer, restart ICE, delete. */

import type { Problem, RefusalCode } from '../protocol/index.ts';

export interface Refusal {
  code: RefusalCode;
  /** The broadcaster's words. */
  reason: string | null;
  retryAfterS: number | null;
}

/** `elsewhere`: the stream comes from another server, by its offer. `refused` has a meaning for people, `unreachable` is worth another try. */
export type Created =
  | { is: 'created'; url: string; answer: string }
  | { is: 'elsewhere'; url: string; offer: string }
  | ({ is: 'refused' } & Refusal)
  | { is: 'unreachable' };

/** No answer within this time is none. */
const answerWithinMs = 5000;

const sdp = { 'Content-Type': 'application/sdp' };
/** Browsers change their decoder with the payload type, as a screen is sent in another codec than a camera. */
const offering = { ...sdp, 'Skylark-Codec-Changes': '1' };

/** `anywhere`: the stream may come from another server. */
export async function create(whep: string, offer: string, anywhere: boolean): Promise<Created> {
  try {
    const response = await ask(
      whep,
      'POST',
      offer,
      anywhere ? { ...offering, 'Skylark-Counter-Offer': '1' } : offering,
    );
    const location = response.headers.get('Location');
    if (response.status === 201 && location)
      return { is: 'created', url: sessionUrl(whep, location, response.url), answer: await response.text() };
    // A refusal's body is of another type.
    if (response.status === 406 && location && response.headers.get('Content-Type') === sdp['Content-Type'])
      return { is: 'elsewhere', url: sessionUrl(whep, location, response.url), offer: await response.text() };
    const refusal = await refused(response);
    return refusal ? { is: 'refused', ...refusal } : { is: 'unreachable' };
  } catch {
    return { is: 'unreachable' };
  }
}

/** What became of an answer. `offer`: there is another one, to be answered as well. `refused`: by who offered; `lost`: the session is gone, or the server cannot be reached. */
export type Answered = 'taken' | 'refused' | 'lost' | { offer: string };

/** The answer to a counter-offer. */
export async function answer(url: string, answer: string): Promise<Answered> {
  try {
    const response = await ask(url, 'PATCH', answer, sdp);
    const { status } = response;
    if (status === 204) return 'taken';
    if (status === 200 && response.headers.get('Content-Type') === sdp['Content-Type'])
      return { offer: await response.text() };
    return status === 502 ? 'refused' : 'lost';
  } catch {
    return 'lost';
  }
}

/** Whether the server still has this session; `unknown` where it cannot be asked at this moment. */
export async function presence(url: string): Promise<'there' | 'gone' | 'unknown'> {
  try {
    const { ok, status } = await ask(url, 'HEAD', null, {});
    if (ok) return 'there';
    return status === 404 ? 'gone' : 'unknown';
  } catch {
    return 'unknown';
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

async function ask(
  url: string,
  method: string,
  body: string | null,
  headers: Record<string, string>,
): Promise<Response> {
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
