// A display that nobody sees, for Windows' windows under Wine.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { look } from '../../support/framebuffer.mjs';

const screenshots = join(resolve(import.meta.dirname, '../../..'), 'target/screenshots');

/** Starts one. Programs in Wine's machine reach it by its name, since they share this one's network. */
export async function display({ width = 900, height = 600, withinMs = 60_000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-display-'));
  const options = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nocursor', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', [...options, '-fbdir', folder], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const name = await new Promise((found, failed) => {
    server.once('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3].once('data', (number) => found(`:${String(number).trim()}`));
  });
  return {
    name,

    /** The window that has this title, once it is shown. */
    async window(x11, title) {
      const end = Date.now() + withinMs;
      let seen = null;
      for (;;) {
        const window = await x11.window().catch(() => null);
        seen = window === null ? null : await x11.title(window);
        if (seen === title) return window;
        if (Date.now() > end) throw new Error(`no window "${title}" within ${withinMs} ms, but "${seen}"`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },

    /** Kept under target/screenshots, for people to look at. */
    picture(of) {
      mkdirSync(screenshots, { recursive: true });
      writeFileSync(join(screenshots, `${of}.png`), look(folder).png());
    },

    remove() {
      server.removeAllListeners('exit');
      server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
