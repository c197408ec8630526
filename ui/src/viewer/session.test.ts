// A session's life with a peer connection that the test plays.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Session, type SessionEvents } from './session.ts';

const credentials = 'a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n';
const media = 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\n';
const sdp = `v=0\r\n${media}${credentials}`;

/** What a browser's connection does, as far as a session asks for it; the test says when it is connected. */
class Connection extends EventTarget {
  static last: Connection;
  static made = 0;
  connectionState = 'new';
  iceConnectionState = 'new';
  localDescription = { sdp: 'a=candidate:1 1 udp 1 192.0.2.1 1 typ host' };
  offers: RTCOfferOptions[] = [];
  constructor() {
    super();
    Connection.last = this;
    Connection.made += 1;
  }
  addTransceiver() {
    return { receiver: {} };
  }
  createOffer(options: RTCOfferOptions) {
    this.offers.push(options);
    return Promise.resolve({ type: 'offer', sdp });
  }
  createAnswer = () => Promise.resolve({ type: 'answer', sdp });
  setLocalDescription = () => Promise.resolve();
  described: string[] = [];
  setRemoteDescription({ type }: RTCSessionDescriptionInit) {
    this.described.push(type);
    return Promise.resolve();
  }
  getReceivers = () => [];
  getStats = () => Promise.resolve(new Map());
  closed = false;
  close() {
    this.closed = true;
  }
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }
}

class Stream {
  getTracks = () => [];
}

let asked: string[];
/** Of each POST: it may be answered by an offer of another server's. */
let anywhere: boolean[];
/** The stream comes from elsewhere; what its server says of the answer, once so many further offers were answered, and whether the session is still there. */
let elsewhere: { taken: number; there: number; more?: number } | null;

