// What the broadcaster typed into the chat: words for everybody, or a command. Decides, and carries nothing out.
import type { ChatMode, ChatSnapshot, Command, ViewerId } from '../protocol/index.ts';

/** Somebody whom a name may mean. */
export interface Named {
  viewer: ViewerId;
  name: string;
}

export type Typed =
  | { is: 'command'; command: Command }
  /** The name fits several: the commands, one for each of them. */
  | { is: 'which'; choices: { who: Named; command: Command }[] }
  | { is: 'help' }
  | { is: 'wrong'; why: 'nobody' | 'unknown' | 'how'; what: string };

/** Each command as it is typed. */
export const COMMANDS = [
  '/remove NAME',
  '/block NAME',
  '/mute NAME [SECONDS]',
  '/unmute NAME',
  '/delete NAME',
  '/slow SECONDS',
  '/chat everyone|admitted|off',
  '/links on|off',
  '/lock',
  '/unlock',
  '/pin [TEXT]',
  '/unpin',
  '/save text|json',
  '/help',
] as const;

/** What the panel's buttons say, as other chats call it. */
const ALSO = new Map([
  ['kick', 'remove'],
  ['ban', 'block'],
]);

const MODES: readonly string[] = ['everyone', 'admitted', 'off'];

export function typed(text: string, people: Named[], chat: ChatSnapshot): Typed {
  const found = /^\/(\w*)\s*([^]*)$/.exec(text.trim());
  if (!found) return command({ command: 'say', text, reply_to: null });
  const [, word = '', rest = ''] = found;
  const lower = word.toLowerCase();
  const name = ALSO.get(lower) ?? lower;
  const how: Typed = { is: 'wrong', why: 'how', what: COMMANDS.find((known) => head(known) === name) ?? '' };
  const of = (make: (viewer: ViewerId) => Command): Typed => (rest === '' ? how : meant(rest, people, make));
  switch (name) {
    case 'help':
      return { is: 'help' };
    case 'remove':
      return of((viewer) => ({ command: 'kick', viewer, reason: null }));
    case 'block':
      return of((viewer) => ({ command: 'ban', viewer, reason: null }));
    case 'unmute':
      return of((viewer) => ({ command: 'unmute', viewer }));
    case 'delete':
      return of((viewer) => ({ command: 'delete_messages', viewer }));
    case 'mute':
      return rest === '' ? how : mute(rest, people);
    case 'slow': {
      const seconds = rest === 'off' ? 0 : Number(rest);
      return rest !== '' && Number.isInteger(seconds) && seconds >= 0
        ? command({ command: 'slow_mode', seconds })
        : how;
    }
    case 'chat':
      return MODES.includes(rest) ? command({ command: 'chat', mode: rest as ChatMode }) : how;
    case 'links':
      return rest === 'on' || rest === 'off' ? command({ command: 'links_in_chat', on: rest === 'on' }) : how;
    case 'lock':
    case 'unlock':
      return command({ command: 'lock', on: name === 'lock' });
    case 'pin': {
      // The newest that has this in it; without words the newest.
      const wanted = rest.toLowerCase();
      const line = [...chat.messages].reverse().find((message) => message.text.toLowerCase().includes(wanted));
      return line ? command({ command: 'pin', message: line.id }) : { is: 'wrong', why: 'nobody', what: rest };
    }
    case 'unpin':
      return command({ command: 'pin', message: null });
    case 'save':
      return rest === 'text' || rest === 'json' ? command({ command: 'save_chat', path: null, format: rest }) : how;
    default:
      return { is: 'wrong', why: 'unknown', what: `/${word}` };
  }
}

/** Whoever has exactly this name; else those whose name begins with it; else those who have it somewhere. */
export function whom(wanted: string, people: Named[]): Named[] {
  const key = wanted.trim().toLowerCase();
  const names = people.map((one) => ({ one, name: one.name.toLowerCase() }));
  const ways: ((name: string) => boolean)[] = [
    (name) => name === key,
    (name) => name.startsWith(key),
    (name) => name.includes(key),
  ];
  for (const fits of ways) {
    const found = names.filter(({ name }) => fits(name));
    if (found.length > 0) return found.map(({ one }) => one);
  }
  return [];
}

/** A number behind a name may be a part of it: "Anna 2". */
function mute(rest: string, people: Named[]): Typed {
  const timed = /^([^]+?)\s+(\d+)$/.exec(rest);
  if (!timed || whom(rest, people).length > 0)
    return meant(rest, people, (viewer) => ({ command: 'mute', viewer, seconds: null }));
  const [, name = '', seconds = ''] = timed;
  return meant(name, people, (viewer) => ({ command: 'mute', viewer, seconds: Number(seconds) }));
}

function meant(name: string, people: Named[], make: (viewer: ViewerId) => Command): Typed {
  const found = whom(name, people);
  const [only] = found;
  if (!only) return { is: 'wrong', why: 'nobody', what: name };
  if (found.length === 1) return command(make(only.viewer));
  return { is: 'which', choices: found.map((who) => ({ who, command: make(who.viewer) })) };
}

function command(what: Command): Typed {
  return { is: 'command', command: what };
}

function head(known: string): string {
  return known.slice(1).split(' ')[0] ?? '';
}
