// Which of what happened is told for a while: not what the stage says already.
import type { ErrorCode, Event, Said, Snapshot } from '../protocol/index.ts';
import { say } from './say.ts';

export interface Toast {
  id: number;
  /** What kind of thing went wrong, which the panel says in its own words; null where it is a fault of the page. */
  code: ErrorCode | null;
  /** What is said: in the panel's own words, or the program's in English, by which the same is known. */
  text: string;
  /** The program's own sentence. */
  said?: Said;
  harm: boolean;
  /** It is about a file: it stays until it is dismissed, and the folder is at hand. */
  file: boolean;
}

/** More would cover the picture; the latest stay. */
export const MAX_TOASTS = 3;

/** The same text again takes the place of the one before. */
export function withToast(toasts: Toast[], toast: Toast): Toast[] {
  return [...toasts.filter(({ text }) => text !== toast.text), toast].slice(-MAX_TOASTS);
}

/** Those that say something new; the same list where all do. What the stage shows may come before its event or behind it. */
export function told(toasts: Toast[], snapshot: Snapshot | null): Toast[] {
  const there = new Set(snapshot ? onStage(snapshot) : []);
  const left = toasts.filter(({ text }) => !there.has(text));
  return left.length === toasts.length ? toasts : left;
}

export function ofEvent(event: Event): Omit<Toast, 'id'> | null {
  if (event.event === 'chat_saved') {
    const { messages, path } = event;
    return { code: null, text: say('chat.saved', { messages, path }), harm: false, file: false };
  }
  if (event.event === 'history_saved') {
    const { points, path } = event;
    return { code: null, text: say('figures.saved', { points, path }), harm: false, file: false };
  }
  if (event.event === 'sound' && event.trouble)
    return { code: null, text: say(`sound.${event.trouble}`), harm: true, file: false };
  if (event.event !== 'error') return null;
  return { code: event.code, text: event.message, said: event, harm: true, file: event.code === 'storage' };
}

function onStage({ phase, camera, screen, microphone, recording }: Snapshot): string[] {
  const failed = [phase, camera, screen, microphone].flatMap((state) =>
    state.state === 'failed' ? [state.message] : [],
  );
  // A recording that goes on may have something to say, too.
  return recording.message === undefined ? failed : [...failed, recording.message];
}
