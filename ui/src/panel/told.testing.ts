// What the program tells the panel, piece by piece, for tests: its sentences are those of the table of words.
import type {
  Capacity,
  ChatSnapshot,
  Finding,
  FindingCode,
  HistoryPoint,
  Knock,
  Relay,
  RelayEngine,
  RelayState,
  RemovedViewer,
  Strip,
  StripId,
  Viewer,
} from '../protocol/index.ts';
import { rehearsal, told } from '../shared/words/en.json';
import { viewer } from './viewer.testing.ts';

type Values = Record<string, string | number | Said>;

/** A sentence of the program, or what stands within one. */
export interface Said {
  message: string;
  key: string;
  values: Values;
}

export function said(key: keyof typeof told, values: Values = {}): Said {
  const filled = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`${key} wants ${name}`);
    return typeof value === 'object' ? value.message : String(value);
  };
  return { message: told[key].replace(/\{(\w+)\}/g, (_, name: string) => filled(name)), key, values };
}

/** What is told under another name than `message`. */
export const reason = ({ message, key, values }: Said) => ({ reason: message, key, values });

const now = Date.now();

/** A viewer, who does as these figures say. */
export const who = (id: number, stats: Partial<Viewer['stats']> = {}, more: Partial<Viewer> = {}): Viewer =>
  viewer(id, { latency_ms: 160 + id, ...stats }, { since_at: now - id * 61_000, address: `198.51.100.${id}`, ...more });

export const knock = (id: number, more: Partial<Knock>): Knock => ({
  id,
  address: `198.51.100.${id}`,
  browser: 'Safari, iOS',
  since_at: now - 20_000,
  was_here: false,
  guest: false,
  ...more,
});

export const gone = (id: number, more: Partial<RemovedViewer> = {}): RemovedViewer => ({
  id,
  removal: 'kicked',
  reason: null,
  address: `198.51.100.${id}`,
  browser: 'Firefox, Linux',
  removed_at: now - 5000,
  ...more,
});

export const strip = (id: StripId, device?: string): Strip => ({
  strip: id,
  ...(device && { device }),
  solo: false,
  gain_db: 0,
  mute: false,
  channels: 'auto',
  noise_suppression: false,
  gate: false,
  gate_db: -45,
});

export const relay = (
  id: number,
  engine: RelayEngine,
  state: RelayState,
  what?: Said,
  more: Partial<Relay> = {},
): Relay => ({
  relay: id,
  engine,
  host: 'media.example.org:8088',
  state,
  ...what,
  ...more,
});

/** One of each verdict, and all that is looked at. */
export const findings: Finding[] = (
  [
    ['picture', 'good', 'picture_good', 30],
    ['sound', 'look', 'sound_soft', -41],
    ['playback', 'good', 'playback_good', null],
    ['sync', 'look', 'sync_late', 80],
    ['latency', 'good', 'latency_good', 180],
    ['upload', 'unknown', 'upload_unknown', null],
  ] satisfies [Finding['of'], Finding['verdict'], FindingCode, number | null][]
).map(([of, verdict, code, value]) => ({ of, verdict, code, value, message: rehearsal[code] }));

export const capacity: Capacity = {
  known_by: 'max_upload',
  line: 'uplink',
  carries_kbps: 20_000,
  used_kbps: 7900,
  room: [
    { rid: 'f', height: 720, more: 4 },
    { rid: 'h', height: 360, more: 17 },
    { rid: 'q', height: 180, more: 61 },
  ],
  message: '',
};

/** A point of a broadcast that grew. */
export const point = (at: number, step: number): HistoryPoint => ({
  at,
  watching: Math.floor(step / 20),
  sent_kbps: step * 40,
  encoded_kbps: 2600,
  fps: 30,
  cpu: 0.2 + 0.1 * Math.sin(step / 9),
  left_out: step % 50 === 7 ? 12 : 0,
  latency_ms: 170 + (step % 17),
});

const line = (id: number, by: number | null, text: string, reply_to?: number) => ({
  id,
  at: now - (10 - id) * 30_000,
  viewer: by,
  name: by === null ? 'Ἀηδών' : `Ἄννα ${by}`,
  host: by === null,
  colour: by ?? 0,
  text,
  ...(reply_to && { reply_to }),
});

/** All that can be seen in a chat at one time. */
export const chat: ChatSnapshot = {
  mode: 'admitted',
  slow_s: 10,
  links: false,
  unwanted_words: ['φεῦ', 'οἴμοι'],
  pinned: line(1, null, 'Χαίρετε πάντες'),
  messages: [
    line(1, null, 'Χαίρετε πάντες'),
    line(2, 1, 'Χαῖρε καὶ σύ, ὦ φίλε, ἐκ τῆς θαλάσσης'),
    line(3, 2, 'Τί ἐστιν; https://example.org/ὄρνιθες', 2),
    line(4, 99, 'Ἔρρωσθε', 1),
    line(5, null, '🎉'),
  ],
  names: [
    { viewer: 1, name: 'Ἄννα 1' },
    { viewer: 2, name: 'Ἄννα 2' },
  ],
  muted: [{ viewer: 2 }],
  hands: [1],
};
