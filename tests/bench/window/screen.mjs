// A display of the measurement's own, whose picture can be read.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { look } from '../../support/framebuffer.mjs';

export class Screen {
  #folder = mkdtempSync(join(tmpdir(), 'skylark-screen-'));
  #server;

  static async open(width, height) {
    const screen = new Screen();
    await screen.#start(width, height);
    return screen;
  }

  /** Pixels of this colour (0xRRGGBB). */
  pixels(colour) {
    return look(this.#folder).count(colour);
  }

  close() {
    this.#server.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(width, height) {
    const screen = `${width}x${height}x24`;
    const options = ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-fbdir', this.#folder];
    this.#server = spawn('Xvfb', options, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    this.name = await new Promise((found, failed) => {
      this.#server.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
      this.#server.stdio[3].once('data', (number) => found(`:${String(number).trim()}`));
    });
  }
}
