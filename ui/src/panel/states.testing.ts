// The states that the panel can be in, each by what the program tells and what is pressed, for tests that look at all of them.
// Names of people are in Greek letters: where English is spoken in none of these states, a Latin letter is a sentence that was left out.
import type { CommandRefused, Event, PanelMessage, Snapshot } from '../protocol/index.ts';
import { device, link, microphone, ready, stats } from './ready.testing.ts';
import { settings } from './settings.testing.ts';
import {
  capacity,
  chat,
  findings,
  gone,
  knock,
  point,
  reason,
  relay,
  said,
  strip,
  who,
  type Said,
} from './told.testing.ts';

export interface State {
  name: string;
  snapshot: Partial<Snapshot>;
  /** What happens after it. */
  events?: Event[];
  /** What is told beside events. */
  messages?: PanelMessage[];
  /** There is no studio. */
  failure?: CommandRefused;
  /** Which commands are refused. */
  refused?: Record<string, CommandRefused>;
  /** What is pressed then, and what is typed and sent, in this order. */
  acts?: (string | [field: string, text: string])[];
}

export { ready };

const now = Date.now();
const live = { phase: { state: 'live', since_at: now - 754_000 } } as const;

const on: Partial<Snapshot> = { ...live, stats };
const three: Partial<Snapshot> = {
  ...on,
  viewers: [who(1, {}), who(2, { line_kbps: 610, loss: 0.08, rtt_ms: 180 }), who(3, { layer: null })],
  watching: 3,
  peak: 4,
};
const talking: Partial<Snapshot> = { ...three, chat };
const many = Array.from({ length: 8 }, (_, at) => who(at + 1, at % 3 ? {} : { line_kbps: 500, loss: 0.04 }));
const elsewhere = said('relay.unreachable', { host: 'media.example.org', error: 'refused' });
const lost = {
  code: 'device_lost',
  ...said('device.lost', { device: said('device.camera', { name: device.id }) }),
} as const;
const file = '/home/anna/Videos/2026-11-30.mp4';
const error = (code: CommandRefused['code'], what: Said): CommandRefused => ({ code, ...what });

