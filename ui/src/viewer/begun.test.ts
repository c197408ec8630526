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
  setRemoteDescription = () => Promise.resolve();
  getReceivers = () => [];
  getStats = () => Promise.resolve(new Map());
  close = () => void (Connection.closed += 1);
}

const never = (): Promise<void> => new Promise(() => {});
const refusal = { code: 'locked', reason: null };

beforeEach(() => {
  Connection.closed = 0;
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(refusal), { status: 403 })));
});

afterEach(() => vi.unstubAllGlobals());

/** The server takes whoever asks. */
function accept(): void {
  vi.stubGlobal(
    'MediaStream',
    class {
      getTracks = () => [];
    },
  );
  const headers = { Location: '/whep/token/session' };
  vi.stubGlobal('fetch', (url: string) => {
    const response = new Response('v=0\r\n', { status: 201, headers });
    Object.defineProperty(response, 'url', { value: url });
    return Promise.resolve(response);
  });
}

function listener(): { said: string[]; on: SessionEvents } {
  const said: string[] = [];
  const note = (what: string) => () => void said.push(what);
  const names = ['held', 'flowing', 'troubled', 'failed', 'refused', 'lost'] as const;
  return { said, on: Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as SessionEvents };
}

test('what was said before somebody listened is told, once; the offer did not wait for that', async () => {
  const begun = new Begun('http://host/whep/token', never);
  const { said, on } = listener();
  await begun.ripe;
  expect(Connection.closed, 'a refused session ends by itself').toBe(1);
  begun.handTo(on);
  expect(said).toEqual(['refused']);
});

test('the stream is shown before there is a page, and the page comes when there is a picture', async () => {
  accept();
  let seen!: () => void;
  const show = vi.fn(() => new Promise<void>((is) => (seen = is)));
  const begun = new Begun('http://host/whep/token', show);
  const ripe = vi.fn();
  void begun.ripe.then(ripe);
  await vi.waitFor(() => expect(show).toHaveBeenCalledOnce());
  expect(ripe).not.toHaveBeenCalled();
  seen();
  await begun.ripe;
  const { said, on } = listener();
  begun.handTo(on);
  expect(said).toEqual(['held']);
  begun.session.leave();
});

test('a page that is there already shows the stream itself', async () => {
  accept();
  const show = vi.fn(never);
  const begun = new Begun('http://host/whep/token', show);
  const { said, on } = listener();
  begun.handTo(on);
  await vi.waitFor(() => expect(said).toEqual(['held']));
  expect(show).not.toHaveBeenCalled();
  begun.session.leave();
});

test('who turns back before the page is there leaves no session, and finds a new one if it comes again', async () => {
  const begun = new Begun('http://host/whep/token', never);
  begun.leaveIfNobodyHasIt();
  await begun.ripe;
  expect(Connection.closed).toBe(1);
  const { said, on } = listener();
  begun.handTo(on);
  expect(said).toEqual(['lost']);
});

test('a session that somebody has is theirs to end', () => {
  const begun = new Begun('http://host/whep/token', never);
  begun.handTo(listener().on);
  begun.leaveIfNobodyHasIt();
  expect(Connection.closed).toBe(0);
});
