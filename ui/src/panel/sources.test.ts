// What the panel shows as chosen.
import { expect, test } from 'vitest';
import type { SourceState } from '../protocol/index.ts';
import { choices } from './sources.ts';

const cameras = ['HD Webcam', 'Integrated Camera'].map((name) => ({ id: name, label: name }));
const others = [{ id: 'pattern', label: 'Test pattern' }];
const running = (id: string): SourceState => ({ state: 'running', id, format: '1280x720' });

test('a listed device is shown as chosen', () => {
  const { sources, value } = choices(cameras, 'HD Webcam', running('HD Webcam'), others);
  expect(value).toBe('HD Webcam');
  expect(sources).toHaveLength(3);
  expect(choices(cameras, 'pattern', running('pattern'), others).value).toBe('pattern');
});

test.each(['default', '0', '/dev/video0', 'integrated'])('%s is shown by the name it has led to', (chosen) => {
  const { sources, value } = choices(cameras, chosen, running('Integrated Camera'), others);
  expect(value).toBe('Integrated Camera');
  expect(sources).toHaveLength(3);
});

test('what is not listed can be seen all the same', () => {
  const away: SourceState = { state: 'failed', id: 'HD Webcam (usb-1)', code: 'device_lost', message: 'it went away' };
  const { sources, value } = choices(cameras, 'HD Webcam (usb-1)', away, others);
  expect(value).toBe('HD Webcam (usb-1)');
  expect(sources[0]).toEqual({ id: value, label: 'HD Webcam (usb-1) (not there)' });
  const none: SourceState = { state: 'failed', id: 'default', code: 'no_device', message: 'none' };
  expect(choices([], 'default', none, others).sources[0]?.label).toBe('First one found (not there)');
});
