// How many more could watch, in words.
import { expect, test } from 'vitest';
import type { Capacity, KnownBy, Relay } from '../protocol/index.ts';
import { known, order, room } from './capacity.ts';
import { settings } from './settings.testing.ts';

function capacity(known_by: KnownBy, more: [number, number, number], message = ''): Capacity {
  const heights = [720, 360, 180];
  const layers = (['f', 'h', 'q'] as const).map((rid, at) => ({ rid, height: heights[at] ?? 0, more: more[at] ?? 0 }));
  return { known_by, line: 'uplink', carries_kbps: 30_000, used_kbps: 12_000, room: layers, message };
}

test('so many at each size, and none at what has no room', () => {
  expect(room(capacity('max_upload', [14, 61, 141]))).toBe('Room for 14 more at 720p, 61 at 360p, 141 at 180p');
  expect(room(capacity('full', [0, 61, 1410]))).toBe('Room for 61 more at 360p, 1,410 at 180p');
  expect(room(capacity('carried', [1, 2, 3]))).toBe('Room for at least 1 more at 720p, 2 at 360p, 3 at 180p');
});

test('where there is none the program says why, and where nothing is known nothing is said', () => {
  expect(room(capacity('full', [0, 0, 0], 'The line carries no more.'))).toBe('The line carries no more.');
  expect(room(null)).toBe(null);
});

test('from what it is known', () => {
  expect(known(null)).toMatch(/^Not measured yet/);
  for (const by of ['max_upload', 'full', 'carried'] as const) {
    const said = known(capacity(by, [1, 2, 3]));
    expect(said).toContain('30.0 Mbit/s');
    expect(said).toContain('12.0 Mbit/s');
  }
});

test('less is sent before anybody is refused, which nobody is without a cap', () => {
  const free = order({ settings, relays: [] });
  expect(free.length).toBe(3);
  expect(free.at(-1)).toMatch(/^Nobody is refused/);
  const capped = { ...settings, max_upload_kbps: 20_000 };
  expect(order({ settings: capped, relays: [] }).length).toBe(5);
  expect(order({ settings: capped, relays: [] }).at(-1)).toMatch(/^Only when not even the smallest/);
  expect(order({ settings: capped, relays: [{} as Relay] })[1]).toMatch(/server/);
});
