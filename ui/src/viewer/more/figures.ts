// What the statistics say, out of what a browser tells of its connection. A figure that it does not tell is none, and nothing is made up.

/** What a browser told at one moment. */
export interface Sample {
  atMs: number;
  bytes: number;
  received: number;
  lost: number;
  frames: number | null;
}

export interface Figures {
  /** "H.264, Opus". */
  codecs: string | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  kbps: number | null;
  /** Per cent of the last seconds' packets. */
  loss: number | null;
  roundTripMs: number | null;
}

interface Entry {
  id: string;
  type: string;
  kind?: string;
  timestamp: number;
  mimeType?: string;
  codecId?: string;
  nominated?: boolean;
  currentRoundTripTime?: number;
  bytesReceived?: number;
  headerBytesReceived?: number;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
}

/** Rates are of so long at most. */
const windowMs = 5000;

const names: Record<string, string> = { H264: 'H.264', OPUS: 'Opus' };

/** The next figures, and the samples that those after them are made with. */
export function figures(
  before: Sample[],
  report: Iterable<[string, unknown]>,
): { figures: Figures; samples: Sample[] } {
  const entries = [...report].map(([, entry]) => entry as Entry);
  const inbound = entries.filter(({ type }) => type === 'inbound-rtp');
  const video = inbound.find(({ kind }) => kind === 'video');
  const pair = entries.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
  const sum = (of: (entry: Entry) => number | undefined): number =>
    inbound.reduce((total, entry) => total + (of(entry) ?? 0), 0);
  const now: Sample = {
    atMs: Math.max(0, ...inbound.map(({ timestamp }) => timestamp)),
    bytes: sum(({ bytesReceived = 0, headerBytesReceived = 0 }) => bytesReceived + headerBytesReceived),
    received: sum(({ packetsReceived }) => packetsReceived),
    lost: sum(({ packetsLost }) => packetsLost),
    frames: video?.framesDecoded ?? null,
  };
  // Another session counts from nought.
  const last = before.at(-1);
  const goesOn = last !== undefined && now.atMs > last.atMs && now.received >= last.received;
  const samples = [...(goesOn ? before.filter(({ atMs }) => now.atMs - atMs <= windowMs) : []), now];
  const first = samples[0] ?? now;
  const seconds = (now.atMs - first.atMs) / 1000;
  const packets = now.received - first.received + Math.max(0, now.lost - first.lost);
  const codec = (id: string | undefined): string | undefined => {
    const name = entries.find((entry) => entry.type === 'codec' && entry.id === id)?.mimeType?.split('/')[1];
    return name && (names[name.toUpperCase()] ?? name);
  };
  const codecs = [video, inbound.find(({ kind }) => kind === 'audio')].flatMap((entry) => codec(entry?.codecId) ?? []);
  return {
    samples,
    figures: {
      codecs: codecs.length > 0 ? codecs.join(', ') : null,
      width: video?.frameWidth ?? null,
      height: video?.frameHeight ?? null,
      fps: seconds > 0 && now.frames !== null ? (now.frames - (first.frames ?? 0)) / seconds : null,
      kbps: seconds > 0 ? ((now.bytes - first.bytes) * 8) / 1000 / seconds : null,
      loss: packets > 0 ? (100 * Math.max(0, now.lost - first.lost)) / packets : null,
      roundTripMs: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
    },
  };
}
