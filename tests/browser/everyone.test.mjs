// For everyone: axe finds nothing in any state of the watch page, in either theme; in German, mirrored, at 200 %, with forced colours and
// without motion all of it is there.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { pseudo } from '../support/pseudo.mjs';
import { findings } from './support/axe.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';
import { picture } from './support/watch-page.mjs';

const { after, before, test } = needs(missing());

let chromium;
let skylark;
before(async () => {
  chromium = await openChromium();
  skylark = await broadcast({ title: 'Sunday concert from the barn' });
});
after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];
const themes = ['light', 'dark'];

/** Answers of a server that is not at hand. */
const refusals = {
  full: { status: 503, code: 'full' },
  locked: { status: 403, code: 'locked' },
  knocking: { status: 403, code: 'waiting_room' },
  passcode: { status: 401, code: 'passcode_needed' },
  later: { status: 429, code: 'too_many' },
  gone: { status: 410, code: 'retired_link' },
  removed: { status: 403, code: 'kicked', reason: 'Please come back without the spoilers.' },
  unsupported: { status: 406, code: 'bad_offer' },
  waiting: { status: 409, code: 'not_live' },
};

/** A tab of whoever has this language, theme and window. */
async function open({ locale = 'en-US', before, ...wanted }) {
  const context = await chromium.browser.newContext({
    viewport: { width: wanted.width ?? 1280, height: wanted.height ?? 800 },
    locale,
    colorScheme: wanted.theme ?? 'dark',
    forcedColors: wanted.forcedColors,
    reducedMotion: wanted.reducedMotion,
  });
  const page = await context.newPage();
  await before?.(page);
  await page.goto(skylark.live.watch);
  const is = (state) => page.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, state);
  return { page, is, close: () => context.close() };
}

const refusedBy =
  ({ status, ...body }) =>
  async (page) => {
    await page.routeWebSocket('**/events', () => {});
    await page.route('**/whep/*', (route) =>
      route.fulfill({
        status,
        headers: { 'Retry-After': '30' },
        contentType: 'application/json',
        body: JSON.stringify(body),
      }),
    );
  };

/** What stands outside of the window, or is wider than what it stands in. */
const OUTSIDE = () => {
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const words = [...document.querySelectorAll('h1, h2, p, button, input, dt, dd, li, label')].filter(seen);
  const scrolls = (element) => element.closest('.lines, dialog, .notice, .choices');
  const outside = words.filter((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const beyond = left < -1 || right > innerWidth + 1;
    return beyond || (!scrolls(element) && (top < -1 || bottom > innerHeight + 1));
  });
  const said = outside.map((element) => `${element.tagName} ${element.className} ${element.textContent.trim()}`);
  return document.documentElement.scrollWidth > innerWidth ? [...said, 'the page is wider than the window'] : said;
};

/** All that is loaded when it is wanted: the chat, statistics, what can be chosen. */
async function withEverything(page) {
  await page.keyboard.press('c');
  await page.locator('.chat').waitFor();
  await page.locator('.chat input').first().fill('Anna');
  await page.keyboard.press('Enter');
  await page.locator('.chat input').first().fill('Good morning from the barn: https://example.org/birds');
  await page.keyboard.press('Enter');
  await page.locator('.chat .line, .chat li').first().waitFor();
  await page.locator('.player').focus();
  await page.keyboard.press('t');
  await page.locator('.statistics').waitFor();
}

for (const theme of themes)
  test(`axe finds nothing while it plays, with chat, statistics, choices and keys, ${theme}`, async () => {
    for (const size of sizes) {
      const { page, is, close } = await open({ theme, ...size });
      await is('playing');
      await page.mouse.move(200, 100);
      assert.deepEqual(await findings(page), [], 'playing');
      await page.keyboard.press(' ');
      await page.locator('.paused').waitFor();
      assert.deepEqual(await findings(page), [], 'paused');
      await page.keyboard.press(' ');
      await withEverything(page);
      assert.deepEqual(await findings(page), [], 'chat and statistics');
      await page.keyboard.press('q');
      await page.locator('.choices').waitFor();
      assert.deepEqual(await findings(page), [], 'what can be chosen');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.locator('dialog').waitFor();
      assert.deepEqual(await findings(page), [], 'the keys');
      await close();
    }
  });

