// The settings sheet's fields: what was typed becomes a change, and a refusal finds the field it is about.
import type { Said, Settings, SettingsChange } from '../protocol/index.ts';
import { say } from './say.ts';
import { valueText } from './told.ts';

/** What the sheet edits, each as text: a half-typed number is none. The program says what can be; no limit stands here. */
export type Fields = Record<Field, string>;
export type Field = keyof SettingsChange;

/** The largest number that fits into a message. */
const MOST = 4_294_967_295;
const NUMBERS: Field[] = [
  'fps',
  'bitrate_kbps',
  'max_viewers',
  'max_upload_kbps',
  'recording_minutes',
  'recording_megabytes',
];

/** Those that are on or off. */
const SWITCHES: Field[] = ['jitsi'];

/** How each can be written, for who wrote it otherwise. */
const EXAMPLES: Fields = {
  size: '1280x720',
  fps: '30',
  bitrate_kbps: '2500',
  sound: 'music',
  max_viewers: '100',
  max_upload_kbps: '20000',
  relay_from: 'full',
  jitsi: 'true',
  public: 'live.example.org:8787',
  public_media: '203.0.113.7:8787',
  title: 'Birds at dawn',
  card: '/home/anna/back-soon.png',
  link_preview: 'still',
  recordings: '/home/anna/Videos',
  recording_minutes: '60',
  recording_megabytes: '4000',
  language: 'de',
  hardware_acceleration: 'auto',
};
const KEYS = Object.keys(EXAMPLES) as Field[];

export interface Wrong {
  field: Field;
  text: string;
}

export function fields(settings: Settings): Fields {
  return Object.fromEntries(KEYS.map((key) => [key, String(settings[key])])) as Fields;
}

/** What is to be changed; or what of it is no number. */
export function change(edited: Fields, settings: Settings): SettingsChange | Wrong {
  const changed: Record<string, string | number | boolean> = {};
  for (const field of KEYS) {
    const text = edited[field];
    if (text === String(settings[field])) continue;
    if (SWITCHES.includes(field)) {
      changed[field] = text === 'true';
      continue;
    }
    if (!NUMBERS.includes(field)) {
      changed[field] = text;
      continue;
    }
    if (!/^\d+$/.test(text.trim())) return { field, text: withExample(say('settings.not_whole', { text }), field) };
    if (Number(text) > MOST) return { field, text: withExample(say('settings.too_large', { text }), field) };
    changed[field] = Number(text);
  }
  return changed as SettingsChange;
}

export function isWrong(change: SettingsChange | Wrong): change is Wrong {
  return 'field' in change;
}

/** The field that a refusal names, as in "fps: 99 frames a second cannot be sent: 1 to 60 can"; null where it names none. */
export function refusedField({ key, values }: Said): Wrong | null {
  const field = key === 'setting.of' ? KEYS.find((known) => known === values?.key) : undefined;
  const text = values?.why === undefined ? null : valueText(values.why);
  if (!field || text === null) return null;
  return { field, text: withExample(text.charAt(0).toUpperCase() + text.slice(1), field) };
}

function withExample(wrong: string, field: Field): string {
  return say('settings.example', { wrong: wrong.replace(/\.$/, ''), example: EXAMPLES[field] });
}
