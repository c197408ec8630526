// What each state of the watch page is called for people.
import type { Controls } from '../protocol/index.ts';
import { watch } from '../shared/words/en.json';
import { sayer } from '../shared/words/language.ts';
import type { State } from './machine.ts';
import type { Said } from './passcode.ts';

/** What a state is called for people. */
export interface Words {
  title: string;
  detail: string;
}

/** A message of the table. */
export const say = sayer('watch', watch);

/** Null while the stream plays: the picture needs no words. */
export function words({ phase, attempt, alone }: State, rehearsal = false): Words | null {
  switch (phase.name) {
    case 'playing':
      return null;
    case 'connecting':
      if (attempt < 3 && !alone) return { title: say('connecting'), detail: '' };
      return { title: say('connecting.still'), detail: say('connecting.still.detail') };
    case 'reconnecting':
      return alone ? gone() : { title: say('reconnecting'), detail: say('reconnecting.detail') };
    case 'removed':
      return {
        title: phase.knocked ? say('not_admitted') : say('removed'),
        detail: phase.reason
          ? say('removed.reason', { reason: phase.reason })
          : say(phase.knocked ? 'not_admitted.no_reason' : 'removed.no_reason'),
      };
    case 'waiting':
    case 'knocking':
    case 'full':
    case 'locked':
      // What the host said last may be over, and nobody is there to say so.
      return alone ? gone() : { title: say(phase.name), detail: say(`${phase.name}.detail`) };
    case 'ended':
    case 'later':
    case 'in_use':
    case 'passcode':
      return { title: say(phase.name), detail: say(`${phase.name}.detail`) };
    case 'gone':
      if (rehearsal && phase.retired) return { title: say('rehearsal.over'), detail: say('rehearsal.over.detail') };
      return phase.retired
        ? { title: say('retired'), detail: say('retired.detail') }
        : { title: say('nothing'), detail: say('nothing.detail') };
    case 'unsupported':
      return phase.lacks === 'webrtc'
        ? { title: say('no_webrtc'), detail: say('no_webrtc.detail') }
        : { title: say('no_format'), detail: say('no_format.detail') };
  }
}

/** The host has not been heard of for a while. */
function gone(): Words {
  return { title: say('reconnecting.still'), detail: say('reconnecting.still.detail') };
}

/** What the broadcaster withholds, so that nobody looks for the fault at home; empty where that is nothing. */
export function withheldWords({ microphone_muted, camera_off, be_right_back }: Controls): string {
  if (be_right_back) return say('withheld.back');
  if (microphone_muted) return say(camera_off ? 'withheld.both' : 'withheld.microphone');
  return camera_off ? say('withheld.camera') : '';
}

/** What came of the passcode that was said; empty where nothing is wrong with it. `again`: it was right, and is asked for once more. */
export function passcodeWords(said: Said | null, again: boolean): string {
  switch (said?.is) {
    case 'wrong':
      return say('passcode.wrong');
    case 'slowed':
      return say('passcode.slowed', { seconds: said.retryAfterS });
    case 'unreachable':
      return say('passcode.unreachable');
    default:
      return again ? say('passcode.again') : '';
  }
}

/** "1 watching", "1,204 watching". */
export function watchingWords(count: number): string {
  return say('watching', { count });
}
