// The window's title.
import { expect, test } from 'vitest';
import type { Snapshot } from '../protocol/index.ts';
import { title } from './title.ts';

test('while live it says so, with time and count', () => {
  const live = { phase: { state: 'live', since_at: 0 }, stats: { elapsed_ms: 761_000 }, watching: 3 } as Snapshot;
  expect(title(live)).toBe('LIVE 00:12:41 · 3 watching · Skylark');
});

test('otherwise it is the program’s name, and what it is about to do', () => {
  expect(title(null)).toBe('Skylark');
  const of = (state: string) => title({ phase: { state } } as unknown as Snapshot);
  expect(['offline', 'failed', 'starting', 'ending'].map(of)).toEqual([
    'Skylark',
    'Skylark',
    'Going live… · Skylark',
    'Ending… · Skylark',
  ]);
});
