// What is said of the recording, in each of its states.
import type { Recording, Said, UnfinishedRecording } from '../protocol/index.ts';
import { decimal } from '../shared/words/language.ts';
import { say } from './say.ts';
import { span } from './words.ts';

/** What its button does; null where it does nothing. */
export type Act = 'record' | 'stop_recording' | null;

export interface Shown {
  act: Act;
  button: string;
  /** What it does, or how it ended. */
  state: string;
  /** It is being written. */
  on: boolean;
  /** What is wrong with it. */
  trouble: Said | null;
  /** There is a file that can be shown. */
  file: string | null;
}

export function shown(recording: Recording): Shown {
  const { state, file, seconds, bytes, message, key, values } = recording;
  const on = state === 'recording' || state === 'stopping';
  const act: Act =
    state === 'recording' || state === 'waiting'
      ? 'stop_recording'
      : state === 'starting' || state === 'stopping'
        ? null
        : 'record';
  const figures = { time: span(seconds * 1000), size: size(bytes) };
  return {
    act,
    button: say(
      act === 'stop_recording' ? (state === 'waiting' ? 'recording.call_off' : 'recording.stop') : 'recording.start',
    ),
    state:
      state === 'failed' && seconds > 0 ? say('recording.failed.kept', figures) : say(`recording.${state}`, figures),
    on,
    trouble: message === undefined ? null : { message, key, values },
    file: state === 'stopped' || (state === 'failed' && seconds > 0) ? file : null,
  };
}

/** "230 MB", "2.3 GB". */
export function size(bytes: number): string {
  if (bytes >= 1e9) return say('size.gb', { size: decimal(bytes / 1e9, 1) });
  return say('size.mb', { size: String(Math.floor(bytes / 1e6)) });
}

/** "Sunday.mp4": of a path of any system. */
export function name(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** What was not finished in an earlier run; null where nothing is. */
export function unfinished(files: UnfinishedRecording[]): string | null {
  const first = files[0];
  return first ? say('recording.unfinished', { n: files.length, name: name(first.file) }) : null;
}
