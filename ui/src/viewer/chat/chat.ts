/** The chat as this page has it: what was said, what this viewer is in it, and what became of what was written last. Knows no page. */

import type {
  ChatAct,
  ChatMessage,
  ChatMode,
  ChatRefusal,
  MessageId,
  PageHello,
  PageMessage,
  ViewerId,
} from '../../protocol/index.ts';

/** Lines that a page keeps; older ones go from the top. */
export const kept = 500;

export interface ChatView {
  /** The oldest first. */
  lines: readonly ChatMessage[];
  pinned: ChatMessage | null;
  mode: ChatMode;
  slowS: number;
  you: { viewer: ViewerId | null; name: string | null; muted: boolean; hand: boolean };
  /** The server answers: this page holds a session. */
  heard: boolean;
  /** Why what was said last was not taken. */
  refused: { code: ChatRefusal; retryAfterS: number | null } | null;
}

export interface ChatEvents {
  changed(view: ChatView): void;
  reacted(counts: Record<string, number>): void;
  /** What was written was not taken: it is to be written again, or changed. */
  returned(text: string): void;
  /** False: there is no socket to say it by. */
  say(hello: PageHello): boolean;
}

/** The server lets a page ask once a second. */
const askAgainMs = 1100;

export class Chat {
  readonly #on: ChatEvents;
  #name: string | null;
  #view: ChatView = {
    lines: [],
    pinned: null,
    mode: 'everyone',
    slowS: 0,
    you: { viewer: null, name: null, muted: false, hand: false },
    heard: false,
    refused: null,
  };
  /** Written, and neither heard again nor refused: the server answers each with the one or the other, in their order. */
  #sent: string[] = [];
  /** Written before it asked anew: what is not among the lines that it missed never arrived. */
  #unsure: string[] = [];
  /** It asked for what it missed, and the answer is not all here. */
  #asking = false;
  #asks: ReturnType<typeof setTimeout> | undefined;
  /** The newest that it ever had. */
  #newest: MessageId = -1;

  /** `name`: what this viewer was called here before. */
  constructor(name: string | null, on: ChatEvents) {
    this.#name = name;
    this.#on = on;
  }

  get view(): ChatView {
    return this.#view;
  }

  /** The page holds a session: what it missed is asked for. */
  holds(): void {
    clearTimeout(this.#asks);
    this.#asking = true;
    this.#unsure.push(...this.#sent.splice(0));
    this.#on.say({ type: 'chat_since', message: this.#view.lines.at(-1)?.id ?? null });
  }

  close(): void {
    clearTimeout(this.#asks);
    this.#on.say({ type: 'chat_closed' });
  }

  hear(message: PageMessage): void {
    switch (message.type) {
      case 'chat':
        return this.#add(message.messages);
      case 'chat_deleted': {
        const gone = new Set(message.messages);
        return this.#show({ lines: this.#view.lines.filter(({ id }) => !gone.has(id)) });
      }
      case 'chat_state':
        return this.#show({
          lines: this.#view.lines.filter(({ id }) => id >= message.first),
          pinned: message.pinned,
          mode: message.mode,
          slowS: message.slow_s,
          refused: this.#stillRefused(message.mode, message.slow_s, this.#view.you.muted, message.links),
        });
      case 'you': {
        const { viewer, name, muted, hand } = message;
        const refused = this.#stillRefused(this.#view.mode, this.#view.slowS, muted, false);
        this.#show({ you: { viewer, name, muted, hand }, heard: true, refused });
        this.#answered();
        // Another session of a browser that the server does not know any more.
        if (name === null && this.#name !== null) this.#on.say({ type: 'name', name: this.#name });
        return;
      }
      case 'reactions':
        return this.#on.reacted(message.counts);
      case 'refused':
        return this.#refused(message.code, message.of, message.retry_after_s ?? null);
    }
  }

  /** False: there is nothing to say, or nothing to say it by. */
  write(text: string, replyTo: MessageId | null): boolean {
    if (text.trim() === '') return false;
    const said = this.#on.say({ type: 'say', text, reply_to: replyTo });
    if (said) this.#sent.push(text);
    this.#told(said);
    return said;
  }

  call(name: string): void {
    this.#name = name;
    this.#told(this.#on.say({ type: 'name', name }));
  }

  react(emoji: string): void {
    this.#on.say({ type: 'react', emoji });
  }

  raise(up: boolean): void {
    this.#on.say({ type: 'hand', up });
  }

  #add(messages: ChatMessage[]): void {
    const { you } = this.#view;
    const known = new Set(this.#view.lines.map(({ id }) => id));
    const more = messages.filter(({ id }) => !known.has(id));
    // One that was taken out and is there again was heard before.
    const own = more.filter(({ id, viewer }) => id > this.#newest && viewer !== null && viewer === you.viewer);
    own.forEach(() => this.#oldest());
    this.#newest = Math.max(this.#newest, ...more.map(({ id }) => id));
    const last = this.#view.lines.at(-1)?.id ?? -1;
    const lines = [...this.#view.lines, ...more];
    // What was taken out and is there again stands where it stood.
    if (more.some(({ id }) => id < last)) lines.sort((a, b) => a.id - b.id);
    this.#show({ lines: lines.slice(-kept) });
  }

  /** What was written first of all that was neither heard again nor refused yet. */
  #oldest(): string | undefined {
    return this.#unsure.shift() ?? this.#sent.shift();
  }

  #refused(code: ChatRefusal, of: ChatAct, retryAfterS: number | null): void {
    // A page that asks before media flows, or soon after it asked last, is refused, and is not any more when it asks again.
    if (of === 'chat_since') {
      clearTimeout(this.#asks);
      this.#asks = setTimeout(() => this.holds(), Math.max(askAgainMs, 1000 * (retryAfterS ?? 0)));
      return;
    }
    // Of a name, a reaction or a hand nothing is given back: what is written meanwhile is on its way still.
    const text = of === 'say' ? this.#oldest() : undefined;
    if (text !== undefined) this.#on.returned(text);
    // One that cannot be is not said again; one that came too soon is.
    if (of === 'name' && code !== 'too_fast' && code !== 'not_watching') this.#name = null;
    this.#show({ refused: { code, retryAfterS } });
  }

  /** A refusal goes with the rule that it came of, and with the chat: what is not so any more keeps nobody from writing. */
  #stillRefused(mode: ChatMode, slowS: number, muted: boolean, links: boolean): ChatView['refused'] {
    const { refused } = this.#view;
    switch (refused?.code) {
      case undefined:
        return null;
      case 'chat_off':
        return mode === 'off' ? refused : null;
      case 'slow_mode':
        return mode !== 'off' && slowS > 0 ? refused : null;
      case 'not_admitted':
        return mode === 'admitted' ? refused : null;
      case 'muted':
        return mode !== 'off' && muted ? refused : null;
      case 'no_links':
        return mode !== 'off' && !links ? refused : null;
      default:
        return mode === 'off' ? null : refused;
    }
  }

  /** Something was said, or there is nothing to say it by. */
  #told(said: boolean): void {
    this.#show({ refused: said ? null : { code: 'not_watching', retryAfterS: null } });
  }

  /** All that was missed is here. */
  #answered(): void {
    if (!this.#asking) return;
    this.#asking = false;
    const lost = this.#unsure.splice(0);
    if (lost.length > 0) this.#on.returned(lost.join(' '));
  }

  #show(change: Partial<ChatView>): void {
    this.#view = { ...this.#view, ...change };
    this.#on.changed(this.#view);
  }
}
