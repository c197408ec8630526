/** Watching one stream: session and socket as the machine says. Knows no page; the page shows `View` and plays the stream. */

import type { Controls, FailureCode, FailureReport, PageHello, PageMessage } from '../protocol/index.ts';
import type { Begun } from './begun.ts';
import type { Shown } from './latency.ts';
import { aloneAfterMs, awaitsHost, start, step, type Input, type State } from './machine.ts';
import type { Place } from './place.ts';
import type { Begin, Session, SessionEvents } from './session.ts';
import { PageSocket } from './socket.ts';
import type { Reading } from './stats.ts';

export interface View {
  state: State;
  /** The broadcaster's words for the stream; may be empty. */
  title: string;
  watching: number | null;
  /** What the broadcaster withholds for a while. */
  controls: Controls;
  /** Nobody else sees this: the page came by the private link of a rehearsal. */
  rehearsal: boolean;
  /** What plays; null where nothing may be seen. */
  stream: MediaStream | null;
}

/** What is known of the connection that plays. */
export interface Known {
  report: RTCStatsReport;
  /** Glass to glass, when it was measured last. */
  latencyMs: number | null;
}

/** Who hears of what this page does not know: the chat, and what is chosen of the picture. */
export interface Listener {
  /** The page holds a session and has told so: what is said now is said by who watches. */
  holds(): void;
  hear(message: PageMessage): void;
}

/** All is sent. */
const none: Controls = { microphone_muted: false, camera_off: false, be_right_back: false };

export class Watch {
  readonly #place: Place;
  readonly #changed: (view: View) => void;
  readonly #socket: PageSocket;
  #view: View = { state: start, title: '', watching: null, controls: none, rehearsal: false, stream: null };
  #session: Session | null = null;
  /** Whose picture is on the page: while it reconnects, that of a session that is over. */
  #shown: Session | null = null;
  #sessionId: string | null = null;
  /** What who knocks is called. */
  #called: string | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;
  /** A word is asked for, before which nothing is told. */
  #asks = false;
  /** The socket was open, and is not. */
  #missed = false;
  #alone: ReturnType<typeof setTimeout> | undefined;
  /** What was told of this page's failures since something was seen. */
  readonly #told = new Set<FailureCode>();
  /** What the first join takes. */
  #begun: Begun | null;
  readonly #begin: Begin;
  readonly #listeners = new Set<Listener>();
  #latencyMs: number | null = null;

