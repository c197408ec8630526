// The window's title: what is seen of it while another window is in front.
import type { Snapshot } from '../protocol/index.ts';
import { say } from './say.ts';
import { elapsed } from './words.ts';

export function title(snapshot: Snapshot | null): string {
  switch (snapshot?.phase.state) {
    case 'live':
      return say('title.live', { time: elapsed(snapshot.stats.elapsed_ms), watching: snapshot.watching });
    case 'rehearsing':
      return say('title.rehearsing');
    case 'starting':
      return say('title.starting');
    case 'ending':
      return say('title.ending');
    default:
      return say('app.name');
  }
}
