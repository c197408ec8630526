// One sentence of how it goes.
import { expect, test } from 'vitest';
import type { Capacity, Rid, Snapshot, Viewer } from '../protocol/index.ts';
import { overall } from './overall.ts';
import { settings } from './settings.testing.ts';

function viewer(id: number, rid: Rid, loss = 0): Viewer {
  const layer = { codec: 'h264', rid, temporal: 2, height: 720 } as const;
  const stats = { layer, rtt_ms: 20, loss, bitrate_kbps: 2500, latency_ms: null, line_kbps: null, capped: null };
  return { id, address: '', browser: '', since_at: 0, rejected: [], stats };
}

function live(viewers: Viewer[], capacity: Capacity | null = null): Snapshot {
  const phase = { state: 'live', since_at: 0 };
  return { phase, viewers, watching: viewers.length, capacity, settings } as unknown as Snapshot;
}

const full: Capacity = {
  known_by: 'full',
  line: 'uplink',
  carries_kbps: 5000,
  used_kbps: 5000,
  room: [{ rid: 'f', height: 720, more: 0 }],
  message: '',
};

test('the worst thing is said', () => {
  const offline = { ...live([]), phase: { state: 'offline' } } as Snapshot;
  expect(overall(offline, 'good', 0)).toMatch(/not live/);
  expect(overall(live([]), 'good', 30)).toMatch(/nobody watches/);
  const four = [viewer(1, 'f'), viewer(2, 'f'), viewer(3, 'h'), viewer(4, 'f', 0.2)];
  expect(overall(live(four), 'slow', 12)).toMatch(/Only 12 of 30 pictures/);
  expect(overall(live(four), 'good', 30)).toMatch(/^1 of 4 viewers has a bad line/);
  expect(overall(live(four.slice(0, 3), full), 'good', 30)).toMatch(/carries no more/);
  expect(overall(live(four.slice(0, 3)), 'good', 30)).toMatch(/3 people watch, 1 of them a smaller picture/);
  expect(overall(live(four.slice(0, 2)), 'good', 30)).toBe('All is well: 2 people watch.');
  expect(overall(live(four.slice(0, 1)), 'good', 30)).toBe('All is well: one person watches.');
});

test('of who watches at a relay nothing is known', () => {
  const away = { ...viewer(1, 'q', 0.5), relay: 1 };
  expect(overall(live([away]), 'good', 30)).toMatch(/^All is well/);
});