for (const theme of themes)
  test(`axe finds nothing where nothing is played, ${theme}`, async () => {
    for (const [state, refusal] of Object.entries(refusals)) {
      const { page, is, close } = await open({ theme, before: refusedBy(refusal) });
      await is(state);
      assert.deepEqual(await findings(page), [], state);
      await close();
    }
    for (const [state, before] of [
      ['connecting', (page) => page.route('**/whep/*', () => {})],
      ['unsupported', (page) => page.addInitScript(() => delete window.RTCPeerConnection)],
    ]) {
      const { page, is, close } = await open({ theme, before });
      await is(state);
      await page.locator('.notice h2').waitFor();
      assert.deepEqual(await findings(page), [], state);
      await close();
    }
  });

/** Before the page: a browser that lets nothing play before somebody clicked, with sound or without. */
const playsNothing = (page) =>
  page.addInitScript(() => {
    let clicked = false;
    addEventListener('click', () => (clicked = true), true);
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      return clicked ? play.call(this) : Promise.reject(new DOMException('not yet', 'NotAllowedError'));
    };
    Object.defineProperty(HTMLMediaElement.prototype, 'autoplay', { set() {}, get: () => false });
  });

for (const theme of themes)
  test(`axe finds nothing where a click plays, where it is lost, and where it is over, ${theme}`, async () => {
    for (const size of sizes) {
      const { page, close } = await open({ theme, ...size, before: playsNothing });
      await page.locator('.player > button.paused').waitFor();
      assert.deepEqual(await findings(page), [], 'a click plays');
      await picture(page, `click-${theme}-${size.width}`);
      await close();
    }
    const own = await broadcast({ title: 'Sunday concert from the barn' });
    const context = await chromium.browser.newContext({ colorScheme: theme });
    const page = await context.newPage();
    const is = (state) => page.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, state);
    try {
      await page.goto(own.live.watch);
      await is('playing');
      own.tell('end');
      await is('ended');
      await page.locator('.notice h2').waitFor();
      assert.deepEqual(await findings(page), [], 'ended');
      own.tell('go_live');
      await is('playing');
      await own.stop('SIGKILL');
      await is('reconnecting');
      await page.locator('.notice h2').waitFor();
      assert.deepEqual(await findings(page), [], 'reconnecting');
    } finally {
      await context.close();
      await own.remove();
    }
  });

test('axe finds nothing in what the server says itself', async () => {
  const context = await chromium.browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  for (const path of ['/', '/w/nothing-there']) {
    await page.goto(new URL(path, skylark.live.watch).href);
    assert.deepEqual(await findings(page), [], path);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  }
  await context.close();
});

