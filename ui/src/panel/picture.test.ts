// What the program hands over becomes the pixels that a canvas takes.
import { describe, expect, test } from 'vitest';
import { fitted, isWhole, pixels, type Picture } from './picture.ts';

/** A picture of one colour. */
function picture(width: number, height: number, [y, u, v]: [number, number, number]): Picture {
  const plane = (value: number, bytes: number): string => String.fromCharCode(value).repeat(bytes);
  const pixels = width * height;
  return { width, height, planes: plane(y, pixels) + plane(u, pixels / 4) + plane(v, pixels / 4) };
}

/** The same with one byte changed. */
function changed(one: Picture, at: number, value: number): Picture {
  return { ...one, planes: one.planes.slice(0, at) + String.fromCharCode(value) + one.planes.slice(at + 1) };
}

function shown(colour: [number, number, number]): number[] {
  const into = new Uint32Array(8);
  pixels(picture(4, 2, colour), into);
  expect(new Set(into).size, 'every pixel is the same').toBe(1);
  return [...new Uint8Array(into.buffer).slice(0, 4)];
}

describe('pixels', () => {
  test('black, white and grey', () => {
    expect(shown([16, 128, 128])).toEqual([0, 0, 0, 255]);
    expect(shown([235, 128, 128])).toEqual([255, 255, 255, 255]);
    expect(shown([126, 128, 128])).toEqual([128, 128, 128, 255]);
  });

  test('red, green and blue of BT.601, within what rounding takes', () => {
    const cases: [[number, number, number], [number, number, number]][] = [
      [
        [82, 90, 240],
        [255, 0, 0],
      ],
      [
        [145, 54, 34],
        [0, 255, 0],
      ],
      [
        [41, 240, 110],
        [0, 0, 255],
      ],
    ];
    for (const [yuv, rgb] of cases) {
      const [red, green, blue] = shown(yuv);
      for (const [found, wanted] of [
        [red, rgb[0]],
        [green, rgb[1]],
        [blue, rgb[2]],
      ] as [number, number][])
        expect(Math.abs(found - wanted), `${yuv} is ${red},${green},${blue}`).toBeLessThanOrEqual(3);
    }
  });

  test('what is outside the range of video is as dark or bright as it gets', () => {
    for (const y of [0, 255]) for (const u of [0, 255]) for (const v of [0, 255]) expect(shown([y, u, v])[3]).toBe(255);
    expect(shown([0, 128, 128])).toEqual([0, 0, 0, 255]);
    expect(shown([255, 128, 128])).toEqual([255, 255, 255, 255]);
  });

  test('each pixel stands where it belongs, and takes the colour of its square', () => {
    const bright = changed(picture(4, 4, [16, 128, 128]), 4 + 3, 235); // The second row's last.
    const both = changed(bright, 16 + 4 + 2, 240); // The lower left square.
    const into = new Uint32Array(16);
    pixels(both, into);
    expect(into[7]).toBe(0xffffffff);
    expect(into.filter((pixel) => pixel === 0xffffffff)).toHaveLength(1);
    const reddish = [...into.keys()].filter((at) => ((into[at] as number) & 0xffffff) === 0x0000b3);
    expect(reddish).toEqual([8, 9, 12, 13]);
  });
});

test('a picture that is cut off, or of no size, is none', () => {
  const whole = picture(4, 2, [1, 2, 3]);
  expect(isWhole(whole)).toBe(true);
  for (const length of [0, 8, whole.planes.length - 1])
    expect(isWhole({ ...whole, planes: whole.planes.slice(0, length) })).toBe(false);
  expect(isWhole(picture(0, 0, [1, 2, 3]))).toBe(false);
  expect(isWhole({ width: 3, height: 2, planes: 'x'.repeat(9) })).toBe(false);
});

test('a picture is shown pixel by pixel where it was made for the place, and stretched where it is smaller', () => {
  expect(fitted({ width: 832, height: 468 }, 832, 471)).toEqual([832, 468]);
  expect(fitted({ width: 832, height: 468 }, 833, 469)).toEqual([832, 468]);
  expect(fitted({ width: 640, height: 360 }, 1280, 800)).toEqual([1280, 720]);
  expect(fitted({ width: 832, height: 468 }, 416, 400)).toEqual([416, 234]);
});
