// Push to talk.
import { expect, test } from 'vitest';
import { goesUp, talk } from './talk.ts';

const muted = { microphone_muted: true, camera_off: false, be_right_back: false };
const heard = { ...muted, microphone_muted: false };

test('who is muted is heard as long as the key is down', () => {
  expect(talk(false, 'down', muted)).toEqual({ held: true, mute: false });
  expect(talk(true, 'down', heard), 'down twice is down').toEqual({ held: true, mute: null });
  expect(talk(true, 'up', heard)).toEqual({ held: false, mute: true });
});

test('a window that loses the keyboard does not go on listening', () => {
  expect(talk(true, 'left', heard)).toEqual({ held: false, mute: true });
  expect(talk(false, 'left', heard), 'who was not muted stays so').toEqual({ held: false, mute: null });
});

test('for who is not muted, or is away, the key does nothing', () => {
  expect(talk(false, 'down', heard)).toEqual({ held: false, mute: null });
  expect(talk(false, 'up', heard)).toEqual({ held: false, mute: null });
  expect(talk(false, 'down', { ...muted, be_right_back: true })).toEqual({ held: false, mute: null });
});

test('the key that is held goes up whatever it writes by then', () => {
  for (const key of ['t', 'T', '†', 'ŧ', 'е']) expect(goesUp({ key, code: 'KeyT' }, 'KeyT'), key).toBe(true);
  // Where T is elsewhere.
  expect(goesUp({ key: 'т', code: 'KeyN' }, 'KeyN')).toBe(true);
  // Behind it nobody may hear that T goes up.
  expect(goesUp({ key: 'Meta', code: 'MetaLeft' }, 'KeyT')).toBe(true);
  for (const code of ['KeyM', 'ShiftLeft', 'Space']) expect(goesUp({ key: 'x', code }, 'KeyT'), code).toBe(false);
});
