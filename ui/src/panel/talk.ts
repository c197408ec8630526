// Push to talk: who is muted is heard as long as a key is held.
import type { Controls } from '../protocol/index.ts';
import { KEYS } from './keys.ts';

/** What happened: the key went down or up, or the window lost the keyboard, after which nobody hears the key go up. */
export type Talked = 'down' | 'up' | 'left';

/** `held`: the microphone is on because of the key. `mute`: what is to be asked for, null where that is nothing. */
export function talk(held: boolean, talked: Talked, now: Controls): { held: boolean; mute: boolean | null } {
  if (talked !== 'down') return { held: false, mute: held ? true : null };
  // Who is away is not heard either way, and would be when back.
  const speaks = !held && now.microphone_muted && !now.be_right_back;
  return speaks ? { held: true, mute: false } : { held, mute: null };
}

/** Whether a key that goes up is the one that went down there, whatever it writes by then: with another layout, or with Alt, it is another letter. While a Mac's command key is down it does not say that others go up. */
export function goesUp({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>, down: string): boolean {
  return code === down || key.toUpperCase() === KEYS.talk || key === 'Meta';
}
