// Settings as a program has them that was told nothing, for tests.
import type { Settings } from '../protocol/index.ts';

export const settings: Settings = {
  camera: 'off',
  source: 'off',
  scene: 'off',
  microphone: 'off',
  size: '1280x720',
  fps: 30,
  bitrate_kbps: 2500,
  sound: 'standard',
  max_viewers: 0,
  max_upload_kbps: 0,
  relay_from: 'full',
  jitsi: false,
  public: '',
  public_media: '',
  title: '',
  card: '',
  link_preview: 'still',
  recordings: '',
  recording_minutes: 0,
  recording_megabytes: 0,
  language: 'auto',
  hardware_acceleration: 'auto',
};