export const STATES: State[] = [
  {
    name: 'first start, without a device',
    snapshot: {
      camera: { state: 'off' },
      microphone: { state: 'off' },
      settings,
      links: null,
      devices: { ...ready.devices, cameras: [], microphones: [], screens: [], windows: [], outputs: [], programs: [] },
      strips: [],
    },
  },
  { name: 'ready', snapshot: {} },
  { name: 'starting', snapshot: { phase: { state: 'starting' } } },
  { name: 'live with nobody', snapshot: on },
  {
    name: 'live and locked with nobody',
    snapshot: { ...on, locked: true, outside: { waiting: 2, turned_away: 3, no_room: 1 } },
  },
  { name: 'three viewers, a row opened', snapshot: three, acts: ['more'] },
  {
    name: 'many viewers, in an order, some held, capped, at a relay, with a hand up and without sound',
    snapshot: {
      ...on,
      viewers: [
        ...many,
        who(9, {}, { held: 'h' }),
        who(10, { capped: 'h' }),
        who(11, {}, { relay: 1 }),
        who(12, {}, { rejected: [{ media: 'audio', mid: '0', ...reason(said('offer.no_opus')) }] }),
        who(13, {}, { guest: 'Βερενίκη' }),
      ],
      chat: { ...chat, hands: [9] },
      watching: 13,
      peak: 14,
    },
    acts: ['more'],
  },
  { name: 'nobody found', snapshot: { ...on, viewers: many, watching: 8, peak: 8 }, acts: [['search', 'Ὦ']] },
  {
    name: 'settings with a figure that is none',
    snapshot: {},
    acts: ['settings', ['max_viewers', '1,5'], 'save'],
  },
  {
    name: 'settings that are refused',
    snapshot: {},
    refused: { configure: error('bad_setting', said('setting.bitrate', { rate: 90 })) },
    acts: ['settings', ['bitrate_kbps', '90'], 'save'],
  },
  { name: 'the door, open', snapshot: on, acts: ['door'] },
  {
    name: 'the door with a passcode, a waiting room and guest links, one refused',
    snapshot: {
      ...on,
      passcode: true,
      waiting_room: true,
      guest_links: [
        { name: 'Ἄννα', watch: link, whep: link },
        { name: 'Βερενίκη', watch: link, whep: link, expires_at: now + 90_000_000, devices: 2 },
      ],
    },
    refused: { make_guest_link: error('bad_guest_link', said('door.taken')) },
    acts: ['door', ['guest-name', 'Ἄννα'], 'guest-make'],
  },
  { name: 'the link as a code', snapshot: on, acts: ['qr-button'] },
  { name: 'whether to make a new link', snapshot: on, acts: ['new-link'] },
  { name: 'how to let others in', snapshot: on, acts: ['elsewhere'] },
  {
    name: 'the mixer, a strip opened, and headphones that fail',
    snapshot: {
      ...on,
      sound: 'clipping',
      strips: [
        { ...strip('microphone', microphone.id), gate: true, noise_suppression: true, gain_db: 6 },
        { ...strip('microphone2', 'Headset'), mute: true, state: { state: 'failed', id: 'Headset', ...lost } },
        { ...strip('desktop'), solo: true },
      ],
      headphones: { output: 'Headset', state: { state: 'failed', id: 'Headset', ...lost } },
    },
    acts: ['mixer', 'strip-more'],
    messages: [
      { kind: 'strips', strips: [{ strip: 'microphone', before: 0.4, after: 0.2, loudness: -19 }] },
      { kind: 'levels', peak: [0.6, 0.99], rms: [0.2, 0.3] },
    ],
  },
  {
    name: 'relays in each state',
    snapshot: {
      ...on,
      relays: [
        relay(1, 'livekit', 'running', said('relay.sizes', { codec: 'H.264', sizes: 3 }), {
          watching: 12,
          watch: link,
        }),
        relay(2, 'janus', 'waiting', said('relay.again', { why: elsewhere })),
        relay(3, 'whip', 'failed', said('relay.over', { why: elsewhere })),
        relay(4, 'janus_rtp', 'connecting'),
        relay(5, 'mediasoup', 'stopped'),
      ],
    },
    refused: { relay: error('bad_relay', said('relay.url_host', { example: 'whip+https://HOST/PATH' })) },
    acts: ['relays', ['relay-url', 'whip+https://'], 'add-relay'],
  },
  ...(['starting', 'waiting', 'recording', 'stopping', 'stopped'] as const).map((state) => ({
    name: `recording: ${state}`,
    snapshot: { ...on, recording: { state, file, seconds: 671, bytes: 218_000_000 } },
  })),
  {
    name: 'recording ended by itself, and some were not finished',
    snapshot: {
      ...on,
      recording: {
        state: 'failed',
        file,
        seconds: 671,
        bytes: 218_000_000,
        ...said('record.ended', { time: '11:11', cause: said('record.full', { path: file }) }),
      },
      unfinished_recordings: [{ file, bytes: 1_200_000_000 }],
    },
  },
  {
    name: 'rehearsal',
    snapshot: {
      phase: { state: 'rehearsing', since_at: now - 20_000 },
      rehearsal: { watch: link, whep: link, findings },
      stats,
    },
  },
  {
    name: 'knocks, attempts, failed joins, somebody removed, and an undo',
    snapshot: {
      ...three,
      waiting_room: true,
      knocks: [knock(21, { name: 'Βερενίκη', was_here: true }), knock(22, { guest: true })],
      removed: [gone(31, { removal: 'banned', reason: 'Ἄπελθε' }), gone(32, { removal: 'blocked' })],
    },
    events: [
      { event: 'removed', viewer: gone(33) },
      { event: 'attempts', address: '203.0.113.9', count: 40, blockable: true },
      {
        event: 'failed_join',
        address: '203.0.113.8',
        browser: 'Safari, iOS',
        reason: '',
        code: 'no_way',
        arrived: false,
      },
      { event: 'failed_join', address: '203.0.113.8', browser: 'unknown', ...reason(said('offer.nothing')) },
    ],
    acts: ['removed', 'failed-joins'],
  },
  { name: 'chat with what moderates it', snapshot: talking, acts: ['chat-words'] },
  { name: 'chat: a command that nobody knows', snapshot: talking, acts: [['chat-write', '/ὦ'], ''] },
  { name: 'chat: help', snapshot: talking, acts: [['chat-write', '/help'], ''] },
  {
    name: 'chat: which one is meant',
    snapshot: {
      ...talking,
      viewers: [who(1), who(2)],
      chat: {
        ...chat,
        names: [
          { viewer: 1, name: 'Ἄννα Α' },
          { viewer: 2, name: 'Ἄννα Β' },
        ],
      },
    },
    acts: [['chat-write', '/mute Ἄννα'], ''],
  },
  {
    name: 'chat: refused, and messages deleted',
    snapshot: { ...talking, chat: { ...chat, mode: 'off' } },
    refused: { say: error('wrong_state', said('now.chat_off')) },
    acts: ['chat-delete', ['chat-write', 'Χαῖρε'], ''],
  },
  {
    name: 'devices that fail',
    snapshot: {
      ...on,
      camera: { state: 'failed', id: device.id, ...lost },
      screen: { state: 'failed', id: 'screen:2', code: 'no_device', ...said('screen.number', { number: 2, there: 1 }) },
      microphone: {
        state: 'failed',
        id: microphone.id,
        code: 'device_busy',
        ...said('device.busy', { device: said('device.microphone', { name: microphone.id }) }),
      },
    },
  },
  {
    name: 'a camera over a screen',
    snapshot: {
      ...on,
      screen: { state: 'running', id: 'screen:1', format: '1920x1080, 30 fps' },
      settings: { ...ready.settings, source: 'screen:1', scene: 'screen+camera:bottom-right,crop=0.1/0/0/0' },
    },
    acts: ['scene-sides'],
  },
  {
    name: 'an image to choose',
    snapshot: { settings: { ...ready.settings, source: 'image:/home/anna/card.png', camera: 'off' } },
  },
  {
    name: 'muted, no camera, right back',
    snapshot: { ...on, controls: { microphone_muted: true, camera_off: true, be_right_back: true } },
  },
  {
    name: 'a busy computer, with two encoders',
    snapshot: { ...three, stats: { ...stats, second_encoder: true, fps: 15, given_up: 'rate' } },
  },
  {
    name: 'graphs, and how many more could watch',
    snapshot: { ...three, capacity },
    events: [{ event: 'history', points: Array.from({ length: 200 }, (_, at) => point(now - (200 - at) * 5000, at)) }],
    acts: ['how-it-goes', 'room-order'],
  },
  {
    name: 'no room for more',
    snapshot: { ...three, capacity: { ...capacity, room: [], ...said('capacity.full') } },
    acts: ['how-it-goes'],
  },
  {
    name: 'what is told for a while, and for readers',
    snapshot: three,
    events: [
      { event: 'error', code: 'storage', ...said('chat.unsaved', { path: file, error: '28' }) },
      { event: 'chat_saved', path: file, messages: 3 },
      { event: 'viewer_joined', viewer: who(4) },
      { event: 'sound', trouble: 'silence' },
    ],
  },
  { name: 'whether to end', snapshot: three, acts: ['end'] },
  { name: 'whether to close', snapshot: three, messages: [{ kind: 'close_asked' }] },
  { name: 'ending', snapshot: { ...three, phase: { state: 'ending' } } },
  {
    name: 'ended',
    snapshot: three,
    events: [
      { event: 'phase', phase: { state: 'ending' } },
      { event: 'ended' },
      { event: 'phase', phase: { state: 'offline' } },
    ],
  },
  {
    name: 'it could not go live',
    snapshot: { phase: { state: 'failed', code: 'encoder_failed', ...said('encoder.none') } },
  },
  {
    name: 'it cannot start: the port',
    snapshot: {},
    failure: error('port_in_use', said('start.port', { port: 7000, transport: 'UDP' })),
  },
  {
    name: 'it cannot start: a setting',
    snapshot: {},
    failure: error(
      'bad_setting',
      said('start.usual', { kept: said('start.kept', { path: file }), cause: said('start.no_setting', { key: 'x' }) }),
    ),
  },
  {
    name: 'it cannot start: the disk',
    snapshot: {},
    failure: error('storage', said('start.storage', { path: file, error: '13' })),
  },
];
