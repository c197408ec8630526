// A display of the measurement's own, whose picture can be read.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of the XWD header, in numbers of 32 bits, the greatest byte first. */
const [HEADER_BYTES, BYTES_PER_LINE, COLOURS] = [0, 12, 19];
const COLOUR_BYTES = 12;

export class Screen {
  #folder = mkdtempSync(join(tmpdir(), 'skylark-screen-'));
  #server;

  static async open(width, height) {
    const screen = new Screen();
    await screen.#start(width, height);
    return screen;
  }

  /** Pixels of this colour (0xRRGGBB) on every eighth line. */
  pixels(colour) {
    const file = openSync(join(this.#folder, 'Xvfb_screen0'), 'r');
    try {
      const header = Buffer.alloc(80);
      readSync(file, header, 0, header.length, 0);
      const at = (field) => header.readUInt32BE(4 * field);
      const line = Buffer.alloc(at(BYTES_PER_LINE));
      const start = at(HEADER_BYTES) + COLOUR_BYTES * at(COLOURS);
      let found = 0;
      for (let row = 0; row < this.height; row += 8) {
        readSync(file, line, 0, line.length, start + row * line.length);
        for (let x = 0; x < line.length; x += 4) if ((line.readUInt32LE(x) & 0xffffff) === colour) found += 1;
      }
      return found;
    } finally {
      closeSync(file);
    }
  }

  get pid() {
    return this.#server.pid;
  }

  close() {
    this.#server.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(width, height) {
    this.height = height;
    const screen = `${width}x${height}x24`;
    const options = ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-fbdir', this.#folder];
    this.#server = spawn('Xvfb', options, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    this.name = await new Promise((found, failed) => {
      this.#server.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
      this.#server.stdio[3].once('data', (number) => found(`:${String(number).trim()}`));
    });
  }
}
