// Watching, with a browser's connection and socket that the test plays.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PageMessage } from '../protocol/index.ts';
import { begin, type Session, type SessionEvents } from './session.ts';
import { Watch } from './watch.ts';

const place = {
  whep: 'http://host/whep/token',
  events: 'ws://host/w/token/events',
  failed: 'http://host/w/token/failed',
  passcode: 'http://host/w/token/passcode',
};

/** A connection that a browser refuses to make as long as its network is down. */
class Connection extends EventTarget {
  static tried = 0;
  static made = 0;
  static isDown = false;
  connectionState = 'new';
  constructor() {
    super();
    Connection.tried += 1;
    if (Connection.isDown) throw new DOMException('the network is down', 'InvalidStateError');
    Connection.made += 1;
  }
  addTransceiver = () => ({ receiver: {} });
  createOffer = () => Promise.resolve({ type: 'offer', sdp: 'v=0\r\n' });
  setLocalDescription = () => Promise.resolve();
  close = () => {};
}

class Socket extends EventTarget {
  static readonly OPEN = 1;
  static last: Socket;
  readyState: number = Socket.OPEN;
  said: string[] = [];
  constructor() {
    super();
    Socket.last = this;
  }
  send = (said: string) => void this.said.push(said);
  close = () => {};
  hears(message: PageMessage) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

let refusal = { code: 'full', reason: null };
let posts: number;

beforeEach(() => {
  [Connection.tried, Connection.made, Connection.isDown, posts] = [0, 0, false, 0];
  vi.useFakeTimers();
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('fetch', () => {
    posts += 1;
    return Promise.resolve(new Response(JSON.stringify(refusal), { status: 503 }));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what the broadcaster withholds is shown as the socket says it, also after it was lost', () => {
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  Socket.last.dispatchEvent(new Event('open'));
  const muted = { microphone_muted: true, camera_off: false, be_right_back: false };
  Socket.last.hears({ type: 'controls', ...muted });
  expect(watch.view.controls).toEqual(muted);
  Socket.last.hears({ type: 'controls', ...muted, microphone_muted: false });
  expect(watch.view.controls.microphone_muted).toBe(false);
  watch.close();
});

/** A page that was refused, and whose socket is open. */
async function refused(code: string): Promise<Watch> {
  refusal = { code, reason: null };
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  Socket.last.dispatchEvent(new Event('open'));
  Socket.last.hears({ type: 'count', watching: 3 });
  await vi.waitFor(() => expect(watch.view.state.phase.name).toBe(code));
  expect(posts).toBe(1);
  return watch;
}

test('a browser without WebRTC is told of, once', async () => {
  const told: unknown[] = [];
  vi.stubGlobal('RTCPeerConnection', undefined);
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit) => {
    told.push([url, JSON.parse(String(body))]);
    return Promise.reject(new TypeError('the network is down'));
  });
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  watch.open();
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual([['http://host/w/token/failed', { code: 'no_webrtc', session: null }]]);
  expect(watch.view.state.phase.name).toBe('unsupported');
  watch.close();
});

test('while the network is down a browser makes no connection: the page tries again, and plays when it is back', async () => {
  Connection.isDown = true;
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  expect(watch.view.state).toMatchObject({ phase: { name: 'connecting' }, resting: true, attempt: 1 });
  expect(Connection.tried).toBe(1);
  await vi.advanceTimersByTimeAsync(30_000);
  const tried = Connection.tried;
  expect(tried).toBeGreaterThan(1);
  expect(Connection.made).toBe(0);
  Connection.isDown = false;
  watch.reachable();
  expect([Connection.tried, Connection.made]).toEqual([tried + 1, 1]);
  watch.close();
});

test('a network that comes back without a word is found by trying', async () => {
  Connection.isDown = true;
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  await vi.advanceTimersByTimeAsync(10_000);
  Connection.isDown = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(Connection.made).toBe(1);
  watch.close();
});

test('a place that somebody leaves is asked for where the stream is full, and not where it is locked', async () => {
  // The second: somebody came and left, or left and came, within the second in which the count is told.
  for (const [watching, asked] of [
    [2, 2],
    [3, 2],
    [4, 1],
  ] as const) {
    posts = 0;
    const full = await refused('full');
    Socket.last.hears({ type: 'count', watching });
    await vi.advanceTimersByTimeAsync(1500);
    expect(posts, `${watching} of 3`).toBe(asked);
    full.close();
  }
  posts = 0;
  const locked = await refused('locked');
  Socket.last.hears({ type: 'count', watching: 2 });
  await vi.advanceTimersByTimeAsync(1500);
  expect(posts).toBe(1);
  locked.close();
});

test('who was refused asks again when the socket is back, as what it was told meanwhile is lost', async () => {
  const watch = await refused('locked');
  Socket.last.dispatchEvent(new Event('close'));
  await vi.advanceTimersByTimeAsync(1000);
  Socket.last.dispatchEvent(new Event('open'));
  await vi.advanceTimersByTimeAsync(1500);
  expect(posts).toBe(2);
  watch.close();
});

test('who waits without a word of the host reads after a while that it may have gone, until it is heard again', async () => {
  const watch = await refused('locked');
  let there = false;
  const answers = fetch;
  vi.stubGlobal('fetch', () => (there ? answers('') : Promise.reject(new TypeError('nobody is there'))));
  const last = Socket.last;
  last.dispatchEvent(new Event('close'));
  await vi.advanceTimersByTimeAsync(19_000);
  expect(watch.view.state).toMatchObject({ phase: { name: 'locked' }, alone: false });
  await vi.advanceTimersByTimeAsync(2000);
  expect(watch.view.state).toMatchObject({ phase: { name: 'locked' }, alone: true });
  expect(Socket.last, 'it goes on asking').not.toBe(last);
  there = true;
  Socket.last.dispatchEvent(new Event('open'));
  expect(watch.view.state).toMatchObject({ phase: { name: 'locked' }, alone: false });
  await vi.advanceTimersByTimeAsync(25_000);
  expect(watch.view.state.alone, 'and stays so while it is there').toBe(false);
  watch.close();
});

test('what does not concern the picture goes to who listens, and to nobody when nobody does', async () => {
  const watch = await refused('full');
  const heard: string[] = [];
  const off = watch.listen({ holds: () => heard.push('holds'), hear: ({ type }) => heard.push(type) });
  Socket.last.hears({ type: 'chat', messages: [] });
  Socket.last.hears({ type: 'count', watching: 3 });
  Socket.last.hears({ type: 'refused', code: 'muted', of: 'say' });
  off();
  Socket.last.hears({ type: 'chat_deleted', messages: [] });
  expect(heard).toEqual(['chat', 'refused']);
  watch.close();
});

test('as long as a passcode is asked for there is no socket and no title, and both are there when it was said', async () => {
  refusal = { code: 'passcode_needed', reason: null };
  const watch = new Watch(place, null, begin, () => {});
  watch.open();
  const first = Socket.last;
  const closed = vi.spyOn(first, 'close');
  await vi.waitFor(() => expect(watch.view.state.phase.name).toBe('passcode'));
  expect(closed).toHaveBeenCalled();
  first.dispatchEvent(new Event('close'));
  await vi.advanceTimersByTimeAsync(4000);
  expect(Socket.last, 'none is asked for again and again').toBe(first);
  refusal = { code: 'not_live', reason: null };
  watch.said();
  expect(Socket.last).not.toBe(first);
  Socket.last.dispatchEvent(new Event('open'));
  Socket.last.hears({ type: 'state', live: false, title: 'Evening news' });
  expect(watch.view.title).toBe('Evening news');
  Socket.last.hears({ type: 'passcode' });
  expect(watch.view).toMatchObject({ title: '', state: { phase: { name: 'passcode' } } });
  watch.close();
});

test('who says a name before the socket can carry it is called so as soon as it knocks', async () => {
  const watch = await refused('full');
  Socket.last.readyState = 0;
  watch.call('Anna');
  expect(Socket.last.said).toEqual([]);
  Socket.last.readyState = 1;
  Socket.last.hears({ type: 'knocking' });
  expect(Socket.last.said).toEqual([JSON.stringify({ type: 'name', name: 'Anna' })]);
  watch.close();
});

test('who has to wait is told no title, and the picture of who watches goes on', async () => {
  const watch = await refused('full');
  Socket.last.hears({ type: 'state', live: true, title: 'Evening news' });
  Socket.last.hears({ type: 'knocking' });
  expect(watch.view).toMatchObject({ title: '', watching: null, state: { phase: { name: 'knocking' } } });
  watch.close();
});

test('the page of a rehearsal says what arrives by each of its sessions, and that of a broadcast no more than it ever did', () => {
  const sessions: { rehearses: boolean }[] = [];
  let on: SessionEvents | undefined;
  const fake = (_: string, events: SessionEvents): Session => {
    on = events;
    const nothing = (): void => {};
    const session = { rehearses: false, join: nothing, leave: nothing, networkChanged: nothing };
    sessions.push(session);
    return session as unknown as Session;
  };
  const watch = new Watch(place, null, fake, () => {});
  watch.open();
  Socket.last.dispatchEvent(new Event('open'));
  const picture = { packets: 9, lost: 1, decoded: 60 };
  on?.path(picture, -12.4);
  expect(Socket.last.said).toEqual([JSON.stringify({ type: 'path', packets: 9, lost: 1 })]);
  Socket.last.hears({ type: 'state', live: true, title: '' });
  Socket.last.hears({ type: 'rehearsal' });
  expect([watch.view.rehearsal, sessions.at(-1)?.rehearses]).toEqual([true, true]);
  on?.path(picture, -12.4);
  const told = { type: 'path', packets: 9, lost: 1, pictures: 60, sound_late_ms: -12 };
  expect(Socket.last.said.at(-1)).toBe(JSON.stringify(told));
  on?.path({ ...picture, decoded: null }, null);
  expect(Socket.last.said.at(-1), 'what a browser does not tell is not made up').toBe(
    JSON.stringify({ type: 'path', packets: 9, lost: 1 }),
  );
  on?.lost();
  watch.reachable();
  expect(sessions.length).toBe(2);
  expect(sessions.at(-1)?.rehearses).toBe(true);
  watch.close();
});
