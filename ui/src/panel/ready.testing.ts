// What the panel is told first: a program with a camera and a microphone that is not live, for tests.
import type { Snapshot, StreamStats } from '../protocol/index.ts';
import { settings } from './settings.testing.ts';
import { chat, said, strip } from './told.testing.ts';

export const link = 'http://192.168.1.23:7000/w/4f9c2a7b1d3e5f60';

export const stats: StreamStats = {
  elapsed_ms: 754_000,
  encoded_kbps: 2631,
  sent_kbps: 7921,
  fps: 30,
  width: 1280,
  height: 720,
  second_encoder: false,
  left_out: 0,
  given_up: null,
};

export const device = { id: 'HD Webcam C920', label: 'HD Webcam C920' };
export const microphone = { id: 'Yeti Nano', label: 'Yeti Nano' };

/** As it is when the window has just been opened, with a camera and a microphone. */
export const ready: Snapshot = {
  phase: { state: 'offline' },
  rehearsal: null,
  links: {
    watch: link,
    whep: link.replace('/w/', '/whep/'),
    port: 7000,
    qr_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1H0zM1 1h1v1H1z"/></svg>',
    host: '192.168.1.23',
    addresses: [
      {
        host: '192.168.1.23',
        interface: 'wlan0',
        network: said('network.wifi').message,
        key: 'network.wifi',
        reach: said('reach.network').message,
        cannot: said('cannot.network').message,
        scope: 'network',
      },
      {
        host: '100.64.3.9',
        interface: 'tun0',
        network: 'VPN',
        reach: said('reach.vpn').message,
        cannot: said('cannot.vpn').message,
        scope: 'vpn',
      },
    ],
  },
  viewers: [],
  removed: [],
  watching: 0,
  peak: 0,
  locked: false,
  passcode: false,
  waiting_room: false,
  knocks: [],
  guest_links: [],
  outside: { waiting: 0, turned_away: 0, no_room: 0 },
  camera: { state: 'running', id: device.id, format: '1280x720, 30 fps, YUYV' },
  screen: { state: 'off' },
  microphone: { state: 'running', id: microphone.id, format: '48 kHz' },
  headphones: { output: null, state: { state: 'off' } },
  strips: [strip('microphone', microphone.id), strip('desktop')],
  sound: null,
  controls: { microphone_muted: false, camera_off: false, be_right_back: false },
  devices: {
    cameras: [device],
    microphones: [microphone, { id: 'Headset', label: 'Headset' }],
    outputs: [{ id: 'Headset', label: 'Headset' }],
    programs: [{ id: 'VLC', label: 'VLC' }],
    screens: [{ id: '1', label: 'HDMI-1' }],
    windows: [{ id: 'Firefox', label: 'Firefox' }],
    desktop_asks: false,
  },
  relays: [],
  settings: {
    ...settings,
    camera: device.id,
    source: `camera:${device.id}`,
    microphone: microphone.id,
    title: 'Ἀηδόνες',
  },
  stats: { ...stats, elapsed_ms: 0, sent_kbps: 0 },
  capacity: null,
  recording: { state: 'off', file: null, seconds: 0, bytes: 0 },
  unfinished_recordings: [],
  chat: { ...chat, messages: [], names: [], hands: [], muted: [], pinned: null, unwanted_words: [], slow_s: 0 },
};
