// What the program is told of the place for the picture.
import { expect, test } from 'vitest';
import { Pictures, type Place } from './pictures.ts';
import type { Within } from './place.ts';

const free: Within = [0.1, 0.1, 0.5, 0.5];

function told(does: (pictures: Pictures) => void): string[] {
  const places: Place[] = [];
  does(new Pictures((place) => places.push(place)));
  return places.map(({ width, height, within }) => `${width}x${height}${within ? ' free' : ''}`);
}

test('whole pixels, once for each place', () => {
  expect(
    told((pictures) => {
      pictures.see(true);
      pictures.put(832.4, 468.9, free);
      pictures.put(832.6, 468.2, [...free]);
      pictures.put(832.6, 468.2, [0.1, 0.2, 0.5, 0.6]);
      pictures.put(640, 360, free);
    }),
  ).toEqual(['832x468 free', '832x468 free', '640x360 free']);
});

test('that something stands over it is told, and that it went', () => {
  expect(
    told((pictures) => {
      pictures.see(true);
      pictures.put(640, 360, free);
      pictures.put(640, 360, null);
      pictures.put(640, 360, null);
      pictures.put(640, 360, free);
    }),
  ).toEqual(['640x360 free', '640x360', '640x360 free']);
});

test('nothing before somebody sees a place, nowhere while nobody does, and then the place of now', () => {
  expect(
    told((pictures) => {
      pictures.put(640, 360, free);
      pictures.see(true);
      pictures.see(true);
      pictures.see(false);
      pictures.put(320, 180, null);
      pictures.see(true);
    }),
  ).toEqual(['640x360 free', '0x0', '320x180']);
});

test('a place without height is none', () => {
  expect(
    told((pictures) => {
      pictures.see(true);
      pictures.put(640, 0.9, free);
      pictures.put(640, 2, free);
      pictures.put(640, 0, free);
    }),
  ).toEqual(['640x2 free', '0x0']);
});

test('a side is no more than can be told', () => {
  expect(
    told((pictures) => {
      pictures.see(true);
      pictures.put(1e6, 2, null);
    }),
  ).toEqual(['65535x2']);
});
