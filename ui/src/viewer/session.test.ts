// A session's life with a peer connection that the test plays.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Session, type SessionEvents } from './session.ts';

const credentials = 'a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n';
const media = 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\n';
const sdp = `v=0\r\n${media}${credentials}`;

/** What a browser's connection does, as far as a session asks for it; the test says when it is connected. */
class Connection extends EventTarget {
  static last: Connection;
  connectionState = 'new';
  offers: RTCOfferOptions[] = [];
  constructor() {
    super();
    Connection.last = this;
  }
  addTransceiver() {
    return { receiver: {} };
  }
  createOffer(options: RTCOfferOptions) {
    this.offers.push(options);
    return Promise.resolve({ type: 'offer', sdp });
  }
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = () => Promise.resolve();
  getReceivers = () => [];
  getStats = () => Promise.resolve(new Map());
  close() {}
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }
}

class Stream {
  getTracks = () => [];
}

let asked: string[];

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('MediaStream', Stream);
  vi.stubGlobal('fetch', (url: string, { method }: RequestInit) => {
    asked.push(`${method}`);
    const made = method === 'POST' ? 201 : 200;
    const response = new Response(method === 'POST' ? sdp : credentials, {
      status: made,
      headers: { Location: '/whep/token/session' },
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
