// The one sign of how the stream itself does: the worst thing about it.
import type { Snapshot } from '../protocol/index.ts';
import { health } from './health.ts';
import { follow, steadyFrom, type Steady } from './steady.ts';

export type StreamHealth = 'no_picture' | 'no_sound' | 'smaller' | 'half_rate' | 'slow' | 'behind' | 'short' | 'good';

/** What stands in the place of the figures, which say less then. */
export const EXPLAINED: ReadonlySet<StreamHealth> = new Set(['smaller', 'half_rate', 'slow', 'behind', 'short']);

/** What is known for sure, and does not come and go with a second's figures. */
const DECIDED: ReadonlySet<StreamHealth> = new Set(['no_picture', 'no_sound', 'smaller', 'half_rate']);

/** Fewer pictures than this part of those wanted, and movement is not as smooth as it was meant to be. */
const FEW = 0.8;
/** So many viewers who do badly at one time have one cause, and that is on this side. */
const SHORT_AT_LEAST = 2;
/** What is wrong is said when it has lasted so long, or is over for as long: a second's figure is none. */
const LASTS_MS = 3000;

export function streamHealth({ camera, microphone, settings, stats, viewers }: Snapshot): StreamHealth {
  if (camera.state === 'failed') return 'no_picture';
  if (microphone.state === 'failed') return 'no_sound';
  if (stats.given_up !== null) return stats.given_up === 'size' ? 'smaller' : 'half_rate';
  // Before the first second there are no figures, and a card that stands still needs few pictures.
  if (camera.state !== 'off' && stats.fps > 0 && stats.fps < settings.fps * FEW) return 'slow';
  if (stats.left_out > 0) return 'behind';
  const losing = viewers.filter((viewer) => health(viewer) === 'poor').length;
  if (losing >= SHORT_AT_LEAST && losing * 2 >= viewers.length) return 'short';
  return 'good';
}

/** The same, without flickering; what a device does, and what the program gave up, is known at once. */
export function sign(before: Steady<StreamHealth> | null, now: Snapshot, at: number): Steady<StreamHealth> {
  const measured = streamHealth(now);
  // Nor is the first second's.
  before ??= steadyFrom(DECIDED.has(measured) ? measured : 'good');
  return follow(before, measured, at, (from, to) => (DECIDED.has(from) || DECIDED.has(to) ? 0 : LASTS_MS));
}
