// Chromium, headless, with a fresh profile.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { installed } from './installed.mjs';
import { WatchPage } from './watch-page.mjs';

const executable = process.env.CHROMIUM ?? installed(['/usr/bin/chromium', '/usr/bin/google-chrome-stable']);

/** Why nothing can be tried in Chromium here; null where it can. */
export const missing = () =>
  executable ? null : 'Chromium is not installed (on Ubuntu there is only a snap, which cannot be driven)';

const usual = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * `autoplay: false` is a browser that wants a click before it plays sound. `namespace` is a network namespace to run in.
 * `sound` is a `loudspeaker` to play on; without one Chromium makes believe, and has nothing to open. `flags` are more of its options.
 */
export async function openChromium({ autoplay = true, namespace, sound, flags = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-chromium-'));
  let executablePath = executable;
  if (namespace) {
    executablePath = join(folder, 'chromium');
    writeFileSync(executablePath, `#!/bin/sh\nexec ip netns exec ${namespace} ${executable} "$@"\n`);
    chmodSync(executablePath, 0o755);
  }
  const policy = autoplay ? 'no-user-gesture-required' : 'user-gesture-required';
  const browser = await chromium.launch({
    executablePath,
    args: [...usual, ...flags, `--autoplay-policy=${policy}`],
    ...(sound && { env: { ...process.env, ...sound.environment }, ignoreDefaultArgs: ['--mute-audio'] }),
  });
  return new Chromium(browser, folder);
}

/** The browser alone, for what measures it: `tab` gives a tab of a fresh profile, in which `before` runs first on every page. */
export async function launchChromium() {
  const chromium = await openChromium();
  return {
    async tab(before) {
      const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 } });
      const page = await context.newPage();
      await page.addInitScript(before);
      return { goto: (url) => page.goto(url), evaluate: (code) => page.evaluate(code), close: () => context.close() };
    },
    close: () => chromium.close(),
  };
}

class Chromium {
  constructor(browser, folder) {
    this.browser = browser;
    this.folder = folder;
  }

  /** A profile of its own: cookies and all. */
  async person({ width = 1280, height = 720, phone = false, colorScheme = 'dark', script = true } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme,
      isMobile: phone,
      hasTouch: phone,
      javaScriptEnabled: script,
    });
    return new Person(context);
  }

  /** A person with one tab. */
  async open(url, options = {}) {
    const person = await this.person(options);
    return person.open(url, options);
  }

  async close() {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class Person {
  constructor(context) {
    this.context = context;
  }

  /** `before` is run with the tab before it goes anywhere. */
  async open(url, { before } = {}) {
    const page = await this.context.newPage();
    const tab = new WatchPage(page, (code) => page.addInitScript(code));
    await tab.prepare();
    await before?.(page);
    tab.response = await page.goto(url);
    return tab;
  }

  async close() {
    await this.context.close();
  }
}
