// What each event makes of the chat.
import { expect, test } from 'vitest';
import type { ChatMessage, ChatSnapshot } from '../protocol/index.ts';
import { conversation, kept, wordsIn } from './conversation.ts';

const empty: ChatSnapshot = {
  mode: 'everyone',
  slow_s: 0,
  links: true,
  unwanted_words: [],
  pinned: null,
  messages: [],
  names: [],
  muted: [],
  hands: [],
};

function message(id: number): ChatMessage {
  return { id, at: 0, viewer: 1, name: 'Anna', host: false, colour: 0, text: `${id}` };
}

function said(...ids: number[]): ChatSnapshot {
  return ids.reduce((now, id) => conversation(now, { event: 'chat', message: message(id) }), empty);
}

const ids = ({ messages }: ChatSnapshot): number[] => messages.map(({ id }) => id);

test('messages stand in their order, also one that comes back', () => {
  const now = conversation(said(1, 2, 3), { event: 'chat_deleted', messages: [2] });
  expect(ids(now)).toEqual([1, 3]);
  const again = conversation(now, { event: 'chat', message: message(2) });
  expect(ids(again)).toEqual([1, 2, 3]);
  expect(ids(conversation(again, { event: 'chat', message: message(3) }))).toEqual([1, 2, 3]);
});

test('an evening of messages is not kept whole', () => {
  expect(said(...Array.from({ length: kept + 20 }, (_, id) => id)).messages.length).toBe(kept);
});

test('names, mutes and hands are of who watches', () => {
  let now = conversation(empty, { event: 'name', viewer: 7, name: 'Anna' });
  now = conversation(now, { event: 'name', viewer: 7, name: 'Lena' });
  expect(now.names).toEqual([{ viewer: 7, name: 'Lena' }]);
  now = conversation(now, { event: 'hand', viewer: 7, up: true });
  now = conversation(now, { event: 'hand', viewer: 7, up: true });
  expect(now.hands).toEqual([7]);
  now = conversation(now, { event: 'hand', viewer: 7, up: false });
  now = conversation(now, { event: 'muted', viewer: 7, until: 5 });
  now = conversation(now, { event: 'muted', viewer: 7 });
  expect(now.muted).toEqual([{ viewer: 7 }]);
  now = conversation(now, { event: 'unmuted', viewer: 7 });
  now = conversation(now, { event: 'viewer_left', viewer: 7, reason: 'left' });
  expect(now).toEqual(empty);
});

test('another broadcast begins with an empty chat, and with the rules of before', () => {
  const ruled = conversation(said(1), {
    event: 'chat_state',
    mode: 'admitted',
    slow_s: 5,
    links: false,
    pinned: message(1),
    unwanted_words: ['x'],
  });
  expect(ruled.pinned?.id).toBe(1);
  const now = conversation(ruled, { event: 'phase', phase: { state: 'live', since_at: 1 } });
  expect(now).toMatchObject({ messages: [], mode: 'admitted', slow_s: 5, links: false });
  expect(conversation(ruled, { event: 'phase', phase: { state: 'offline' } })).toBe(ruled);
});

test('words that are not wanted stand one a line, each once', () => {
  expect(wordsIn(' spoiler\n\nbuy now \r\nspoiler\n')).toEqual(['spoiler', 'buy now']);
  expect(wordsIn(' \n')).toEqual([]);
});
