// What can be withheld, and when.
import { expect, test } from 'vitest';
import { isOn, isSilent, may } from './controls.ts';

const none = { microphone_muted: false, camera_off: false, be_right_back: false };
const live = { state: 'live', since_at: 0 } as const;

test('each button shows its own', () => {
  const controls = { ...none, microphone_muted: true };
  expect(isOn(controls, 'mute_microphone')).toBe(true);
  expect(isOn(controls, 'camera_off') || isOn(controls, 'be_right_back')).toBe(false);
});

test('away is who is live; muted is also who goes live in a moment', () => {
  const offline = { phase: { state: 'offline' }, controls: none } as const;
  expect(may(offline, 'be_right_back')).toBe(false);
  expect(may(offline, 'mute_microphone') && may(offline, 'camera_off')).toBe(true);
  expect(may({ phase: live, controls: none }, 'be_right_back')).toBe(true);
  expect(may({ ...offline, controls: { ...none, be_right_back: true } }, 'be_right_back')).toBe(true);
});

test('who is away is not heard, muted or not', () => {
  expect(isSilent(none)).toBe(false);
  expect(isSilent({ ...none, microphone_muted: true })).toBe(true);
  expect(isSilent({ ...none, be_right_back: true })).toBe(true);
  expect(isSilent({ ...none, camera_off: true })).toBe(false);
});
