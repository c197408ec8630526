// A picture of what is sent, as the program hands it to the panel, and its pixels as a canvas takes them.

export interface Picture {
  width: number;
  height: number;
  /**
   * A character for each byte: the planes of brightness (16 to 235, a byte a pixel) and of the two colours (a byte for two by two
   * pixels). Text comes into a page whole, and is read as fast as an array of numbers.
   */
  planes: string;
}

/** Whether it can be shown. */
export function isWhole({ width, height, planes }: Picture): boolean {
  return width > 0 && height > 0 && width % 2 === 0 && height % 2 === 0 && planes.length === width * height * 1.5;
}

/** What each byte adds, in whole steps of a screen's 256 (ITU-R BT.601, the range of video); a table is faster than to compute it. */
const table = (factor: number, middle: number) =>
  Int16Array.from({ length: 256 }, (_, x) => Math.round((x - middle) * factor));
const LIGHT = table(255 / 219, 16);
const V_RED = table(1.596, 128);
const U_GREEN = table(-0.391, 128);
const V_GREEN = table(-0.813, 128);
const U_BLUE = table(2.018, 128);

/** From what comes out of these, which may be too dark or too bright for a screen, to what is shown. */
const BELOW = 300;
const SHOWN = Uint8Array.from({ length: 900 }, (_, x) => Math.min(255, Math.max(0, x - BELOW)));

/** Fills `into`, a pixel a number, as an ImageData of this size has them on a machine that puts the least byte first. */
export function pixels({ width, height, planes }: Picture, into: Uint32Array): void {
  const size = width * height;
  let [u, v] = [size, size * 1.25];
  for (let top = 0; top < size; top += 2 * width) {
    for (let at = top; at < top + width; at += 2, u += 1, v += 1) {
      const [cu, cv] = [planes.charCodeAt(u) & 0xff, planes.charCodeAt(v) & 0xff];
      const red = BELOW + (V_RED[cv] as number);
      const green = BELOW + (U_GREEN[cu] as number) + (V_GREEN[cv] as number);
      const blue = BELOW + (U_BLUE[cu] as number);
      for (let place = at, row = 0; row < 2; row += 1, place += width - 2) {
        for (const end = place + 2; place < end; place += 1) {
          const light = LIGHT[planes.charCodeAt(place) & 0xff] as number;
          into[place] =
            0xff000000 |
            ((SHOWN[light + blue] as number) << 16) |
            ((SHOWN[light + green] as number) << 8) |
            (SHOWN[light + red] as number);
        }
      }
    }
  }
}

/** The largest size of this shape inside an area, in the same unit; the picture's own where it is as good as that. */
export function fitted(picture: { width: number; height: number }, width: number, height: number): [number, number] {
  const scale = Math.min(width / picture.width, height / picture.height);
  // Even numbers leave a pixel or two: to stretch it by that would only blur it.
  const asItIs = scale >= 1 && (picture.width + 2 > width || picture.height + 2 > height);
  return asItIs ? [picture.width, picture.height] : [picture.width * scale, picture.height * scale];
}
