// What is on a display of Xvfb: the memory that it keeps for it in a file (-fbdir), in the format of xwd.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/** Of the header, in numbers of 32 bits, the greatest byte first. */
const [HEADER_BYTES, WIDTH, HEIGHT, BYTES_PER_LINE, COLOURS] = [0, 4, 5, 12, 19];
const COLOUR_BYTES = 12;

/** All of it, or the part that is named, as it is now. */
export function look(folder, part = null) {
  const file = readFileSync(join(folder, 'Xvfb_screen0'));
  const at = (field) => file.readUInt32BE(4 * field);
  const all = { x: 0, y: 0, width: at(WIDTH), height: at(HEIGHT) };
  const { x, y, width, height } = part ?? all;
  if (x < 0 || y < 0 || x + width > all.width || y + height > all.height) throw new Error('that is beyond the display');
  const start = at(HEADER_BYTES) + COLOUR_BYTES * at(COLOURS);
  const pixels = Buffer.alloc(4 * width * height);
  for (let row = 0; row < height; row += 1) {
    const from = start + (y + row) * at(BYTES_PER_LINE) + 4 * x;
    file.copy(pixels, 4 * width * row, from, from + 4 * width);
  }
  return new Seen(width, height, pixels);
}

/** Pixels of blue, green, red and a byte that says nothing. */
class Seen {
  constructor(width, height, pixels) {
    Object.assign(this, { width, height, pixels });
  }

  /** How many pixels have this colour (0xRRGGBB). */
  count(colour) {
    let found = 0;
    for (let at = 0; at < this.pixels.length; at += 4)
      if ((this.pixels.readUInt32LE(at) & 0xffffff) === colour) found += 1;
    return found;
  }

  /** Another number for each other picture. */
  get sum() {
    return crc32(this.pixels);
  }

  png() {
    const rows = Buffer.alloc((3 * this.width + 1) * this.height);
    for (let y = 0, to = 0; y < this.height; y += 1) {
      to += 1; // The filter of the row: none.
      for (let from = 4 * this.width * y; from < 4 * this.width * (y + 1); from += 4, to += 3) {
        rows[to] = this.pixels[from + 2];
        rows[to + 1] = this.pixels[from + 1];
        rows[to + 2] = this.pixels[from];
      }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([8, 2, 0, 0, 0], 8); // Eight bits each of red, green and blue.
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.of()),
    ]);
  }
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