beforeEach(() => {
  asked = [];
  anywhere = [];
  elsewhere = null;
  Connection.made = 0;
  vi.useFakeTimers();
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('MediaStream', Stream);
  vi.stubGlobal('fetch', (url: string, { method, headers }: RequestInit) => {
    asked.push(`${method}`);
    if (method === 'POST') anywhere.push(new Headers(headers).has('Skylark-Counter-Offer'));
    const made = method === 'POST' ? (elsewhere ? 406 : 201) : 200;
    const offersMore = method === 'PATCH' && elsewhere?.more ? elsewhere.more-- : 0;
    const status = { PATCH: offersMore ? 200 : elsewhere?.taken, HEAD: elsewhere?.there }[`${method}`] ?? made;
    const response = new Response(status === 204 ? null : method === 'POST' ? sdp : credentials, {
      status,
      headers: { Location: '/whep/token/session', 'Content-Type': 'application/sdp' },
    });
    Object.defineProperty(response, 'url', { value: url });
    return Promise.resolve(response);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function begun(): { session: Session; said: string[] } {
  const said: string[] = [];
  const note = (what: string) => () => void said.push(what);
  const on: SessionEvents = {
    held: note('held'),
    flowing: note('flowing'),
    troubled: note('troubled'),
    refused: note('refused'),
    lost: note('lost'),
    path: ({ packets, lost }) => void said.push(`${packets} came, ${lost} did not`),
    failed: (code, id) => {
      said.push(`${code} ${id}`);
      return Promise.resolve();
    },
  };
  return { session: new Session('http://host/whep/token', on), said };
}

async function joined(): Promise<{ session: Session; said: string[] }> {
  const { session, said } = begun();
  await session.join();
  expect(said).toEqual(['held']);
  return { session, said };
}

test('a session that was never connected asks for no ICE restart', async () => {
  const { session, said } = await joined();
  await session.check();
  Connection.last.become('connecting');
  await session.check();
  expect(asked).toEqual(['POST']);
  expect(Connection.last.offers).toEqual([{}]);
  expect(said).toEqual(['held']);
});

test('a network that changes before the first connection begins the join anew', async () => {
  const { session, said } = await joined();
  session.networkChanged();
  session.networkChanged();
  expect(said).toEqual(['held', 'lost']);
  expect(asked).toEqual(['POST', 'DELETE']);
});

test('a join that never connects says how far it came, once, and gives the session up when that is told', async () => {
  for (const [ice, candidates, code] of [
    ['checking', true, 'no_way'],
    ['checking', false, 'no_network'],
    ['connected', true, 'no_handshake'],
  ] as const) {
    asked = [];
    const { said } = await joined();
    Connection.last.iceConnectionState = ice;
    if (!candidates) Connection.last.localDescription = { sdp: 'v=0' };
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual(['held', `${code} session`, 'lost']);
    expect(asked).toEqual(['POST', 'DELETE']);
  }
});

test('a connection that is lost later is no failed join', async () => {
  const { said } = await joined();
  Connection.last.become('connected');
  Connection.last.become('failed');
  expect(said.filter((what) => what.startsWith('no_'))).toEqual([]);
  expect(said).toContain('lost');
});

test('packets of which no picture is made are said so after a while, once; and not where the browser does not count', async () => {
  for (const [decoded, told] of [
    [0, 1],
    [1, 0],
    [undefined, 0],
  ] as const) {
    const { session, said } = await joined();
    Connection.last.become('connected');
    let packets = 0;
    Connection.last.getStats = () => {
      packets += 10;
      const video = { type: 'inbound-rtp', kind: 'video', packetsReceived: packets, framesDecoded: decoded };
      return Promise.resolve(new Map([['v', video]]));
    };
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said.filter((what) => what === 'no_picture session').length, `${decoded}`).toBe(told);
    session.leave();
  }
});

test('a network that changes before the server answered changes nothing', async () => {
  const { session, said } = begun();
  const joining = session.join();
  session.networkChanged();
  await joining;
  expect(said).toEqual(['held']);
});

test('where the browser takes its own offer back, the session that the server made is given up', async () => {
  const { session, said } = begun();
  Connection.last.setLocalDescription = () => Promise.reject(new Error('closed'));
  await session.join();
  await vi.waitFor(() => expect(asked).toEqual(['POST', 'DELETE']));
  expect(said).toEqual(['lost']);
});

test('who leaves before the offer is made asks the server for nothing', async () => {
  const { session, said } = begun();
  const joining = session.join();
  session.leave();
  await joining;
  expect(asked).toEqual([]);
  expect(said).toEqual([]);
});

test('a network that changes afterwards is met by an ICE restart', async () => {
  const { session, said } = await joined();
  Connection.last.become('connected');
  session.networkChanged();
  await vi.waitFor(() => expect(asked).toEqual(['POST', 'PATCH']));
  expect(Connection.last.offers).toEqual([{}, { iceRestart: true }]);
  expect(said).toEqual(['held']);
});

test('who is sent elsewhere answers by a connection of its own, and asks whether it may stay', async () => {
  elsewhere = { taken: 204, there: 204 };
  const { session } = await joined();
  expect(asked).toEqual(['POST', 'PATCH']);
  expect([Connection.made, Connection.last.described]).toEqual([2, ['offer']]);
  Connection.last.become('connected');
  await session.check();
  expect(asked).toEqual(['POST', 'PATCH', 'HEAD']);
  // Once more as nothing arrives, and then every 15 s.
  await vi.advanceTimersByTimeAsync(14_999);
  expect(asked).toEqual(['POST', 'PATCH', 'HEAD', 'HEAD']);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.slice(4)).toEqual(['HEAD']);
  expect(session.latencyMs({ rtpTimestamp: 1, shownAtMs: 1 } as never)).toBe(null);
});

test('what comes from elsewhere is told every two seconds, and what comes from here is not', async () => {
  const came = { type: 'inbound-rtp', kind: 'video', packetsReceived: 300, packetsLost: 20 };
  for (const [from, told] of [
    [{ taken: 204, there: 204 }, 2],
    [null, 0],
  ] as const) {
    elsewhere = from && { ...from };
    const { session, said } = await joined();
    Connection.last.become('connected');
    Connection.last.getStats = () => Promise.resolve(new Map([['video', came]]));
    await vi.advanceTimersByTimeAsync(4000);
    expect(said.filter((what) => what === '300 came, 20 did not').length).toBe(told);
    session.leave();
  }
});

test('who is offered more elsewhere answers that, too, by the same connection and not without end', async () => {
  for (const [more, said] of [
    [1, 'held'],
    [4, 'held'],
    [5, 'lost'],
  ] as const) {
    asked = [];
    Connection.made = 0;
    elsewhere = { taken: 204, there: 204, more };
    const begin = begun();
    await begin.session.join();
    expect(asked.filter((method) => method === 'PATCH').length).toBe(Math.min(more + 1, 5));
    expect([Connection.made, begin.said]).toEqual([2, [said]]);
    begin.session.leave();
  }
});

test('who is not let stay elsewhere comes back, and so does who has no way there any more', async () => {
  for (const lose of [() => (elsewhere = { taken: 204, there: 404 }), () => Connection.last.become('disconnected')]) {
    asked = [];
    elsewhere = { taken: 204, there: 204 };
    const { session, said } = await joined();
    Connection.last.become('connected');
    lose();
    await session.check();
    expect(said).toEqual(['held', 'lost']);
    expect(asked.at(-1)).toBe('DELETE');
  }
});

test('a server that cannot be asked takes no picture from elsewhere that moves, but one that stands still', async () => {
  elsewhere = { taken: 204, there: 503 };
  const { said } = await joined();
  let [packetsReceived, moves] = [0, 1];
  Connection.last.getStats = () => {
    packetsReceived += moves;
    return Promise.resolve(new Map([['in', { type: 'inbound-rtp', packetsReceived }]]));
  };
  Connection.last.become('connected');
  await vi.advanceTimersByTimeAsync(31_000);
  expect(asked).toEqual(['POST', 'PATCH', 'HEAD', 'HEAD']);
  expect(said).toEqual(['held', 'flowing']);
  moves = 0;
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.slice(4)).toEqual(['HEAD', 'DELETE']);
  expect(said).toEqual(['held', 'flowing', 'troubled', 'lost']);
});

test('an answer that is not taken ends the session', async () => {
  elsewhere = { taken: 502, there: 404 };
  const { session, said } = begun();
  await session.join();
  expect(said).toEqual(['lost']);
  expect(asked).toEqual(['POST', 'PATCH', 'DELETE']);
});

test('who finds no way elsewhere asks for the stream from here, and then for either again', async () => {
  for (const [taken, fails, next] of [
    [502, () => {}, false],
    [204, () => Connection.last.become('failed'), false],
    [204, () => vi.advanceTimersByTimeAsync(8000), false],
    // Its session was gone before it answered, which says nothing of the way.
    [404, () => {}, true],
  ] as const) {
    // Whatever was before.
    elsewhere = null;
    await begun().session.join();
    anywhere = [];
    elsewhere = { taken, there: 404 };
    const { session, said } = begun();
    await session.join();
    await fails();
    expect(said.at(-1)).toBe('lost');
    elsewhere = null;
    await begun().session.join();
    await begun().session.join();
    expect(anywhere).toEqual([true, next, true]);
  }
});

test('so does who is connected elsewhere and finds that nothing will be sent', async () => {
  for (const end of [{ taken: 502 }, { taken: 204, failsAt: 2 }]) {
    elsewhere = null;
    await begun().session.join();
    anywhere = [];
    elsewhere = { taken: end.taken, there: 404, more: 1 };
    const { session, said } = begun();
    const { fetch } = globalThis;
    let answers = 0;
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      // It is connected by the first answer, to be told by the second what is sent.
      if (init.method === 'PATCH') Connection.last.become(++answers === end.failsAt ? 'failed' : 'connected');
      return fetch(url, init);
    });
    await session.join();
    vi.stubGlobal('fetch', fetch);
    expect(said).toEqual(['lost']);
    elsewhere = null;
    await begun().session.join();
    expect(anywhere).toEqual([true, false]);
  }
});
