// Figures in plain words.
import type { RejectedMedia, RemovedViewer, ViewerId, ViewerStats } from '../protocol/index.ts';
import { decimal, language } from '../shared/words/language.ts';
import type { Failed } from './failed.ts';
import { say, sayFailed } from './say.ts';
import { toldText } from './told.ts';

/** "00:12:41": how long it has been live. */
export function elapsed(ms: number): string {
  return parts(ms)
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** "11:58", "2:05:00": how long it was, for a sentence. */
export function span(ms: number): string {
  const [hours = 0, minutes = 0, seconds = 0] = parts(ms);
  const two = (part: number): string => String(part).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
}

function parts(ms: number): number[] {
  const s = Math.max(0, Math.floor(ms / 1000));
  return [s / 3600, (s / 60) % 60, s % 60].map(Math.floor);
}

/** "just now", "4 min", "2 h 5 min": how long somebody has been watching. */
export function since(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes === 0) return say('time.now');
  if (minutes < 60) return say('time.minutes', { minutes });
  return say('time.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** "14:05", "Tue, Dec 1, 14:05": when something ends, with its day where that is not today. */
export function endsAt(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const day = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  return then.toLocaleString(language(), then.toDateString() === today.toDateString() ? time : { ...day, ...time });
}

/** "2.4 Mbit/s", "640 kbit/s". */
export function rate(kbps: number): string {
  if (kbps >= 1000) return say('rate.mbit', { rate: decimal(kbps / 1000, 1) });
  return say('rate.kbit', { rate: String(Math.round(kbps)) });
}

/** "Viewer 7": tells those apart who look alike, as long as the program runs. */
export function viewerName(id: ViewerId): string {
  return say('viewer.name', { number: String(id) });
}

/** "Firefox, Android": what somebody watches with, as far as it says so. */
export function browserName(browser: string): string {
  return browser === 'unknown' ? say('viewer.browser.unknown') : browser;
}

/** "Viewer 7, Firefox, Linux, 10.0.0.7": who it is, where a button has to say it. */
export function fullName({ id, browser, address }: { id: ViewerId; browser: string; address: string }): string {
  return say('viewer.full_name', { number: String(id), browser: browserName(browser), address });
}

/** "720p", "360p at half the frames": what a viewer is sent. */
export function layer(stats: ViewerStats): string {
  if (!stats.layer) return say('viewer.connecting');
  return say('viewer.layer', { height: String(stats.layer.height), temporal: stats.layer.temporal });
}

/** How the way to a viewer does: the worst thing about it, in words. */
export function path(stats: ViewerStats): { words: string; bad: boolean } {
  const percent = stats.loss * 100;
  if (percent >= 3) return { words: say('viewer.loss.much', { percent: Math.round(percent) }), bad: true };
  if (percent >= 0.5) return { words: say('viewer.loss.some', { percent: decimal(percent, 1) }), bad: false };
  return { words: say('viewer.loss.none'), bad: false };
}

/** "10.0.0.7 · removed for this broadcast": how somebody was removed, for the list. */
export function removal({ removal, address }: RemovedViewer): string {
  return say(`removed.${removal}`, { address });
}

/** "Viewer 7, Firefox, Linux, 10.0.0.7 was blocked.": the same, at the moment it happened. */
export function wasRemoved(viewer: RemovedViewer): string {
  if (viewer.removal === 'blocked') return say('removed.was.blocked', { address: viewer.address });
  return say(`removed.was.${viewer.removal}`, { who: fullName(viewer) });
}

/** "No sound: it has no Opus with 48 kHz": what a viewer is not sent, and why. */
export function notSent({ media, reason, key, values }: RejectedMedia): string {
  return say('viewer.not_sent', { media, reason: toldText({ message: reason, key, values }) });
}

/** Why somebody could not be shown anything: in the panel's words where the page told a code, as in the event's sentence. */
export function whyFailed({
  reason,
  key,
  values,
  code,
  arrived,
}: Omit<Failed, 'address' | 'browser' | 'times' | 'at'>): string {
  if (code === undefined) return sentence(toldText({ message: reason, key, values }));
  if (code !== 'no_way' || arrived === undefined) return sentence(sayFailed(code));
  return sentence(sayFailed(arrived ? 'no_way.heard' : 'no_way.silent'));
}

/** A cause that stands alone: it begins and ends as a sentence does. */
function sentence(cause: string): string {
  return `${cause.charAt(0).toLocaleUpperCase()}${cause.slice(1).replace(/\.$/, '')}.`;
}

/** "31 ms". */
export function milliseconds(ms: number | null): string | null {
  return ms === null ? null : say('time.milliseconds', { ms: Math.round(ms) });
}

/** The lowest, the median and the highest of the latencies that viewers told; null while none did. */
export function spread(viewers: { stats: ViewerStats }[]): { lowest: number; median: number; highest: number } | null {
  const told = viewers.map(({ stats }) => stats.latency_ms).filter((ms) => ms !== null);
  const sorted = told.map((ms) => Math.round(ms)).sort((a, b) => a - b);
  const [lowest, median, highest] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  if (lowest === undefined || median === undefined || highest === undefined) return null;
  return { lowest, median, highest };
}

/** Figures that keep their order among words that are written from right to left. */
export function ordered(figures: string): string {
  return `\u2066${figures}\u2069`;
}

/** Linear amplitude to the meter's 0..1, over 60 dB. */
export function meter(amplitude: number): number {
  return amplitude <= 0.001 ? 0 : Math.min(1, 1 + (20 * Math.log10(amplitude)) / 60);
}
