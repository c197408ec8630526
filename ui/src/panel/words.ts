// Figures in plain words.
import type { RejectedMedia, RemovedViewer, ViewerStats } from '../protocol/index.ts';

/** "00:12:41". */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return [s / 3600, (s / 60) % 60, s % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

/** "just now", "4 min", "2 h 5 min": how long somebody has been watching. */
export function since(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes === 0) return 'just now';
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "2.4 Mbit/s", "640 kbit/s". */
export function rate(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

/** "720p", "360p at half the frames": what a viewer is sent. */
export function layer(stats: ViewerStats): string {
  if (!stats.layer) return 'connecting';
  const frames = ['at a quarter of the frames', 'at half the frames', ''][Math.min(stats.layer.temporal, 2)];
  return `${stats.layer.height}p ${frames ?? ''}`.trim();
}

/** How the way to a viewer does: the worst thing about it, in words. */
export function path(stats: ViewerStats): { words: string; bad: boolean } {
  const percent = stats.loss * 100;
  if (percent >= 3) return { words: `network loses ${Math.round(percent)} %`, bad: true };
  if (percent >= 0.5) return { words: `${percent.toFixed(1)} % lost`, bad: false };
  return { words: 'no loss', bad: false };
}

/** "10.0.0.7 · kicked for this broadcast": how somebody was removed, for the list. */
export function removal({ removal, address }: RemovedViewer): string {
  switch (removal) {
    case 'kicked':
      return `${address} · kicked for this broadcast`;
    case 'banned':
      return `${address} · banned until lifted`;
    case 'blocked':
      return 'address blocked for this broadcast';
  }
}

/** "Firefox, Linux (10.0.0.7) was banned.": the same, at the moment it happened. */
export function wasRemoved({ removal, address, browser }: RemovedViewer): string {
  if (removal === 'blocked') return `${address} was blocked for this broadcast.`;
  return `${browser} (${address}) was ${removal === 'banned' ? 'banned' : 'removed'}.`;
}

/** "No sound: it has no Opus with 48 kHz": what a viewer is not sent, and why. */
export function notSent({ media, reason }: RejectedMedia): string {
  const names: Record<string, string> = { audio: 'No sound', video: 'No picture', application: 'No data channel' };
  return `${names[media] ?? `No ${media}`}: ${reason}`;
}

/** "31 ms". */
export function milliseconds(ms: number | null): string | null {
  return ms === null ? null : `${Math.round(ms)} ms`;
}

/** The lowest, the median and the highest of the latencies that viewers told; null while none did. */
export function spread(viewers: { stats: ViewerStats }[]): { lowest: number; median: number; highest: number } | null {
  const told = viewers.map(({ stats }) => stats.latency_ms).filter((ms) => ms !== null);
  const sorted = told.map((ms) => Math.round(ms)).sort((a, b) => a - b);
  const [lowest, median, highest] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  if (lowest === undefined || median === undefined || highest === undefined) return null;
  return { lowest, median, highest };
}

/** Linear amplitude to the meter's 0..1, over 60 dB. */
export function meter(amplitude: number): number {
  return amplitude <= 0.001 ? 0 : Math.min(1, 1 + (20 * Math.log10(amplitude)) / 60);
}
