// A tab with a watch page in it, in whichever browser.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installClock } from './clock.mjs';
import { lipSync, listen, rememberConnections, statistics, watchFrames } from './instruments.mjs';
import { repository } from './skylark.mjs';

export class WatchPage {
  #onEveryPage;

  constructor(page, onEveryPage) {
    this.page = page;
    this.#onEveryPage = onEveryPage;
    this.faults = [];
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      // A page that finds no server is told so by the browser, in red; that is no fault of the page.
      if (
        message.type() === 'error' &&
        !/Failed to load resource|WebSocket|establish a connection/.test(message.text())
      )
        this.faults.push(message.text());
    });
  }

  async prepare() {
    await this.#onEveryPage(`(${rememberConnections})()`);
    await this.#onEveryPage(`(${installClock})()`);
  }

  state() {
    return this.page.evaluate(() => document.documentElement.dataset.state);
  }

  words() {
    return this.page.evaluate(() => document.body.innerText);
  }

  /** Waits until the page is in `state`. Who was refused for a moment asks again after some seconds. */
  async is(state, withinMs = 30_000) {
    await this.until(
      async () => (await this.state()) === state,
      withinMs,
      async () => `the page is ${state}, not ${await this.state()}`,
    );
  }

  async until(met, withinMs, why) {
    const end = Date.now() + withinMs;
    while (!(await met().catch(() => false))) {
      if (Date.now() > end)
        throw new Error(`not within ${withinMs} ms: ${await why()}; faults: ${this.faults.join(' | ')}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  /** Plays, and the clock in the picture runs. */
  async plays(withinMs = 30_000) {
    await this.is('playing', withinMs);
    await this.until(
      async () => (await this.clock()) !== null,
      5000,
      async () => 'the clock in the picture can be read',
    );
    const first = await this.clock();
    await this.until(
      async () => {
        const next = await this.clock();
        return next !== null && next.frame !== first.frame && next.ms > first.ms;
      },
      5000,
      async () => 'the clock in the picture runs',
    );
  }

  clock() {
    return this.page.evaluate(() => window.readClock(document.querySelector('video')));
  }

  video() {
    return this.page.evaluate(() => {
      const { muted, paused, volume, currentTime, srcObject, videoWidth, videoHeight } =
        document.querySelector('video');
      return { muted, paused, volume, currentTime, source: srcObject !== null, videoWidth, videoHeight };
    });
  }

  frames(ms) {
    return this.page.evaluate(watchFrames, ms);
  }

  listen() {
    return this.page.evaluate(listen);
  }

  lipSync({ seconds, settle }) {
    return this.page.evaluate(lipSync, { seconds, settle });
  }

  statistics(type, kind) {
    return this.page.evaluate(`(${statistics})(${JSON.stringify(type)}, ${JSON.stringify(kind)})`);
  }

  picture(name) {
    return picture(this.page, name);
  }

  async reload() {
    this.response = await this.page.reload();
  }

  close() {
    return this.page.close();
  }
}

/** Kept under target/screenshots, for people to look at. */
export async function picture(page, name, of = 'watch') {
  const folder = join(repository, 'target', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${of}-${name}.png`) });
}

/** The value that `fraction` of the sorted values lie under. */
export function percentile(values, fraction) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}
