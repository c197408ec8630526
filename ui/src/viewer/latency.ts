/**
 * Glass-to-glass latency: from a frame's capture at the broadcaster to its pixels on this screen. The two clocks know
 * nothing of each other, so their difference is measured on the way, and where any part is missing there is no figure.
 */

/** Milliseconds from the epoch of NTP (1900) to that of Unix (1970). */
const ntpToUnixMs = 2_208_988_800_000;
/** RTP timestamps of video count in 90 kHz and wrap at 2^32 (RFC 3551 section 5). */
const videoTicksPerMs = 90;
/** How many sender reports, one a second, the clock difference is taken from. */
const keptReports = 15;

/** A frame on the screen. */
export interface Shown {
  rtpTimestamp: number;
  /** Unix time by this machine's clock. */
  shownAtMs: number;
}

/** What the abs-capture-time header extension said of the newest frame. */
export interface Captured {
  rtpTimestamp: number;
  /** By the sender's clock, since the NTP epoch or the Unix epoch: browsers differ. */
  captureTimestamp: number;
  /** The capturer's clock minus the sender's. */
  senderCaptureTimeOffset: number;
}

/** A sender report of RTCP. */
export interface Report {
  /** Sender's clock when it left, Unix time. */
  leftAtMs: number;
  /** This machine's clock when it arrived, Unix time. */
  arrivedAtMs: number;
  roundTripMs: number;
}

/** The sender's clock minus this machine's. */
export class ClockDifference {
  readonly #reports: { arrivedAtMs: number; differenceMs: number }[] = [];

  add({ leftAtMs, arrivedAtMs, roundTripMs }: Report): void {
    if (this.#reports.some((kept) => kept.arrivedAtMs === arrivedAtMs)) return;
    this.#reports.push({ arrivedAtMs, differenceMs: leftAtMs + roundTripMs / 2 - arrivedAtMs });
    if (this.#reports.length > keptReports) this.#reports.shift();
  }

  /** A report that waited on its way makes the difference look smaller, never larger: the largest is the truest. */
  get ms(): number | null {
    if (this.#reports.length === 0) return null;
    return Math.max(...this.#reports.map((report) => report.differenceMs));
  }
}

/** Null where the frames do not belong together or the outcome cannot be true. */
export function latencyMs(shown: Shown, captured: Captured, clockDifferenceMs: number): number | null {
  const newerByMs = signed32(captured.rtpTimestamp - shown.rtpTimestamp) / videoTicksPerMs;
  if (Math.abs(newerByMs) > 2000) return null;
  const capturedAtMs = toUnix(captured.captureTimestamp) - captured.senderCaptureTimeOffset - newerByMs;
  return credible(shown.shownAtMs - (capturedAtMs - clockDifferenceMs));
}

/** By the capture time of the frame that plays now, as browsers estimate it from sender reports. */
export function latencyByPlayoutMs(
  estimatedPlayoutMs: number,
  sampledAtMs: number,
  clockDifferenceMs: number,
): number | null {
  return credible(sampledAtMs + clockDifferenceMs - toUnix(estimatedPlayoutMs));
}

function credible(ms: number): number | null {
  return ms > 0 && ms < 20_000 ? ms : null;
}

function toUnix(ms: number): number {
  return ms > ntpToUnixMs ? ms - ntpToUnixMs : ms;
}

function signed32(value: number): number {
  return value | 0;
}
