// What the page reads from a peer connection's statistics.
import type { Report } from './latency.ts';

/** What this page reads out of a connection's statistics. */
export interface Reading {
  /** Received so far, picture and sound. */
  packets: number;
  /** Of the picture: packets received, frames decoded, where the browser tells, and packets that did not come. */
  picture: { packets: number; decoded: number | null; lost: number };
  /** How much later than the picture of the same moment the sound is played, as the sender's reports date both. */
  soundLateMs: number | null;
  /** The newest sender report of the picture. */
  report: Report | null;
  /** When the picture that plays now was captured, by the sender's clock, and when that was estimated, by ours. */
  playout: { estimatedMs: number; sampledAtMs: number } | null;
}

// Some of these are missing in TypeScript's library, and any may be missing in a browser.
interface Entry {
  type: string;
  kind?: string;
  timestamp: number;
  packetsReceived?: number;
  packetsLost?: number;
  retransmittedPacketsReceived?: number;
  framesDecoded?: number;
  estimatedPlayoutTimestamp?: number;
  nominated?: boolean;
  currentRoundTripTime?: number;
  remoteTimestamp?: number;
}

export function read(stats: Iterable<[string, unknown]>): Reading {
  const entries = [...stats].map(([, entry]) => entry as Entry);
  const inbound = entries.filter(({ type }) => type === 'inbound-rtp');
  const video = inbound.find(({ kind }) => kind === 'video');
  const [shown, heard] = [video, inbound.find(({ kind }) => kind === 'audio')].map(
    (entry) => entry?.estimatedPlayoutTimestamp,
  );
  const roundTripS = entries.find(
    ({ type, nominated }) => type === 'candidate-pair' && nominated,
  )?.currentRoundTripTime;
  // Only the picture's reports: those of the sound may be shifted on purpose, so that the picture need not wait for it.
  const sender = entries.find(({ type, kind }) => type === 'remote-outbound-rtp' && kind === 'video');
  return {
    packets: inbound.reduce((sum, { packetsReceived }) => sum + (packetsReceived ?? 0), 0),
    picture: {
      packets: video?.packetsReceived ?? 0,
      decoded: video?.framesDecoded ?? null,
      // Browsers count as lost what was lost at first, though it came when it was sent again. What came twice makes it less than nothing.
      lost: Math.max(0, (video?.packetsLost ?? 0) - (video?.retransmittedPacketsReceived ?? 0)),
    },
    soundLateMs: shown === undefined || heard === undefined ? null : shown - heard,
    report:
      sender?.remoteTimestamp === undefined || roundTripS === undefined
        ? null
        : { leftAtMs: sender.remoteTimestamp, arrivedAtMs: sender.timestamp, roundTripMs: roundTripS * 1000 },
    playout:
      video?.estimatedPlayoutTimestamp === undefined
        ? null
        : { estimatedMs: video.estimatedPlayoutTimestamp, sampledAtMs: video.timestamp },
  };
}
