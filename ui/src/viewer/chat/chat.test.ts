// The chat of a page, with a server that the test plays.
import { beforeEach, expect, test, vi } from 'vitest';
import type { ChatMessage, ChatMode, ChatRefusal, PageHello, PageMessage } from '../../protocol/index.ts';
import { Chat, kept } from './chat.ts';

let said: PageHello[];
let returned: string[];
let reacted: Record<string, number>[];
let chat: Chat;
let connected: boolean;

function begin(name: string | null): void {
  [said, returned, reacted, connected] = [[], [], [], true];
  chat = new Chat(name, {
    changed: () => {},
    reacted: (counts) => reacted.push(counts),
    returned: (text) => returned.push(text),
    say: (hello) => {
      if (connected) said.push(hello);
      return connected;
    },
  });
}

beforeEach(() => begin(null));

function line(id: number, viewer: number | null = 1): ChatMessage {
  return { id, at: 0, viewer, name: 'Anna', host: viewer === null, colour: 0, text: `${id}` };
}

function you(change: Partial<PageMessage & { type: 'you' }> = {}): PageMessage {
  return { type: 'you', viewer: 7, name: null, muted: false, hand: false, ...change };
}

function state(first: number): PageMessage & { type: 'chat_state' } {
  return { type: 'chat_state', mode: 'everyone', slow_s: 0, links: true, pinned: null, first };
}

const texts = (): string[] => chat.view.lines.map(({ text }) => text);

test('after a lost connection it asks for what came since, and shows nothing twice', () => {
  chat.holds();
  chat.hear({ type: 'chat', messages: [line(1), line(2)] });
  chat.holds();
  expect(said).toEqual([
    { type: 'chat_since', message: null },
    { type: 'chat_since', message: 2 },
  ]);
  chat.hear({ type: 'chat', messages: [line(2), line(3)] });
  expect(texts()).toEqual(['1', '2', '3']);
});

test('what was taken out goes, and what comes back stands where it stood', () => {
  chat.hear({ type: 'chat', messages: [line(1), line(2), line(3)] });
  chat.hear({ type: 'chat_deleted', messages: [2, 9] });
  expect(texts()).toEqual(['1', '3']);
  chat.hear({ type: 'chat', messages: [line(2)] });
  expect(texts()).toEqual(['1', '2', '3']);
});

test('another broadcast begins with an empty chat', () => {
  chat.hear({ type: 'chat', messages: [line(1), line(2)] });
  chat.hear(state(100));
  expect(texts()).toEqual([]);
});

test('an evening of messages is not kept whole', () => {
  for (let id = 0; id < kept + 50; id += 1) chat.hear({ type: 'chat', messages: [line(id)] });
  expect(chat.view.lines.length).toBe(kept);
  expect(texts()[0]).toBe('50');
});

test('what was refused is given back, and the reason is there', () => {
  chat.hear(you());
  expect(chat.write('  ', null)).toBe(false);
  expect(chat.write('too fast', null)).toBe(true);
  chat.hear({ type: 'refused', code: 'too_fast', of: 'say', retry_after_s: 3 });
  expect(returned).toEqual(['too fast']);
  expect(chat.view.refused).toEqual({ code: 'too_fast', retryAfterS: 3 });
  chat.write('again', 4);
  expect(said.at(-1)).toEqual({ type: 'say', text: 'again', reply_to: 4 });
  expect(chat.view.refused).toBe(null);
  chat.hear({ type: 'chat', messages: [line(5, 7)] });
  chat.hear({ type: 'refused', code: 'bad_reaction', of: 'react' });
  expect(returned).toEqual(['too fast']);
});

test('a refusal goes with the rule that it came of, and with the chat', () => {
  const now = (mode: ChatMode, slow_s = 0): void => chat.hear({ ...state(0), mode, slow_s });
  const after = (code: ChatRefusal, change: () => void): string | undefined => {
    chat.hear({ type: 'refused', code, of: 'say', retry_after_s: 9 });
    change();
    return chat.view.refused?.code;
  };
  chat.hear(you());
  now('everyone', 30);
  expect(after('slow_mode', () => now('everyone', 10))).toBe('slow_mode');
  expect(after('slow_mode', () => now('everyone'))).toBe(undefined);
  now('everyone', 30);
  expect(after('slow_mode', () => now('off', 30))).toBe(undefined);
  expect(after('chat_off', () => now('off'))).toBe('chat_off');
  expect(after('chat_off', () => now('everyone'))).toBe(undefined);
  expect(after('unwanted_word', () => now('everyone'))).toBe('unwanted_word');
  expect(after('unwanted_word', () => now('off'))).toBe(undefined);
  expect(after('no_links', () => now('everyone'))).toBe(undefined);
  now('admitted');
  expect(after('not_admitted', () => now('admitted', 5))).toBe('not_admitted');
  expect(after('not_admitted', () => now('everyone'))).toBe(undefined);
  chat.hear(you({ muted: true }));
  expect(after('muted', () => now('everyone', 5))).toBe('muted');
  expect(after('muted', () => chat.hear(you()))).toBe(undefined);
});

