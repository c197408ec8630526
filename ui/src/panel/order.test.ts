// How each viewer does in a word, and in which order they stand.
import { describe, expect, test } from 'vitest';
import type { Viewer } from '../protocol/index.ts';
import { health } from './health.ts';
import { meant, NO_ORDER, order, ORDER_MS, ORDERS, type By, type Marks, type Order } from './order.ts';
import { full, viewer } from './viewer.testing.ts';

test('one word of health', () => {
  expect(health(viewer(1))).toBe('good');
  expect(health(viewer(1, { layer: null }))).toBe('connecting');
  expect(health(viewer(1, { loss: 0.05 }))).toBe('fair');
  expect(health(viewer(1, { loss: 0.2 }))).toBe('poor');
  expect(health(viewer(1, { rtt_ms: 900 }))).toBe('fair');
  expect(health(viewer(1, { layer: { ...full, rid: 'h' } }))).toBe('fair');
  expect(health(viewer(1, { layer: { ...full, temporal: 1 } }))).toBe('fair');
  expect(health(viewer(1, { layer: { ...full, rid: 'q', temporal: 0 } }))).toBe('poor');
  expect(health(viewer(1, { layer: null }, { relay: 1 }))).toBe('relayed');
  const without = (media: string): Viewer => viewer(1, {}, { rejected: [{ media, mid: '', reason: 'no' }] });
  expect(health(without('audio'))).toBe('fair');
  expect(health(without('application'))).toBe('good');
});

describe('the order', () => {
  const bad = { loss: 0.2 };
  const ids = (now: Order): number[] => now.ids;

  test('the newest first among those who do alike, those who do worse above them', () => {
    let now = order(NO_ORDER, [viewer(1)], 0, false);
    now = order(now, [viewer(2), viewer(1)], 1, false);
    now = order(now, [viewer(3, bad), viewer(2), viewer(1)], 2, false);
    now = order(now, [viewer(4), viewer(3, bad), viewer(2), viewer(1)], 3, false);
    expect(ids(now)).toEqual([3, 4, 2, 1]);
  });

  test('who does worse goes up when it has lasted, and at the list’s own pace', () => {
    let now = order(NO_ORDER, [viewer(2), viewer(1)], ORDER_MS, false);
    const after = (ms: number): void => {
      now = order(now, [viewer(2), viewer(1, bad)], ORDER_MS + ms, false);
    };
    after(1000);
    after(4000);
    expect(now.healths.get(1)?.shown).toBe('poor');
    expect(ids(now)).toEqual([2, 1]);
    after(ORDER_MS);
    expect(ids(now)).toEqual([1, 2]);
  });

  test('a figure that goes up and down each second moves nobody', () => {
    let now = order(NO_ORDER, [viewer(3), viewer(2), viewer(1)], 0, false);
    const before = ids(now);
    for (let second = 1; second <= 60; second++) {
      const shaky = viewer(1 + (second % 3), { loss: second % 2 ? 0.2 : 0 });
      const all = [3, 2, 1].map((id) => (id === shaky.id ? shaky : viewer(id)));
      now = order(now, all, second * 1000, false);
      expect(ids(now)).toEqual(before);
    }
  });

  test('while somebody points into it no row moves, who comes stands last, and it is put in order afterwards', () => {
    let now = order(NO_ORDER, [viewer(2), viewer(1)], 0, false);
    for (let at = 1000; at <= 20_000; at += 1000)
      now = order(now, [viewer(3, bad), viewer(2), viewer(1, bad)], at, true);
    expect(ids(now)).toEqual([2, 1, 3]);
    expect(ids(order(now, [viewer(3, bad), viewer(2), viewer(1, bad)], 21_000, false))).toEqual([1, 3, 2]);
  });

  test('who leaves goes, and is forgotten', () => {
    let now = order(NO_ORDER, [viewer(2), viewer(1)], 0, false);
    now = order(now, [viewer(1)], 1, true);
    expect(ids(now)).toEqual([1]);
    expect(now.healths.size).toBe(1);
  });
});

