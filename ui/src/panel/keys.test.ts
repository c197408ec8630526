// Which key does what.
import { expect, test } from 'vitest';
import { keyAct } from './keys.ts';

const plain = { ctrlKey: false, altKey: false, metaKey: false, repeat: false };

test('a letter does what its button says, in either case', () => {
  expect(['m', 'M', 'c', 'b', 'k', 't', 's', 'x', 'Enter'].map((key) => keyAct({ ...plain, key }, false))).toEqual([
    'mute_microphone',
    'mute_microphone',
    'camera_off',
    'be_right_back',
    'mark',
    'talk',
    'swap_scene',
    null,
    null,
  ]);
});

test('who writes writes, and a key that is held down mutes once', () => {
  expect(keyAct({ ...plain, key: 'm' }, true)).toBeNull();
  for (const held of ['ctrlKey', 'altKey', 'metaKey', 'repeat'] as const)
    expect(keyAct({ ...plain, key: 'm', [held]: true }, false), held).toBeNull();
});
