// How large everything is, key by key.
import { expect, test } from 'vitest';
import { keepZoom, keptZoom, zoomed, zoomKey } from './zoom.ts';

const key = (key: string, held = {}) => zoomKey({ key, ctrlKey: true, metaKey: false, altKey: false, ...held });

test('the keys of every browser, wherever the keyboard has the plus', () => {
  expect(['+', '=', '-', '_', '0'].map((name) => key(name))).toEqual([
    'larger',
    'larger',
    'smaller',
    'smaller',
    'usual',
  ]);
  expect(key('+', { ctrlKey: false })).toBeNull();
  expect(key('+', { ctrlKey: false, metaKey: true })).toBe('larger');
  expect(key('+', { altKey: true })).toBeNull();
  expect(key('c')).toBeNull();
});

test('step by step, to an end on both sides, and back', () => {
  expect(zoomed(1, 'larger')).toBe(1.1);
  expect(zoomed(1, 'smaller')).toBe(0.9);
  expect(zoomed(3, 'larger')).toBe(3);
  expect(zoomed(0.5, 'smaller')).toBe(0.5);
  expect(zoomed(2, 'usual')).toBe(1);
});

test('it is kept, and nonsense is as usual', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  };
  expect(keptZoom(storage)).toBe(1);
  keepZoom(storage, 1.5);
  expect(keptZoom(storage)).toBe(1.5);
  for (const name of kept.keys()) kept.set(name, '900');
  expect(keptZoom(storage)).toBe(1);
});
