// How a broadcast went, told when it is over.
import type { Event, Snapshot } from '../protocol/index.ts';

export interface Ended {
  ms: number;
  peak: number;
}

/** `shown` is what stands there now. It is taken down when the next broadcast starts. */
export function ended(shown: Ended | null, before: Snapshot, event: Event, now: number): Ended | null {
  if (event.event !== 'phase') return shown;
  const [from, to] = [before.phase, event.phase.state];
  if (from.state === 'live' && to !== 'live') return { ms: now - from.since_at, peak: before.peak };
  return to === 'starting' || to === 'live' ? null : shown;
}