  /** `begun` is a session that runs already; `begin` begins each later one. */
  constructor(place: Place, begun: Begun | null, begin: Begin, changed: (view: View) => void) {
    this.#place = place;
    this.#begun = begun;
    this.#begin = begin;
    this.#changed = changed;
    this.#socket = new PageSocket(place.events, {
      opened: () => {
        this.#take({ is: 'heard' });
        this.#sayWatching();
        if (this.#missed) this.#lookAgain();
        else this.#take({ is: 'reachable' });
        this.#missed = false;
      },
      // A host that ends takes the socket with it: ask at once rather than when the picture has stood still for a while.
      dropped: () => {
        this.#missed = true;
        this.#take({ is: 'cut' });
        void this.#session?.check();
      },
      message: (message) => this.#hear(message),
    });
  }

  get view(): View {
    return this.#view;
  }

  /** Begins, or begins again after `close`. */
  open(): void {
    this.#take({ is: 'open', webrtc: typeof RTCPeerConnection === 'function' });
    this.#isOpen = this.#view.state.phase.name !== 'unsupported';
    if (this.#isOpen) this.#socket.open();
    else void this.failed('no_webrtc');
  }

  /** Nothing is seen here: the broadcaster is told why, once, until something is. */
  async failed(code: FailureCode, session: string | null = null): Promise<void> {
    // What nobody looks at a browser may leave undone.
    if (this.#told.has(code) || (document.hidden && code === 'no_picture')) return;
    this.#told.add(code);
    const body: FailureReport = { code, session };
    const headers = { 'Content-Type': 'application/json' };
    // Of one that does not come through nothing follows.
    await fetch(this.#place.failed, { method: 'POST', headers, body: JSON.stringify(body), keepalive: true }).catch(
      () => {},
    );
  }

  /** The network is back. */
  reachable(): void {
    this.#session?.networkChanged();
    this.#take({ is: 'reachable' });
  }

  /** The page is seen again, or runs again, after it may have been asleep for hours. */
  wake(): void {
    if (!this.#isOpen) return;
    this.#session?.wake();
    this.#socket.wake();
    this.#lookAgain();
  }

  /** The video says that this stream is over. */
  stoodStill(): void {
    this.#shown?.stoodStill();
  }

  /** Has somebody hear what concerns the picture in nothing, from now on; returns how that ends. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#sessionId) listener.holds();
    return () => this.#listeners.delete(listener);
  }

  /** For who asks for statistics; null while nothing plays. */
  async known(): Promise<Known | null> {
    const report = await this.#shown?.report();
    return report ? { report, latencyMs: this.#latencyMs } : null;
  }

  /** The passcode was said. */
  said(): void {
    this.#take({ is: 'said' });
  }

  /** What who waits may be called: said at once, and again whenever the socket says that it knocks, which may be after the name was typed. */
  call(name: string): void {
    this.#called = name;
    this.say({ type: 'name', name });
  }

  /** False: there is no socket now, and nothing was said. */
  say(hello: PageHello): boolean {
    return this.#socket.say(hello);
  }

  /** The page goes away. */
  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#retry);
    this.#stopWaiting();
    this.#leave();
    this.#socket.close();
  }

  /** A frame is on the screen. To be called once a second at most: the server is told how old it is. */
  shown(frame: Shown): void {
    const latency_ms = this.#session?.latencyMs(frame);
    this.#latencyMs = latency_ms ?? null;
    if (latency_ms !== null && latency_ms !== undefined)
      this.#socket.say({ type: 'latency', latency_ms: Math.round(latency_ms * 10) / 10 });
  }

  /** What was said meanwhile was not heard: the server may be back, and there may be room. */
  #lookAgain(): void {
    this.#take({ is: 'reachable' });
    this.#take({ is: 'room' });
  }

  #hear(message: PageMessage): void {
    this.#take({ is: 'heard' });
    switch (message.type) {
      case 'state':
        this.#show({ title: message.title });
        this.#take({ is: message.live ? 'live' : 'offline' });
        return;
      case 'controls': {
        const { type: _, ...controls } = message;
        this.#show({ controls });
        return;
      }
      case 'count': {
        const before = this.#view.watching;
        this.#show({ watching: message.watching });
        // Nobody's leaving opens a lock. The count is told once a second: as many as before are others than before, and somebody left.
        const isFull = this.#view.state.phase.name === 'full';
        if (isFull && before !== null && message.watching <= before) this.#take({ is: 'room' });
        return;
      }
      case 'room':
        this.#take({ is: 'room' });
        return;
      case 'rehearsal':
        this.#show({ rehearsal: true });
        if (this.#session) this.#session.rehearses = true;
        return;
      case 'removed':
        this.#take({
          is: 'removed',
          reason: message.reason,
          ...(message.code === 'not_admitted' && { knocked: true }),
        });
        return;
      case 'forgiven':
        this.#take({ is: 'forgiven' });
        return;
      case 'knocking':
        this.#show({ title: '', watching: null });
        this.#take({ is: 'waits' });
        if (this.#called !== null) this.say({ type: 'name', name: this.#called });
        return;
      case 'passcode':
        this.#socket.close();
        this.#take({ is: 'asked' });
        return;
      case 'retired':
        this.#socket.close();
        this.#take({ is: 'refused', code: 'retired_link', reason: null, retryAfterS: null });
        return;
      case 'ended':
        this.#take({ is: 'ended' });
        return;
      default:
        for (const listener of this.#listeners) listener.hear(message);
    }
  }

  #take(input: Input): void {
    const next = step(this.#view.state, input, Math.random());
    if (!next) return;
    if (!next.keepsTimer) clearTimeout(this.#retry);
    if (next.retryMs !== undefined) this.#retry = setTimeout(() => this.#take({ is: 'retry' }), next.retryMs);
    if (next.session === 'leave') this.#leave();
    this.#show({ state: next.state });
    this.#askFirst(next.state.phase.name === 'passcode');
    if (!awaitsHost(next.state)) this.#stopWaiting();
    else this.#alone ??= setTimeout(() => this.#take({ is: 'alone' }), aloneAfterMs);
    if (next.session === 'join') this.#join();
  }

  /** As long as a word is asked for there is no socket, and none is asked for again and again. */
  #askFirst(asks: boolean): void {
    if (asks === this.#asks) return;
    this.#asks = asks;
    if (asks) {
      this.#socket.close();
      this.#show({ title: '', watching: null });
    } else if (this.#isOpen) this.#socket.open();
  }

  #join(): void {
    if (this.#session !== this.#shown) this.#session?.leave();
    const begun = this.#begun;
    this.#begun = null;
    const on: SessionEvents = {
      held: (stream, id) => {
        this.#sessionId = id;
        this.#show({ stream });
        if (this.#shown !== session) this.#shown?.leave();
        this.#shown = session;
        this.#sayWatching();
      },
      flowing: () => {
        this.#told.clear();
        this.#take({ is: 'flowing' });
      },
      path: (picture, soundLateMs) => this.#tellPath(picture, soundLateMs),
      failed: (code, id) => this.failed(code, id),
      troubled: () => this.#take({ is: 'troubled' }),
      refused: (refusal) => this.#take({ is: 'refused', ...refusal }),
      lost: () => {
        this.#sessionId = null;
        this.#take({ is: 'lost' });
      },
    };
    const session = begun?.session ?? this.#begin(this.#place.whep, on);
    this.#session = session;
    if (session) session.rehearses = this.#view.rehearsal;
    if (!session) {
      this.#take({ is: 'lost' });
      return;
    }
    if (begun) begun.handTo(on);
    else void session.join();
  }

  #leave(): void {
    this.#session?.leave();
    this.#shown?.leave();
    this.#session = null;
    this.#shown = null;
    this.#sessionId = null;
    this.#show({ stream: null });
  }

  #tellPath({ packets, lost, decoded }: Reading['picture'], soundLateMs: number | null): void {
    const more = {
      ...(decoded !== null && { pictures: decoded }),
      ...(soundLateMs !== null && { sound_late_ms: Math.round(soundLateMs) }),
    };
    this.#socket.say({ type: 'path', packets, lost, ...(this.#view.rehearsal && more) });
  }

  #stopWaiting(): void {
    clearTimeout(this.#alone);
    this.#alone = undefined;
  }

  #sayWatching(): void {
    if (!this.#sessionId) return;
    this.#socket.say({ type: 'watching', session: this.#sessionId });
    for (const listener of this.#listeners) listener.holds();
  }

  #show(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#changed(this.#view);
  }
}
