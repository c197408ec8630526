// The figures of the mixer, and its warning.
import { expect, test } from 'vitest';
import type { Strip } from '../protocol/index.ts';
import { amplitude, decibels, loudness, mayEcho } from './mixer.ts';

test('figures are as people write them', () => {
  expect([-6, 0, 3.5].map(decibels)).toEqual(['−6 dB', '0 dB', '+3.5 dB']);
  expect([-23.4, null].map(loudness)).toEqual(['−23 LUFS', '']);
  expect(amplitude(-20)).toBeCloseTo(0.1);
});

test('an echo is warned of while the microphone and the desktop are heard together', () => {
  const usual = { gain_db: 0, channels: 'auto', noise_suppression: false, gate: false, gate_db: -45, solo: false };
  const strips = (microphone: boolean, desktop: boolean): Strip[] => [
    { strip: 'microphone', mute: microphone, ...usual },
    { strip: 'desktop', mute: desktop, ...usual },
  ];
  expect(mayEcho(strips(false, false), 'default')).toBe(true);
  expect(mayEcho(strips(true, false), 'default')).toBe(false);
  expect(mayEcho(strips(false, true), 'default')).toBe(false);
  expect(mayEcho(strips(false, false), 'off')).toBe(false);
  expect(mayEcho([...strips(false, false), { strip: 'microphone2', mute: false, ...usual }], 'off')).toBe(true);
});