describe('other orders', () => {
  const quarter = { layer: { ...full, rid: 'q' as const, height: 180 } };
  const half = { layer: { ...full, rid: 'h' as const, height: 360 } };
  const people = [
    viewer(5, {}, { since_at: 50 }),
    viewer(4, { loss: 0.2 }, { since_at: 40 }),
    viewer(3, quarter, { since_at: 30 }),
    viewer(2, half, { since_at: 20 }),
    viewer(1, {}, { since_at: 10 }),
  ];
  const marks: Marks = {
    names: new Map([
      [1, 'Zoë'],
      [2, 'anna 10'],
      [3, 'Anna 9'],
    ]),
    hands: [5, 2],
  };
  const by = (what: By): number[] => order(NO_ORDER, people, 0, false, what, marks).ids;

  test('by name, by time, by layer, by hand; who is alike stands as before', () => {
    expect(by('name')).toEqual([3, 2, 1, 4, 5]);
    expect(by('time')).toEqual([5, 4, 3, 2, 1]);
    expect(by('layer').slice(0, 2)).toEqual([3, 2]);
    expect(by('hand').slice(0, 3)).toEqual([5, 2, 4]);
    expect(by('trouble')[0]).toBe(4);
  });

  test('who chooses another order has it at once, even in the list; and what changes afterwards moves nobody under a finger', () => {
    const first = order(NO_ORDER, people, 0, false);
    const chosen = order(first, people, 1, true, 'name', marks);
    expect(chosen.ids).toEqual([3, 2, 1, 4, 5]);
    const named: Marks = { ...marks, names: new Map([...marks.names, [5, 'Aaron']]) };
    expect(order(chosen, people, ORDER_MS + 2, true, 'name', named).ids).toEqual([3, 2, 1, 4, 5]);
    expect(order(chosen, people, ORDER_MS + 2, false, 'name', named).ids[0]).toBe(5);
  });

  test('a thousand are put in order by each within a blink', () => {
    const crowd = Array.from({ length: 1000 }, (_, n) => viewer(1000 - n, n % 3 ? {} : half, { since_at: n }));
    const names = new Map(crowd.map(({ id }) => [id, `Guest ${id}`]));
    for (const what of ORDERS) {
      const began = performance.now();
      expect(order(NO_ORDER, crowd, 0, false, what, { names, hands: [7] }).ids.length).toBe(1000);
      expect(performance.now() - began).toBeLessThan(200);
    }
  });
});

describe('what is said of those who do not do well', () => {
  const half = { layer: { ...full, rid: 'h' as const, height: 360 }, line_kbps: 900 };

  test('the reason and the count follow the word, not each second', () => {
    let now = order(NO_ORDER, [viewer(1, half), viewer(2)], 0, false);
    expect([now.whys.get(1), now.whys.get(2), now.less]).toEqual(['their line carries 900 kbit/s: 360p', undefined, 1]);
    now = order(now, [viewer(1), viewer(2)], 1000, false);
    expect(now.whys.get(1)).toBe('their line carries 900 kbit/s: 360p');
    expect(now.less).toBe(0);
    now = order(now, [viewer(1), viewer(2)], 60_000, false);
    expect(now.whys.size).toBe(0);
  });

  test('who chose a smaller picture is not among those who see less', () => {
    const now = order(NO_ORDER, [viewer(1, half, { held: 'h' })], 0, false);
    expect([now.less, now.whys.get(1)]).toEqual([0, 'they chose 360p']);
  });
});

test('a search finds by number, browser and address', () => {
  const seven = viewer(7, {}, { address: '203.0.113.9', browser: 'Firefox, Android' });
  for (const typed of ['', '7', 'viewer 7', 'firefox', '113.9', 'ANDROID 203'])
    expect(meant(seven, 'Viewer 7', typed)).toBe(true);
  for (const typed of ['8', 'viewer 8', 'firefox linux']) expect(meant(seven, 'Viewer 7', typed)).toBe(false);
});