test('a name that was chosen here before is said where the server does not know it', () => {
  begin('Anna');
  chat.holds();
  chat.hear(you());
  expect(said.at(-1)).toEqual({ type: 'name', name: 'Anna' });
  chat.hear(you({ name: 'Anna 2' }));
  expect(said.length).toBe(2);
  expect(chat.view.you.name).toBe('Anna 2');
});

test('a name that cannot be is not said again', () => {
  begin('Broadcaster');
  chat.hear(you());
  chat.hear({ type: 'refused', code: 'reserved_name', of: 'name' });
  chat.hear(you());
  expect(said.length).toBe(1);
});

test('a page that asked too early asks again', () => {
  vi.useFakeTimers();
  chat.holds();
  chat.hear({ type: 'refused', code: 'too_fast', of: 'chat_since', retry_after_s: 1 });
  expect(chat.view.refused).toBe(null);
  vi.advanceTimersByTime(1100);
  expect(said.length).toBe(2);
  chat.close();
  vi.useRealTimers();
});

test('a page that came back and asked too early asks again, too, and is not told that something was not sent', () => {
  vi.useFakeTimers();
  chat.holds();
  chat.hear(you());
  // The socket is back before the session is, or the session comes within a second of the socket.
  for (const code of ['not_watching', 'too_fast'] as const) {
    chat.holds();
    const asked = said.length;
    chat.hear({ type: 'refused', code, of: 'chat_since', retry_after_s: 3 });
    expect(chat.view.refused).toBe(null);
    vi.advanceTimersByTime(2900);
    expect(said.length).toBe(asked);
    vi.advanceTimersByTime(200);
    expect(said.at(-1)).toEqual({ type: 'chat_since', message: null });
    chat.hear(you());
  }
  chat.close();
  vi.useRealTimers();
});

test('what is written while there is no socket stays where it was written', () => {
  chat.hear(you());
  connected = false;
  expect(chat.write('hello', null)).toBe(false);
  expect(chat.view.refused).toEqual({ code: 'not_watching', retryAfterS: null });
  chat.call('Anna');
  expect(chat.view.refused).toEqual({ code: 'not_watching', retryAfterS: null });
  connected = true;
  expect(chat.write('hello', null)).toBe(true);
  expect([said.length, chat.view.refused]).toEqual([1, null]);
});

test('what was on its way when the socket was lost is given back, unless it arrived', () => {
  chat.holds();
  chat.hear(you());
  for (const text of ['one', 'two']) chat.write(text, null);
  chat.holds();
  chat.hear(state(0));
  chat.hear({ type: 'chat', messages: [line(1, 8), line(2, 7)] });
  chat.hear(you({ viewer: 9 }));
  expect(returned, 'one of them is among the lines').toEqual(['two']);
  chat.hear({ type: 'chat', messages: [line(3, 9)] });
  chat.holds();
  chat.hear(you({ viewer: 9 }));
  expect(returned).toEqual(['two']);
});

test('of several that were written the one is given back that was refused', () => {
  chat.hear(you());
  for (const text of ['first', 'second', 'third']) chat.write(text, null);
  chat.hear({ type: 'chat', messages: [line(1, 7)] });
  chat.hear({ type: 'refused', code: 'too_fast', of: 'say', retry_after_s: 1 });
  expect(returned).toEqual(['second']);
  chat.hear({ type: 'refused', code: 'reserved_name', of: 'name' });
  chat.hear({ type: 'chat_deleted', messages: [1] });
  chat.hear({ type: 'chat', messages: [line(1, 7)] });
  expect(returned, 'neither a name nor a line that was put back says anything of it').toEqual(['second']);
  chat.hear({ type: 'refused', code: 'too_fast', of: 'say', retry_after_s: 1 });
  expect(returned).toEqual(['second', 'third']);
});

test('what is written behind a reaction too many is not given back, as it is said', () => {
  chat.hear(you({ name: 'Anna' }));
  for (let count = 0; count < 11; count += 1) chat.react('👏');
  chat.write('hello', null);
  chat.hear({ type: 'refused', code: 'too_fast', of: 'react', retry_after_s: 4 });
  chat.hear({ type: 'refused', code: 'unwanted_word', of: 'name' });
  expect(returned).toEqual([]);
  chat.hear({ type: 'chat', messages: [line(1, 7)] });
  chat.write('again', null);
  chat.hear({ type: 'refused', code: 'slow_mode', of: 'say', retry_after_s: 9 });
  expect(returned).toEqual(['again']);
});

test('what is refused while it asks for what it missed is given back, and it does not ask again for that', () => {
  vi.useFakeTimers();
  chat.holds();
  chat.hear(you());
  chat.write('first', null);
  chat.holds();
  const asked = said.length;
  chat.hear({ type: 'refused', code: 'too_fast', of: 'say', retry_after_s: 1 });
  expect(returned).toEqual(['first']);
  chat.hear(you());
  vi.advanceTimersByTime(5000);
  expect([said.length, returned.length]).toEqual([asked, 1]);
  vi.useRealTimers();
});
