// The mixer's strips: what each does, in words and steps.
import type { Strip } from '../protocol/index.ts';
import { say } from './say.ts';

/** What can be chosen of channels; a device of more than eight inputs is chosen for by the command. */
export const CHANNELS = ['auto', 'left', 'right', 'mono', 'stereo', '1', '2', '3', '4', '5', '6', '7', '8'];

/** By what the sound is mostly, the one that fits most first. */
export const PRESETS = ['standard', 'music', 'speech'];

/** Somebody speaks into it. */
export function isMicrophone(strip: Strip['strip']): boolean {
  return strip.startsWith('microphone');
}

/** There may be so many. */
export const MOST_MICROPHONES = 4;

/** "-6 dB", "0 dB", "+3.5 dB". */
export function decibels(db: number): string {
  return say('mixer.db', { db: `${db > 0 ? '+' : ''}${String(db).replace('-', '−')}` });
}

/** Decibels below full scale as a sample. */
export function amplitude(db: number): number {
  return 10 ** (db / 20);
}

/** "−23 LUFS", or nothing where it is too quiet to tell. */
export function loudness(lufs: number | null | undefined): string {
  return lufs === null || lufs === undefined
    ? ''
    : say('mixer.lufs', { lufs: String(Math.round(lufs)).replace('-', '−') });
}

/** Somebody with loudspeakers is heard with an echo. */
export function mayEcho(strips: Strip[], microphone: string): boolean {
  const heard = strips.filter(({ mute }) => !mute).map(({ strip }) => strip);
  const first = microphone !== 'off' && microphone !== 'tone';
  return heard.includes('desktop') && heard.some((strip) => isMicrophone(strip) && (strip !== 'microphone' || first));
}
