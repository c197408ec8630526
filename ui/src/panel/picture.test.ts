// What the program hands over becomes the pixels that a canvas takes.
import { describe, expect, test } from 'vitest';
import { fitted, pixels, read } from './picture.ts';

/** A picture of one colour. */
function message(width: number, height: number, [y, u, v]: [number, number, number], number = 7): ArrayBuffer {
  const bytes = new Uint8Array(8 + width * height * 1.5);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, number, true);
  header.setUint16(4, width, true);
  header.setUint16(6, height, true);
  bytes.fill(y, 8, 8 + width * height);
  bytes.fill(u, 8 + width * height, 8 + width * height * 1.25);
  bytes.fill(v, 8 + width * height * 1.25);
  return bytes.buffer;
}

function shown(colour: [number, number, number]): number[] {
  const picture = read(message(4, 2, colour));
  if (!picture) throw new Error('it is a picture');
  const into = new Uint32Array(8);
  pixels(picture, into);
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
    const bytes = message(4, 4, [16, 128, 128]);
    const picture = read(bytes);
    if (!picture) throw new Error('it is a picture');
    picture.y[4 + 3] = 235; // The second row's last.
    picture.v[2] = 240; // The lower left square.
    const into = new Uint32Array(16);
    pixels(picture, into);
    expect(into[7]).toBe(0xffffffff);
    expect(into.filter((pixel) => pixel === 0xffffffff)).toHaveLength(1);
    const reddish = [...into.keys()].filter((at) => ((into[at] as number) & 0xffffff) === 0x0000b3);
    expect(reddish).toEqual([8, 9, 12, 13]);
  });
});

describe('a message', () => {
  test('says number and size', () => {
    expect(read(message(4, 2, [1, 2, 3], 0xfffffffe))).toMatchObject({ number: 0xfffffffe, width: 4, height: 2 });
  });

  test('that is cut off, or of no size, is none', () => {
    const whole = message(4, 2, [1, 2, 3]);
    for (const length of [0, 7, 8, whole.byteLength - 1]) expect(read(whole.slice(0, length))).toBeNull();
    expect(read(message(0, 0, [1, 2, 3]))).toBeNull();
  });
});

test('a picture is shown pixel by pixel where it was made for the place, and stretched where it is smaller', () => {
  expect(fitted({ width: 832, height: 468 }, 832, 471)).toEqual([832, 468]);
  expect(fitted({ width: 832, height: 468 }, 833, 469)).toEqual([832, 468]);
  expect(fitted({ width: 640, height: 360 }, 1280, 800)).toEqual([1280, 720]);
  expect(fitted({ width: 832, height: 468 }, 416, 400)).toEqual([416, 234]);
});
