// Real browsers answer the host's STUN checks: media goes on past the 30 s after which it ends for who does not (RFC 7675).

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as passes } from 'node:timers/promises';
import { needs } from '../support/needs.mjs';
import * as chromium from './support/chromium.mjs';
import * as firefox from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

/** Longer than consent lasts without an answer, and the check after it. */
const WATCHED_MS = 40_000;

/** What each browser's story needs, and how it is opened. */
const BROWSERS = [
  ['Chromium', chromium.openChromium, chromium.missing()],
  ['Firefox', firefox.openFirefox, firefox.missing()],
];

// Both at once: nearly all of it is waiting. The size is one that two slow cores show twice.
describe("the host's checks", { concurrency: true }, () => {
  for (const [name, open, missing] of BROWSERS) {
    needs(missing).test(`${name} watches on past the time in which they must be answered`, async (t) => {
      const skylark = await broadcast({ listen: '0.0.0.0:0', args: ['--size', '640x360'] });
      t.after(() => skylark.remove());
      const browser = await open();
      t.after(() => browser.close());
      const tab = await browser.open(skylark.live.watch);
      await tab.plays(20_000);

      await passes(WATCHED_MS);
      const frames = await tab.frames(3000);
      const pairs = await tab.statistics('candidate-pair');
      const answered = pairs.map(({ responsesSent }) => responsesSent).filter(Boolean);
      t.diagnostic(
        `${frames.length} frames in 3 s after ${WATCHED_MS / 1000} s; the host's checks answered: ${answered}`,
      );
      assert.ok(frames.length > 45, `the picture moves: ${frames.length} frames in 3 s`);
      assert.equal(await tab.page.evaluate(() => window.connections.length), 1, 'it is the session it began with');
      const gone = skylark.events.filter(({ event }) => event === 'viewer_left');
      assert.deepEqual(gone, [], 'nobody left');
      assert.deepEqual(tab.faults, []);
    });
  }
});
