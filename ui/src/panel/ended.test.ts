// What is said of a broadcast when it is over.
import { expect, test } from 'vitest';
import type { Phase, Snapshot } from '../protocol/index.ts';
import { ended } from './ended.ts';

const live = { phase: { state: 'live', since_at: 1000 }, peak: 40 } as Snapshot;
const phase = (phase: Phase) => ({ event: 'phase', phase }) as const;
const went = { ms: 718_000, peak: 40 };

test('how long it was and how many watched, from its last moment', () => {
  const ending = ended(null, live, phase({ state: 'ending' }), 719_000);
  expect(ending).toEqual(went);
  // The count of the next moment is none of it.
  const after = { ...live, phase: { state: 'ending' }, peak: 0 } as Snapshot;
  expect(ended(ending, after, phase({ state: 'offline' }), 720_000)).toEqual(went);
  expect(ended(ending, after, { event: 'count', watching: 0, peak: 0 }, 720_000)).toEqual(went);
});

test('it is taken down with the next start', () => {
  const offline = { ...live, phase: { state: 'offline' } } as Snapshot;
  expect(ended(went, offline, phase({ state: 'starting' }), 730_000)).toBeNull();
});
