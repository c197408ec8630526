// Debian's Firefox, headless, with a fresh profile.

import puppeteer from 'puppeteer-core';
import { loudspeaker } from './loudspeaker.mjs';
import { WatchPage } from './watch-page.mjs';

const executablePath = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

export async function openFirefox() {
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
  return {
    async open(url) {
      const page = await browser.newPage();
      await page.setViewport({ width: 1280, height: 720 });
      const tab = new WatchPage(page, (code) => page.evaluateOnNewDocument(code));
      await tab.prepare();
      tab.response = await page.goto(url);
      return tab;
    },
    async close() {
      await browser.close();
      await sound.close();
    },
  };
}
