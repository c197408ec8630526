// What each state of the watch page is called for people.
import type { State } from './machine.ts';

/** What a state is called for people. */
export interface Words {
  title: string;
  detail: string;
}

const byItself = 'This page tries again by itself.';

/** Null while the stream plays: the picture needs no words. */
export function words({ phase, attempt }: State): Words | null {
  switch (phase.name) {
    case 'playing':
      return null;
    case 'connecting':
      if (attempt < 3) return { title: 'Connecting…', detail: '' };
      return {
        title: 'Still connecting…',
        detail: `The broadcaster's computer cannot be reached, or your network lets no live video through. ${byItself}`,
      };
    case 'reconnecting':
      return { title: 'Reconnecting…', detail: 'The connection was interrupted. The picture comes back by itself.' };
    case 'waiting':
      return { title: 'Not live yet', detail: 'Stay here: it starts by itself.' };
    case 'ended':
      return {
        title: 'The broadcast has ended',
        detail: 'Thank you for watching. If it goes on, it starts here by itself.',
      };
    case 'removed':
      return {
        title: 'You were removed from this broadcast',
        detail: phase.reason ? `The broadcaster wrote: “${phase.reason}”` : 'The broadcaster gave no reason.',
      };
    case 'full':
      return { title: 'This stream is full', detail: `As many as can be let in are watching. ${byItself}` };
    case 'locked':
      return { title: 'Nobody new is let in now', detail: `The broadcaster locked the stream. ${byItself}` };
    case 'gone':
      return phase.retired
        ? { title: 'This link is no longer used', detail: 'Ask the broadcaster for the new one.' }
        : { title: 'There is no stream at this link', detail: 'See that it is complete, or ask for it again.' };
    case 'unsupported':
      return phase.lacks === 'webrtc'
        ? {
            title: 'This browser cannot play live video',
            detail: 'WebRTC is missing or switched off. A current Firefox, Chrome, Edge or Safari has it.',
          }
        : {
            title: 'This browser cannot play this stream',
            detail: 'It shares no video or sound format with the broadcast. Try another browser.',
          };
  }
}

/** "1 watching", "1,204 watching". */
export function watchingWords(count: number): string {
  return `${count.toLocaleString('en')} watching`;
}
