// One sentence of how it goes with everything: the worst thing about it, or that all is well.
import type { Snapshot } from '../protocol/index.ts';
import { health, seesLess } from './health.ts';
import { say } from './say.ts';
import type { StreamHealth } from './stream.ts';

export function overall(snapshot: Snapshot, stream: StreamHealth, fps: number): string {
  const { phase, viewers, watching, capacity, settings } = snapshot;
  if (phase.state !== 'live') return say('overall.offline');
  if (stream !== 'good') return say(`stream.${stream}.detail`, { fps, wanted: settings.fps });
  if (watching === 0) return say('overall.alone');
  // Of those at relays nobody tells.
  const poor = viewers.filter((viewer) => health(viewer) === 'poor').length;
  if (poor > 0) return say('overall.poor', { poor, watching });
  if (capacity?.known_by === 'full' && capacity.room.every(({ more }) => more === 0))
    return say('overall.full', { watching });
  const less = viewers.filter((viewer) => viewer.relay === undefined && seesLess(viewer)).length;
  return less > 0 ? say('overall.less', { less, watching }) : say('overall.good', { watching });
}
