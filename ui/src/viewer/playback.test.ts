// When the picture goes on by itself, and when it is the viewer's turn.
import { expect, test } from 'vitest';
import { atFirst, turn, type Heard, type Playback, type Turn } from './playback.ts';

const playing: Playback = { ...atFirst, paused: false };

/** What comes of all of these; the deeds in order. A deed has its effect, unless the system is against it. */
function run(from: Playback, heard: Heard[], allowed = true): Turn & { deeds: string[] } {
  let last: Turn = { playback: from };
  const deeds: string[] = [];
  for (const one of heard) {
    last = turn(last.playback, one);
    if (!last.deed) continue;
    deeds.push(last.deed);
    if (last.deed === 'play' && allowed) last = turn(last.playback, { is: 'started' });
    if (last.deed === 'pause') last = turn(last.playback, { is: 'stopped' });
  }
  return { ...last, deeds };
}

test('the first stream plays', () => {
  expect(run(atFirst, [{ is: 'stream' }])).toMatchObject({ deeds: ['play'], playback: { paused: false } });
});

test('what the system paused goes on at once', () => {
  expect(run(playing, [{ is: 'stopped' }])).toMatchObject({ deeds: ['play'], playback: { paused: false } });
});

test('who is paused again and again has a button, and one press plays', () => {
  const stops: Heard[] = Array(5).fill({ is: 'stopped' });
  const stuck = run(playing, stops);
  expect(stuck.deeds).toEqual(['play', 'play', 'play']);
  expect(stuck.playback.paused).toBe(true);
  expect(run(stuck.playback, [{ is: 'pressed' }])).toMatchObject({ deeds: ['play'], playback: { paused: false } });
});

test('having run for a while it goes on by itself again', () => {
  const stops: Heard[] = Array(3).fill({ is: 'stopped' });
  const later = run(playing, [...stops, { is: 'steady' }, ...stops]);
  expect(later.deeds).toHaveLength(6);
});

test('where it may not, it stays paused for the viewer, and one press plays', () => {
  const refused = run(playing, [{ is: 'stopped' }], false);
  expect(refused.playback).toMatchObject({ paused: true, wanted: true });
  expect(run(refused.playback, [{ is: 'pressed' }]).deeds).toEqual(['play']);
});

test('what the viewer paused stays paused, whatever comes', () => {
  const paused = run(playing, [{ is: 'pressed' }]);
  expect(paused.deeds).toEqual(['pause']);
  const others: Heard[] = [{ is: 'stopped' }, { is: 'asleep' }, { is: 'awake' }, { is: 'stream' }, { is: 'steady' }];
  expect(
    run(paused.playback, [...others, { is: 'screen', filled: true }, { is: 'screen', filled: false }]).deeds,
  ).toEqual([]);
});

test('what the viewer paused in a floating picture stays paused while it floats, however often the page is seen', () => {
  const floating = run(playing, [{ is: 'screen', filled: true }, { is: 'asleep' }, { is: 'awake' }, { is: 'stopped' }]);
  const seen = run(floating.playback, [{ is: 'asleep' }, { is: 'awake' }]);
  expect(seen).toMatchObject({ deeds: [], playback: { paused: true } });
  expect(run(seen.playback, [{ is: 'screen', filled: false }]).deeds).toEqual(['play']);
  expect(run(seen.playback, [{ is: 'pressed' }, { is: 'asleep' }, { is: 'stopped' }, { is: 'awake' }]).deeds).toEqual([
    'play',
    'play',
  ]);
});

test('what was stopped while nobody saw it goes on when somebody does', () => {
  const asleep = run(playing, [{ is: 'asleep' }, { is: 'stopped' }]);
  expect(asleep.deeds).toEqual([]);
  expect(run(asleep.playback, [{ is: 'awake' }])).toMatchObject({ deeds: ['play'], playback: { paused: false } });
  expect(run(playing, [{ is: 'asleep' }, { is: 'awake' }]).deeds, 'nothing stopped it').toEqual([]);
});

test('the full screen of a phone: its own pause is the viewer’s, and leaving it goes on', () => {
  const inside = run(playing, [{ is: 'screen', filled: true }, { is: 'stopped' }]);
  expect(inside.deeds).toEqual([]);
  expect(run(inside.playback, [{ is: 'screen', filled: false }]).deeds).toEqual(['play']);
});

test("a pause out of the browser's menu is the viewer's; one after the menu is not", () => {
  const menu = run(playing, [{ is: 'menu' }, { is: 'stopped' }]);
  expect(menu).toMatchObject({ deeds: [], playback: { wanted: false, paused: true } });
  expect(run(playing, [{ is: 'menu' }, { is: 'touched' }, { is: 'stopped' }]).deeds).toEqual(['play']);
});

test('keys of the system are the viewer', () => {
  const told = run(playing, [{ is: 'told', play: false }, { is: 'awake' }]);
  expect(told.deeds).toEqual(['pause']);
  expect(run(told.playback, [{ is: 'told', play: true }])).toMatchObject({
    deeds: ['play'],
    playback: { paused: false },
  });
});

test('whatever started it, the button says what the video does', () => {
  const paused = run(playing, [{ is: 'pressed' }]).playback;
  expect(turn(paused, { is: 'started' }).playback).toMatchObject({ paused: false, wanted: true });
});
