// Why a viewer sees less than the best, as far as that is known: what was measured, and what follows from it. Nothing is guessed.
import type { Rid, Viewer } from '../protocol/index.ts';
import { FAIR_LOSS, FAIR_RTT_MS, seesLess } from './health.ts';
import { say } from './say.ts';
import { layer, milliseconds, rate } from './words.ts';

type Known = Pick<Viewer, 'stats' | 'held' | 'relay'>;

/** What there is to say, the weightiest first; none where nothing is wrong, or nothing is known of it. */
export function evidence(viewer: Known): string | null {
  const { stats, held, relay } = viewer;
  if (relay !== undefined || !stats.layer) return null;
  const said: string[] = [];
  if (seesLess(viewer)) said.push(less(viewer));
  else if (held === stats.layer.rid) said.push(say('viewer.why.held', { layer: layer(stats) }));
  if (stats.loss >= FAIR_LOSS) said.push(say('viewer.why.loss', { percent: Math.round(stats.loss * 100) }));
  if ((stats.rtt_ms ?? 0) >= FAIR_RTT_MS)
    said.push(say('viewer.round_trip', { time: milliseconds(stats.rtt_ms) ?? '' }));
  return said.length > 0 ? said.join('; ') : null;
}

const sizes: Rid[] = ['q', 'h', 'f'];

function less({ stats, held = 'f' }: Known): string {
  const is = layer(stats);
  const capped = stats.capped ?? 'f';
  const size = (rid: Rid): number => sizes.indexOf(rid);
  const most = Math.min(size(held), size(capped));
  const got = size(stats.layer?.rid ?? 'f');
  const fewer = (stats.layer?.temporal ?? 2) < 2;
  if (stats.line_kbps !== null && (got < most || fewer))
    return say('viewer.why.line', { rate: rate(stats.line_kbps), layer: is });
  if (got === most && !fewer && size(capped) < size(held)) return say('viewer.why.capped', { layer: is });
  return say('viewer.why.unknown', { layer: is });
}