test('a German browser is spoken to in German, and all of it has room', async () => {
  for (const [at, size] of sizes.entries()) {
    const { page, is, close } = await open({ locale: 'de-AT', theme: themes[at], ...size });
    await is('playing');
    await page.mouse.move(200, 100);
    await withEverything(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    assert.match(await page.evaluate(() => document.body.innerText), /sieht zu|sehen zu/);
    assert.deepEqual(await page.evaluate(OUTSIDE), []);
    await picture(page, `de-playing-${size.width}`);
    await close();
    for (const [state, refusal] of Object.entries(refusals)) {
      const tab = await open({ locale: 'de', theme: themes[at], ...size, before: refusedBy(refusal) });
      await tab.is(state);
      await tab.page.locator('.notice h2').waitFor();
      assert.deepEqual(await tab.page.evaluate(OUTSIDE), [], state);
      await picture(tab.page, `de-${state}-${size.width}`);
      await tab.close();
    }
  }
});

test('written from right to left the page is mirrored, and nothing sticks out', async () => {
  const words = pseudo(['watch', 'chat', 'more']);
  // In the place of German, as the page is told of no language that nobody speaks.
  const inHebrewLetters = (page) =>
    page.route('**/assets/watch-de.js', (route) => route.fulfill({ contentType: 'text/javascript', body: words }));
  for (const [at, size] of sizes.entries()) {
    const { page, is, close } = await open({ locale: 'de', theme: themes[at], ...size, before: inHebrewLetters });
    await is('playing');
    await page.mouse.move(200, 100);
    await withEverything(page);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), 'rtl');
    const middle = (selector) =>
      page.evaluate((selector) => {
        const { left, width } = document.querySelector(selector).getBoundingClientRect();
        return (left + width / 2) / innerWidth;
      }, selector);
    if (size.width > size.height) {
      assert.ok((await middle('.chat')) < 0.5, 'the chat is on the left');
      assert.ok((await middle('.about .live')) < (await middle('.about h1')), 'the title is on the right');
    } else assert.ok((await middle('.about .live')) > 0.5, 'what stands below the title begins on the right');
    assert.deepEqual(await page.evaluate(OUTSIDE), []);
    await picture(page, `rtl-playing-${size.width}`);
    await close();
    const waiting = async (page) => (await inHebrewLetters(page), refusedBy(refusals.passcode)(page));
    const tab = await open({ locale: 'de', theme: themes[at], ...size, before: waiting });
    await tab.is('passcode');
    await tab.page.locator('.notice h2').waitFor();
    assert.deepEqual(await tab.page.evaluate(OUTSIDE), []);
    await picture(tab.page, `rtl-passcode-${size.width}`);
    await tab.close();
  }
});

test('at 200 % nothing is cut off', async () => {
  for (const locale of ['en', 'de']) {
    for (const [state, refusal] of Object.entries(refusals)) {
      const { page, is, close } = await open({ locale, width: 640, height: 400, before: refusedBy(refusal) });
      await is(state);
      await page.locator('.notice h2').waitFor();
      assert.deepEqual(await page.evaluate(OUTSIDE), [], `${locale} ${state}`);
      await close();
    }
    const { page, is, close } = await open({ locale, width: 640, height: 400 });
    await is('playing');
    await page.mouse.move(200, 100);
    assert.deepEqual(await page.evaluate(OUTSIDE), []);
    await withEverything(page);
    assert.deepEqual(await page.evaluate(OUTSIDE), [], `${locale} with the chat`);
    await picture(page, `zoomed-${locale}`);
    await close();
  }
});

test('with forced colours every button has an edge, and what has the focus is seen', async () => {
  const { page, is, close } = await open({ forcedColors: 'active' });
  await is('playing');
  await withEverything(page);
  const plain = await page.evaluate(() => {
    const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const edged = ({ borderTopWidth, borderTopStyle }) => parseFloat(borderTopWidth) > 0 && borderTopStyle !== 'none';
    const buttons = [...document.querySelectorAll('button, input:not([type=range])')].filter(seen);
    return buttons.filter((button) => !edged(getComputedStyle(button))).map((button) => button.outerHTML.slice(0, 80));
  });
  assert.deepEqual(plain, []);
  for (let pressed = 0; pressed < 12; pressed += 1) {
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return document.activeElement === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0);
    });
    assert.ok(ring, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120)));
  }
  await picture(page, 'forced-colours');
  await close();
});

test('without motion nothing moves: no reaction floats, nothing fades', async () => {
  const { page, is, close } = await open({ reducedMotion: 'reduce' });
  await is('playing');
  await withEverything(page);
  const since = skylark.events.length;
  await page.locator('.chat button', { hasText: '🎉' }).click();
  await skylark.event(({ event }) => event === 'reactions', 'the reaction is told', { since });
  const moving = await page.evaluate(() => {
    const lasting = (animation) => animation.effect.getComputedTiming().activeDuration > 10;
    return document
      .getAnimations()
      .filter(lasting)
      .map(({ animationName, effect }) => `${animationName} ${effect.target.className}`);
  });
  assert.deepEqual(moving, []);
  await close();
});
