// What the broadcaster typed into the chat, and what is meant by it.
import { expect, test } from 'vitest';
import type { ChatMessage, ChatSnapshot, Command } from '../protocol/index.ts';
import { COMMANDS, typed } from './typed.ts';

const people = [
  { viewer: 1, name: 'Anna' },
  { viewer: 2, name: 'Anna 2' },
  { viewer: 3, name: 'Annika' },
  { viewer: 4, name: 'Jean Luc' },
];

function line(id: number, text: string): ChatMessage {
  return { id, at: 0, viewer: 1, name: 'Anna', host: false, colour: 0, text };
}

const chat: ChatSnapshot = {
  mode: 'everyone',
  slow_s: 0,
  links: true,
  unwanted_words: [],
  pinned: null,
  messages: [line(10, 'The first'), line(11, 'The second')],
  names: [],
  muted: [],
  hands: [],
};

test.each<[string, Command]>([
  ['Good evening', { command: 'say', text: 'Good evening', reply_to: null }],
  ['/kick anna', { command: 'kick', viewer: 1, reason: null }],
  ['/remove anna', { command: 'kick', viewer: 1, reason: null }],
  ['/block Annika', { command: 'ban', viewer: 3, reason: null }],
  ['/KICK Jean', { command: 'kick', viewer: 4, reason: null }],
  ['/ban anna 2', { command: 'ban', viewer: 2, reason: null }],
  ['/mute luc', { command: 'mute', viewer: 4, seconds: null }],
  ['/mute Anna 60', { command: 'mute', viewer: 1, seconds: 60 }],
  ['/mute Anna 2', { command: 'mute', viewer: 2, seconds: null }],
  ['/unmute Annika', { command: 'unmute', viewer: 3 }],
  ['/delete Annika', { command: 'delete_messages', viewer: 3 }],
  ['/slow 10', { command: 'slow_mode', seconds: 10 }],
  ['/slow off', { command: 'slow_mode', seconds: 0 }],
  ['/chat off', { command: 'chat', mode: 'off' }],
  ['/links off', { command: 'links_in_chat', on: false }],
  ['/lock', { command: 'lock', on: true }],
  ['/unlock', { command: 'lock', on: false }],
  ['/pin', { command: 'pin', message: 11 }],
  ['/pin first', { command: 'pin', message: 10 }],
  ['/unpin', { command: 'pin', message: null }],
  ['/save json', { command: 'save_chat', path: null, format: 'json' }],
])('%s', (text, command) => {
  expect(typed(text, people, chat)).toEqual({ is: 'command', command });
});

test('a name that fits several asks which', () => {
  const which = typed('/kick ann', people, chat);
  expect(which).toMatchObject({ is: 'which' });
  expect(which.is === 'which' && which.choices.map(({ who }) => who.name)).toEqual(['Anna', 'Anna 2', 'Annika']);
});

test.each([
  ['/kick Nobody', 'nobody', 'Nobody'],
  ['/remove', 'how', '/remove NAME'],
  ['/kick', 'how', '/remove NAME'],
  ['/constructor', 'unknown', '/constructor'],
  ['/slow', 'how', '/slow SECONDS'],
  ['/slow soon', 'how', '/slow SECONDS'],
  ['/chat sometimes', 'how', '/chat everyone|admitted|off'],
  ['/dance', 'unknown', '/dance'],
  ['/', 'unknown', '/'],
])('%s is no command', (text, why, what) => {
  expect(typed(text, people, chat)).toEqual({ is: 'wrong', why, what });
});

test('help knows every command, and every command is one', () => {
  expect(typed('/help', people, chat)).toEqual({ is: 'help' });
  for (const known of COMMANDS) expect(typed(known, people, chat)).not.toMatchObject({ why: 'unknown' });
});
