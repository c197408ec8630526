// How a viewer does, in one word.
import type { Viewer } from '../protocol/index.ts';

/** From the worst to the best, which is the order of the list. */
export const HEALTHS = ['poor', 'fair', 'connecting', 'good', 'relayed'] as const;
export type Health = (typeof HEALTHS)[number];

/** So much is lost that the picture stands still again and again, in spite of repairs. */
const POOR_LOSS = 0.1;
/** So much is lost that it shows. */
export const FAIR_LOSS = 0.03;
/** So late that a talk across it is no talk any more. */
export const FAIR_RTT_MS = 500;

/** Is sent a smaller picture than the full one, or fewer of them, and did not choose that. */
export function seesLess({ stats: { layer }, held }: Pick<Viewer, 'stats' | 'held'>): boolean {
  return layer !== null && (layer.temporal < 2 || (layer.rid !== 'f' && layer.rid !== held));
}

export function health(viewer: Pick<Viewer, 'stats' | 'rejected' | 'relay' | 'held'>): Health {
  const { stats, rejected, relay } = viewer;
  // What its connection there is like nobody tells.
  if (relay !== undefined) return 'relayed';
  const { layer, loss, rtt_ms } = stats;
  if (!layer) return 'connecting';
  const least = layer.rid === 'q' && layer.temporal === 0;
  if (loss >= POOR_LOSS || least) return 'poor';
  const less = seesLess(viewer);
  // A data channel that is not there is missed by nobody.
  const missing = rejected.some(({ media }) => media === 'audio' || media === 'video');
  if (loss >= FAIR_LOSS || less || missing || (rtt_ms ?? 0) >= FAIR_RTT_MS) return 'fair';
  return 'good';
}

export function worse(one: Health, other: Health): boolean {
  return HEALTHS.indexOf(one) < HEALTHS.indexOf(other);
}
