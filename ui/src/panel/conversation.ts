// The chat as the panel knows it, as a pure step from one event to the next.
import type { ChatMessage, ChatSnapshot, Event, ViewerId } from '../protocol/index.ts';

/** Lines that the panel keeps; older ones go from the top. */
export const kept = 500;

export function conversation(now: ChatSnapshot, event: Event): ChatSnapshot {
  switch (event.event) {
    case 'chat':
      return { ...now, messages: added(now.messages, event.message) };
    case 'chat_deleted': {
      const gone = new Set(event.messages);
      return { ...now, messages: now.messages.filter(({ id }) => !gone.has(id)) };
    }
    case 'chat_state': {
      const { mode, slow_s, links, pinned, unwanted_words } = event;
      return { ...now, mode, slow_s, links, pinned, unwanted_words };
    }
    case 'phase':
      // The chat of another broadcast is another chat; this one can be saved until then.
      return event.phase.state === 'live' ? { ...now, messages: [], names: [], muted: [], hands: [] } : now;
    case 'name':
      return { ...now, names: [...now.names.filter(isNot(event.viewer)), { viewer: event.viewer, name: event.name }] };
    case 'viewer_left':
      return { ...now, names: now.names.filter(isNot(event.viewer)) };
    case 'hand': {
      const others = now.hands.filter((viewer) => viewer !== event.viewer);
      return { ...now, hands: event.up ? [...others, event.viewer] : others };
    }
    case 'muted': {
      const { viewer, until } = event;
      const muted = until === undefined ? { viewer } : { viewer, until };
      return { ...now, muted: [...now.muted.filter(isNot(viewer)), muted] };
    }
    case 'unmuted':
      return { ...now, muted: now.muted.filter(isNot(event.viewer)) };
    default:
      return now;
  }
}

/** The words and phrases of a text that has one a line. */
export function wordsIn(text: string): string[] {
  const words = text.split('\n').map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}

function added(messages: ChatMessage[], message: ChatMessage): ChatMessage[] {
  const last = messages.at(-1);
  if (!last || message.id > last.id) return [...messages, message].slice(-kept);
  // One that was deleted is there again, where it stood.
  const others = messages.filter(({ id }) => id !== message.id);
  return [...others, message].sort((a, b) => a.id - b.id).slice(-kept);
}

function isNot(viewer: ViewerId): (one: { viewer: ViewerId }) => boolean {
  return (one) => one.viewer !== viewer;
}
