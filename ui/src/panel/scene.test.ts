// Scenes are read and written as the program does.
import { expect, test } from 'vitest';
import { cropped, scene, USUAL, written } from './scene.ts';

test.each([
  'screen+camera:bottom-right',
  'screen+camera:top-left',
  'screen+camera:side-by-side,swapped',
  'screen+camera:bottom-right,size=0.3,round,mirrored,crop=0.1/0/0.2/0.05,swapped',
])('%s is written as it was read', (text) => {
  expect(written(scene(text)!)).toBe(text);
});

test('what is not said is as usual', () => {
  expect(scene('screen+camera')).toEqual(USUAL);
  expect(written(USUAL)).toBe('screen+camera:bottom-right');
});

test.each(['off', '', 'screen+camera:middle', 'screen+camera,square', 'camera'])('"%s" is no scene', (text) => {
  expect(scene(text)).toBeNull();
});

test('a crop that is not alike on all sides is as much as its largest', () => {
  expect(cropped({ ...USUAL, crop: [0.1, 0, 0.2, 0] })).toBe(0.2);
});
