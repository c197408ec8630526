// The system interferes: it pauses the video, hides or freezes the page, or brings it back from somewhere. In Chromium and in Firefox.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import * as inChromium from './support/chromium.mjs';
import * as inFirefox from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

const browsers = {
  Chromium: { ...inChromium, open: inChromium.openChromium },
  Firefox: { ...inFirefox, open: inFirefox.openFirefox },
};

const big = '.paused';

for (const [name, { missing, open }] of Object.entries(browsers)) {
  const { after, afterEach, before, beforeEach, describe, test } = needs(missing());
  describe(name, () => {
    let skylark;
    let browser;
    let tab;

    before(async () => {
      // Firefox never pairs its own addresses with 127.0.0.1, so the broadcast is on all addresses of this machine.
      skylark = await broadcast({ listen: '0.0.0.0:0' });
      browser = await open();
    });
    after(async () => {
      await browser?.close();
      await skylark?.remove();
    });
    beforeEach(async () => {
      tab = await browser.open(skylark.live.watch);
      await tab.plays(20_000);
    });
    afterEach(async () => {
      assert.deepEqual(tab.faults, []);
      await tab.close();
    });

    const pause = () => tab.page.evaluate(() => document.querySelector('video').pause());
    /** What the big button, the small one and the video say; they are to say the same. */
    const shown = () =>
      tab.page.evaluate((selector) => {
        const small = document.querySelector('.controls button').getAttribute('aria-label');
        const whole = document.querySelector(selector)?.getAttribute('aria-label') ?? null;
        return { paused: document.querySelector('video').paused, small, big: whole };
      }, big);
    const showsPlaying = { paused: false, small: 'Pause', big: null };
    const showsPaused = { paused: true, small: 'Play', big: 'Play' };
    const becomes = (wanted) =>
      tab.until(
        async () => JSON.stringify(await shown()) === JSON.stringify(wanted),
        5000,
        async () => `the page shows ${JSON.stringify(wanted)}, not ${JSON.stringify(await shown())}`,
      );

    test(`a video that the system pauses goes on by itself`, async () => {
      await pause();
      await becomes(showsPlaying);
      await tab.plays();
    });

    test(`paused again and again it shows one big button, and one click plays`, async () => {
      await tab.page.evaluate(() => {
        const video = document.querySelector('video');
        video.addEventListener('play', () => window.stays || video.pause());
        video.pause();
      });
      await becomes(showsPaused);
      await tab.page.evaluate(() => (window.stays = true));
      assert.equal(await tab.page.evaluate((selector) => document.querySelectorAll(selector).length, big), 1);
      await tab.page.click(big);
      await becomes(showsPlaying);
      await tab.plays();
    });

    test(`the big button is pressed by keyboard, and the focus stays with the picture`, async () => {
      await tab.page.keyboard.press(' ');
      await becomes(showsPaused);
      await tab.page.focus(big);
      await tab.page.keyboard.press('Enter');
      await becomes(showsPlaying);
      assert.equal(await tab.page.evaluate(() => document.activeElement.matches('.player')), true);
    });

    test(`where the browser plays nothing without a click, one click plays, with sound`, async () => {
      await tab.page.evaluate(() => {
        const video = document.querySelector('video');
        const play = video.play.bind(video);
        // A test's own script counts as the user's doing, so that the browser cannot be asked.
        video.play = () =>
          window.clicked ? play() : Promise.reject(new DOMException('a click is needed', 'NotAllowedError'));
        addEventListener('pointerdown', () => (window.clicked = true), true);
      });
      await pause();
      await becomes(showsPaused);
      await tab.page.click(big);
      await becomes(showsPlaying);
      assert.equal((await tab.video()).muted, false);
      await tab.plays();
    });

    test(`what the viewer paused stays paused when the page is left and seen again`, async () => {
      await tab.page.keyboard.press(' ');
      await becomes(showsPaused);
      await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await tab.page.evaluate(() => document.dispatchEvent(new Event('resume')));
      await becomes(showsPaused);
      await tab.page.keyboard.press(' ');
      await becomes(showsPlaying);
      await tab.plays();
    });

    test(`paused while hidden, it goes on when the page is seen`, async () => {
      const hide = (hidden) =>
        tab.page.evaluate((is) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => is });
          Object.defineProperty(document, 'visibilityState', {
            configurable: true,
            get: () => (is ? 'hidden' : 'visible'),
          });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      await pause();
      await becomes(showsPaused);
      await hide(false);
      await becomes(showsPlaying);
      await tab.plays();
    });

    test(`left for another page and come back to by "back", it plays`, async () => {
      const { watch } = skylark.live;
      await tab.page.goto(new URL('/', watch).href);
      await tab.page.goBack();
      assert.equal(tab.page.url(), watch);
      await tab.plays(20_000);
      await becomes(showsPlaying);
    });

    test(`a page that the browser kept whole plays again`, async () => {
      // What a browser does that keeps a page: a session that is open would have it not kept at all.
      const since = skylark.events.length;
      await tab.page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      });
      await skylark.event(({ event }) => event === 'viewer_left', 'the session is ended', { since });
      assert.equal((await tab.video()).source, false);
      await tab.page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      });
      await tab.plays(20_000);
      await becomes(showsPlaying);
    });

    test(`a connection that the browser closed is begun anew`, async () => {
      const since = skylark.events.length;
      await tab.page.evaluate(() => window.connections.at(-1).close());
      await skylark.event(({ event }) => event === 'viewer_joined', 'it comes again', { since });
      await tab.plays(20_000);
      await becomes(showsPlaying);
    });

    test(`what stops while the page is frozen goes on when it runs again`, async () => {
      // A browser freezes no page that is seen, and a driven one shows every page: the events are the test's own.
      const tell = (event) => tab.page.evaluate((kind) => document.dispatchEvent(new Event(kind)), event);
      await tell('freeze');
      await pause();
      await becomes(showsPaused);
      await tell('resume');
      await becomes(showsPlaying);
      await tab.plays();
    });
  });
}
