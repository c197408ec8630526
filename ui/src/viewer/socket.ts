/** The page's socket: what the server tells watch pages, and what they tell it. Opens again by itself, with back-off. */

import type { PageHello, PageMessage } from '../protocol/index.ts';
import { backoffMs } from './backoff.ts';

export interface SocketEvents {
  opened(): void;
  /** It was open and is no more. The session may well be alive. */
  dropped(): void;
  message(message: PageMessage): void;
}

export class PageSocket {
  readonly #url: string;
  readonly #on: SocketEvents;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waits = false;

  constructor(url: string, on: SocketEvents) {
    this.#url = url;
    this.#on = on;
  }

  open(): void {
    this.#stopWaiting();
    if (this.#socket) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      this.#attempt = 0;
      this.#on.opened();
    });
    socket.addEventListener('message', ({ data }) => {
      const message = parse(data);
      if (message) this.#on.message(message);
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#timer = setTimeout(() => this.open(), backoffMs(this.#attempt, Math.random()));
      this.#waits = true;
      this.#attempt += 1;
      if (opened) this.#on.dropped();
    });
  }

  /** Where it waits to open again, it waits no longer. */
  wake(): void {
    if (this.#waits) this.open();
  }

  /** False: it is not open, and nothing was said. */
  say(hello: PageHello): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(hello));
    return true;
  }

  close(): void {
    this.#stopWaiting();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#waits = false;
  }
}

function parse(data: unknown): PageMessage | null {
  try {
    return JSON.parse(String(data)) as PageMessage;
  } catch {
    return null;
  }
}
