// Scenes are read and written as the program does.
import { expect, test } from 'vitest';
import { Asked, cropped, cut, handle, scene, sized, USUAL, written, type Scene } from './scene.ts';

test.each([
  'screen+camera:bottom-right',
  'screen+camera:top-left',
  'screen+camera:side-by-side,swapped',
  'screen+camera:bottom-right,size=0.3,round,mirrored,crop=0.1/0/0.2/0.05,swapped',
])('%s is written as it was read', (text) => {
  expect(written(scene(text)!)).toBe(text);
});

test('what is not said is as usual', () => {
  expect(scene('screen+camera')).toEqual(USUAL);
  expect(written(USUAL)).toBe('screen+camera:bottom-right');
});

test.each(['off', '', 'screen+camera:middle', 'screen+camera,square', 'camera'])('"%s" is no scene', (text) => {
  expect(scene(text)).toBeNull();
});

test('a crop that is not alike on all sides is as much as its largest', () => {
  expect(cropped({ ...USUAL, crop: [0.1, 0, 0.2, 0] })).toBe(0.2);
});

const WIDE = 16 / 9;

test('the inner corner is where the program has it', () => {
  // 1280x720: a margin of 24 pixels, and 320x180 of camera.
  const { x, y, cursor } = handle(USUAL, WIDE);
  expect([x * 1280, y * 720].map(Math.round)).toEqual([1280 - 24 - 320, 720 - 24 - 180]);
  expect(cursor).toBe('nwse-resize');
  // A circle of 250 pixels.
  const round = handle({ ...USUAL, place: 'top-left', round: true }, WIDE);
  expect([round.x * 1280, round.y * 720].map(Math.round)).toEqual([24 + 250, 24 + 250]);
  expect(handle({ ...USUAL, place: 'side-by-side' }, WIDE)).toEqual({ x: 0.75, y: 0.5, cursor: 'ew-resize' });
});

test.each<[string, Partial<Scene>]>([
  ['a corner', { size: 0.4 }],
  ['another', { place: 'top-left', size: 0.15 }],
  ['a circle', { place: 'bottom-left', round: true, size: 0.3 }],
  ['side by side', { place: 'side-by-side', size: 0.35 }],
])('%s that stays where it is keeps its size', (_, part) => {
  const scene = { ...USUAL, ...part };
  for (const ratio of [WIDE, 9 / 16, 1]) expect(sized(scene, handle(scene, ratio).x, ratio)).toBeCloseTo(scene.size);
});

test('what was passed over is never sent, and what was asked for is not lost', async () => {
  const sent: string[] = [];
  let done = (_: boolean): void => {};
  const asked = new Asked((scene) => {
    sent.push(scene);
    return new Promise((resolve) => (done = resolve));
  });
  // The program has told none of it yet.
  const change = (part: Partial<Scene>): void => asked.set({ ...asked.from(USUAL)!, ...part });
  change({ mirrored: true });
  for (const size of [0.3, 0.35, 0.4]) change({ size });
  change({ round: true });
  done(true);
  const last = 'screen+camera:bottom-right,size=0.4,round,mirrored';
  await expect.poll(() => sent).toEqual(['screen+camera:bottom-right,mirrored', last]);
  done(true);
  asked.told('screen+camera:bottom-right,mirrored');
  expect(asked.from(USUAL)?.size, 'it is told of an older one').toBe(0.4);
  asked.told(last);
  expect(asked.from(USUAL), 'from here on it is what is shown').toBe(USUAL);
});

test('what is refused is asked for no longer', async () => {
  const asked = new Asked(() => Promise.resolve(false));
  asked.set({ ...USUAL, size: 0.4 });
  await expect.poll(() => asked.from(USUAL)).toBe(USUAL);
});

test('a side is cut off alone, and something is left between it and the one across', () => {
  const from: Scene = { ...USUAL, crop: [0.3, 0.1, 0.2, 0] };
  expect(cut(from, 1, 0.25)).toEqual([0.3, 0.25, 0.2, 0]);
  expect(cut(from, 0, 0.9)[0]).toBeCloseTo(0.7);
  expect(cut(from, 2, 0.9)[2]).toBeCloseTo(0.6);
  expect(cut(from, 3, -1)).toEqual(from.crop);
  expect(from.crop).toEqual([0.3, 0.1, 0.2, 0]);
});
