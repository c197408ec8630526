// What a row says of a viewer who sees less, and what it does not claim.
import { expect, test } from 'vitest';
import type { Layer, Viewer } from '../protocol/index.ts';
import { evidence } from './evidence.ts';
import { health } from './health.ts';
import { full, viewer } from './viewer.testing.ts';

const half: Layer = { ...full, rid: 'h', height: 360 };
const quarter: Layer = { ...full, rid: 'q', height: 180 };

const says = (stats: Partial<Viewer['stats']>, more: Partial<Viewer> = {}): string | null =>
  evidence(viewer(1, stats, more));

test('who sees the best has nothing said about', () => {
  expect(says({})).toBeNull();
  expect(says({ line_kbps: 4000 })).toBeNull();
});

test('what their line carries, and what they see by it', () => {
  expect(says({ layer: quarter, line_kbps: 600 })).toBe('their line carries 600 kbit/s: 180p');
  expect(says({ layer: half, line_kbps: 1400 })).toBe('their line carries 1.4 Mbit/s: 360p');
  expect(says({ layer: { ...full, temporal: 1 }, line_kbps: 2100 })).toBe(
    'their line carries 2.1 Mbit/s: 720p at half the frames',
  );
});

test('what their network loses, beside what it costs them', () => {
  expect(says({ loss: 0.08 })).toBe('their network loses 8 %');
  expect(says({ layer: half, line_kbps: 900, loss: 0.12 })).toBe(
    'their line carries 900 kbit/s: 360p; their network loses 12 %',
  );
  expect(says({ rtt_ms: 900 })).toBe('900 ms there and back');
});

test('what they chose is no trouble, and what the cap leaves is not their line', () => {
  expect(says({ layer: half }, { held: 'h' })).toBe('they chose 360p');
  expect(health(viewer(1, { layer: half }, { held: 'h' }))).toBe('good');
  expect(says({ layer: quarter, line_kbps: 500 }, { held: 'h' })).toBe('their line carries 500 kbit/s: 180p');
  expect(says({ layer: half, capped: 'h' })).toBe('your upload cap leaves them 360p');
  expect(says({ layer: half, capped: 'h', line_kbps: 3000 })).toBe('your upload cap leaves them 360p');
  expect(says({ layer: half, capped: 'h' }, { held: 'h' })).toBe('they chose 360p');
});

test('a cause that is not known is not claimed', () => {
  expect(says({ layer: half })).toBe('they see 360p');
  expect(says({ layer: { ...full, temporal: 0 } })).toBe('they see 720p at a quarter of the frames');
  expect(says({ layer: null })).toBeNull();
  expect(says({ layer: half, line_kbps: 100 }, { relay: 1 })).toBeNull();
});
