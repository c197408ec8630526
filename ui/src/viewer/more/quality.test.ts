// What a page holds, with a server that the test plays.
import { beforeEach, expect, test } from 'vitest';
import type { LayerChoice, PageHello, Rid } from '../../protocol/index.ts';
import { Quality } from './quality.ts';

const layers: LayerChoice[] = [
  { rid: 'f', height: 720 },
  { rid: 'h', height: 360 },
];

let said: (Rid | null)[];
let connected: boolean;
let quality: Quality;

beforeEach(() => {
  [said, connected] = [[], true];
  const say = (hello: PageHello): boolean => {
    if (connected && hello.type === 'quality') said.push(hello.layer);
    return connected;
  };
  quality = new Quality(say, () => {});
});

const hears = (layer: Rid | null, of = layers): void => quality.hear({ type: 'quality', layer, layers: of });

test('who chooses nothing says nothing', () => {
  quality.holds();
  expect(said).toEqual([]);
});

test('a choice is said, and again for each session that comes after it', () => {
  quality.ask();
  hears(null);
  quality.choose('h');
  expect(quality.view).toEqual({ layer: 'h', layers });
  hears('h');
  quality.holds();
  expect(said).toEqual([null, 'h', 'h']);
});

test('what is chosen while there is no socket is said when there is', () => {
  connected = false;
  quality.choose('f');
  expect(said).toEqual([]);
  connected = true;
  quality.holds();
  expect(said).toEqual(['f']);
});

test('only the last answer says what is held: an earlier one takes nothing back', () => {
  quality.ask();
  quality.choose('h');
  hears(null);
  expect(quality.view.layer).toBe('h');
  hears('h');
  expect(quality.view.layer).toBe('h');
});

test('the server may hold another layer than was asked for', () => {
  quality.choose('q');
  hears('h');
  expect(quality.view.layer).toBe('h');
});

test('at a relay there is nothing to choose, and what was chosen is wanted again afterwards', () => {
  quality.choose('h');
  hears('h');
  quality.holds();
  hears(null, []);
  expect(quality.view).toEqual({ layer: 'h', layers: [] });
  quality.holds();
  expect(said).toEqual(['h', 'h', 'h']);
});
