// Which ways on there are when something could not start: each is a button that does it.
import type { Devices, ErrorCode, Source, SourceState } from '../protocol/index.ts';
import { isScreen } from './sources.ts';

/** What the program can do when it could not open its port, its settings or its folders. */
export type StartWay = 'again' | 'other_port' | 'any_address' | 'usual_settings' | 'open_file' | 'open_folder';

/** The first is the one that most people want. */
export function startWays(code: ErrorCode | null): StartWay[] {
  switch (code) {
    case 'port_in_use':
      return ['other_port', 'again'];
    case 'bad_address':
      return ['any_address', 'again', 'open_file'];
    case 'bad_setting':
      return ['usual_settings', 'open_file', 'again'];
    case 'storage':
      return ['again', 'open_folder'];
    default:
      return ['again'];
  }
}

/** What can be chosen in the place of a camera, a screen or a microphone that delivers nothing. */
export type SourceWay =
  { way: 'use'; source: Source } | { way: 'ask' | 'again'; source: string } | { way: 'pattern' | 'off' | 'look' };

/** More other devices than these are in the picker below. */
const OTHERS = 2;

export function cameraWays(state: SourceState, cameras: Source[]): SourceWay[] {
  if (state.state !== 'failed') return [];
  const others = used(state, cameras);
  return [...others, ...(others.length === 0 ? [{ way: 'look' } as const] : []), { way: 'pattern' }, { way: 'off' }];
}

/**
 * Those that are there now, and have not failed: each by the text that `set_source` takes. Where the desktop asks, it can ask once more;
 * where nothing is there that asks, it is tried again.
 */
export function screenWays(state: SourceState, { screens, windows, desktop_asks }: Devices): SourceWay[] {
  if (state.state !== 'failed') return [];
  if (desktop_asks) {
    const way = state.code === 'no_device' ? 'again' : 'ask';
    return [{ way, source: isScreen(state.id) ? state.id : 'screen' }];
  }
  const named = (kind: string, sources: Source[]): Source[] =>
    sources.map(({ id, label }) => ({ id: `${kind}:${id}`, label }));
  return [...used(state, [...named('screen', screens), ...named('window', windows)]), { way: 'look' }];
}

export function microphoneWays(state: SourceState, microphones: Source[]): SourceWay[] {
  if (state.state !== 'failed') return [];
  const others = used(state, microphones);
  return [...others, ...(others.length === 0 ? [{ way: 'look' } as const] : []), { way: 'off' }];
}

function used(state: SourceState & { id: string }, sources: Source[]): SourceWay[] {
  const others = sources.filter(({ id }) => id !== state.id).slice(0, OTHERS);
  return others.map((source) => ({ way: 'use', source }));
}
