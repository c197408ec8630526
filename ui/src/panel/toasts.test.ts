// What is told for a while, and what is not because it stands on the stage.
import { expect, test } from 'vitest';
import type { Snapshot } from '../protocol/index.ts';
import { MAX_TOASTS, ofEvent, told, withToast, type Toast } from './toasts.ts';

const toast = (id: number, text: string): Toast => ({ id, code: null, text, harm: true, file: false });
const gone = { state: 'failed', id: 'a', code: 'device_lost', message: 'The camera is gone.' } as const;
const off = { state: 'off' } as const;

test('the stage is not repeated, whichever was told first', () => {
  const toasts = [toast(1, 'The camera is gone.'), toast(2, 'The disk is full.')];
  const recording = { state: 'off', file: null, seconds: 0, bytes: 0 } as const;
  const snapshot = {
    phase: { state: 'offline' },
    camera: off,
    screen: off,
    microphone: off,
    recording,
  } as unknown as Snapshot;
  expect(told(toasts, snapshot)).toBe(toasts);
  for (const shown of [
    { camera: gone },
    { screen: gone },
    { microphone: gone },
    { phase: { state: 'failed', code: 'encoder_failed', message: gone.message } as const },
    { recording: { ...recording, state: 'failed', message: gone.message } as const },
    { recording: { ...recording, state: 'recording', message: gone.message } as const },
  ])
    expect(told(toasts, { ...snapshot, ...shown }).map(({ id }) => id)).toEqual([2]);
});

test('the same is told once, and no more than a glance takes in', () => {
  const twice = [toast(1, 'a'), toast(2, 'b'), toast(3, 'a')].reduce(withToast, [] as Toast[]);
  expect(twice.map(({ id }) => id)).toEqual([2, 3]);
  const many = [1, 2, 3, 4, 5].map((id) => toast(id, String(id))).reduce(withToast, [] as Toast[]);
  expect(many).toHaveLength(MAX_TOASTS);
});

test('errors are told, and those about files with the folder', () => {
  expect(ofEvent({ event: 'lock', on: true })).toBeNull();
  expect(ofEvent({ event: 'sound', trouble: null })).toBeNull();
  expect(ofEvent({ event: 'sound', trouble: 'zeros' })?.text).toMatch(/nothing but silence: .* choose another one/);
  expect(ofEvent({ event: 'error', code: 'storage', message: 'x' })).toEqual({
    code: 'storage',
    text: 'x',
    said: { event: 'error', code: 'storage', message: 'x' },
    harm: true,
    file: true,
  });
});
