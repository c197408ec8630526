// Firefox, headless, with a fresh profile.

import puppeteer from 'puppeteer-core';
import { missingCommand } from '../../support/needs.mjs';
import { installed } from './installed.mjs';
import { loudspeaker } from './loudspeaker.mjs';
import { WatchPage } from './watch-page.mjs';

const executablePath = process.env.FIREFOX ?? installed(['/usr/bin/firefox-esr', '/usr/bin/firefox']);

/** Why nothing can be tried in Firefox here; null where it can. It starts no audio graph without a sound card. */
export const missing = () =>
  executablePath
    ? missingCommand('pulseaudio')
    : 'Firefox is not installed (on Ubuntu there is only a snap, which cannot be driven)';

/** Firefox, and the loudspeaker that it plays on. */
async function start() {
  const sound = await loudspeaker();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    env: { ...process.env, ...sound.environment },
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'app.update.enabled': false,
    },
  });
  const close = async () => {
    await browser.close();
    await sound.close();
  };
  return { browser, close };
}

export async function openFirefox() {
  const { browser, close } = await start();
  return {
    async open(url) {
      const page = await browser.newPage();
      await page.setViewport({ width: 1280, height: 720 });
      const tab = new WatchPage(page, (code) => page.evaluateOnNewDocument(code));
      await tab.prepare();
      tab.response = await page.goto(url);
      return tab;
    },
    close,
  };
}

/** The browser alone, for what measures it; as in Chromium. */
export async function launchFirefox() {
  const { browser, close } = await start();
  return {
    async tab(before) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 1280, height: 720 });
      await page.evaluateOnNewDocument(before);
      return { goto: (url) => page.goto(url), evaluate: (code) => page.evaluate(code), close: () => context.close() };
    },
    close,
  };
}
