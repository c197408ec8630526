// A session that begins before the page is there: nothing that it says is lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Begun } from './begun.ts';
import type { SessionEvents } from './session.ts';

/** A connection that makes its offer, and nothing else. */
class Connection extends EventTarget {
  static closed = 0;
  connectionState = 'new';
  addTransceiver = () => ({ receiver: {} });
  createOffer = () => Promise.resolve({ type: 'offer', sdp: 'v=0\r\n' });
  setLocalDescription = () => Promise.resolve();
  close = () => void (Connection.closed += 1);
}

const refusal = { code: 'locked', reason: null };

beforeEach(() => {
  Connection.closed = 0;
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(refusal), { status: 403 })));
});

afterEach(() => vi.unstubAllGlobals());

function listener(): { said: string[]; on: SessionEvents } {
  const said: string[] = [];
  const note = (what: string) => () => void said.push(what);
  const names = ['held', 'flowing', 'troubled', 'refused', 'lost'] as const;
  return { said, on: Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as SessionEvents };
}

test('what was said before somebody listened is told, once; the offer did not wait for that', async () => {
  const begun = new Begun('http://host/whep/token');
  await begun.session.posted;
  const { said, on } = listener();
  await vi.waitFor(() => expect(Connection.closed, 'a refused session ends by itself').toBe(1));
  begun.handTo(on);
  expect(said).toEqual(['refused']);
});

test('who turns back before the page is there leaves no session, and finds a new one if it comes again', async () => {
  const begun = new Begun('http://host/whep/token');
  begun.leaveIfNobodyHasIt();
  await begun.session.posted;
  expect(Connection.closed).toBe(1);
  const { said, on } = listener();
  begun.handTo(on);
  expect(said).toEqual(['lost']);
});

test('a session that somebody has is theirs to end', () => {
  const begun = new Begun('http://host/whep/token');
  begun.handTo(listener().on);
  begun.leaveIfNobodyHasIt();
  expect(Connection.closed).toBe(0);
});
