// What a viewer chooses on the watch page: the size of the picture, statistics, the list of keys. By key and by button.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { contrast } from './support/contrast.mjs';
import { missing as missingFirefox, openFirefox } from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());
const { test: inFirefox } = needs(missingFirefox());

let chromium;
let skylark;

before(async () => {
  chromium = await openChromium();
  // Firefox pairs no address of its own with 127.0.0.1.
  skylark = await broadcast({
    listen: '0.0.0.0:0',
    args: ['--size', '640x360'],
    title: 'Sunday concert from the barn',
  });
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

const there = (tab, what) => tab.page.evaluate((selector) => document.querySelector(selector) !== null, what);
const text = (tab, what) => tab.page.evaluate((selector) => document.querySelector(selector)?.innerText ?? '', what);

async function comes(tab, what) {
  await tab.until(
    () => there(tab, what),
    10_000,
    async () => `${what} is there`,
  );
}

async function goes(tab, what) {
  await tab.until(
    async () => !(await there(tab, what)),
    5000,
    async () => `${what} is gone`,
  );
}

async function isSent(tab, height) {
  await tab.until(
    async () => (await tab.video()).videoHeight === height,
    20_000,
    async () => `the picture is ${height} high, not ${(await tab.video()).videoHeight}`,
  );
}

const focused = (tab) =>
  tab.page.evaluate(() => document.activeElement?.closest('label, [aria-label]')?.textContent.trim() ?? '');

/** Each word of it can be read on what is behind it. */
async function readable(tab, what) {
  const [words, ground] = await tab.page.evaluate((selector) => {
    const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
    const { color, backgroundColor } = getComputedStyle(document.querySelector(selector));
    return [parts(color), parts(backgroundColor)];
  }, what);
  // The worst that can be behind a veil is white.
  const [alpha = 1] = ground.slice(3);
  const behind = ground.slice(0, 3).map((part) => alpha * part + (1 - alpha) * 255);
  const ratio = contrast(words.slice(0, 3), behind);
  assert.ok(ratio >= 4.5, `${what}: ${ratio}`);
}

test('by keyboard: another size is held, the broadcaster sees it, and it is held by the next session, too', async () => {
  const since = skylark.events.length;
  const tab = await chromium.open(skylark.live.watch);
  const sentFor = [];
  tab.page.on('request', (request) => sentFor.push(request.url()));
  await tab.plays();
  await isSent(tab, 360);
  assert.ok(!sentFor.some((url) => /More/i.test(url)), 'nothing of it is sent for before it is wanted');
  await tab.page.keyboard.press('q');
  await comes(tab, '.choices input:nth-of-type(1)');
  await tab.until(
    () => tab.page.evaluate(() => document.querySelectorAll('.choices input').length === 4),
    5000,
    () => text(tab, '.choices'),
  );
  assert.match(await text(tab, '.choices'), /Automatic[^]*360p[^]*180p[^]*90p/);
  await tab.until(
    async () => /^Automatic/.test(await focused(tab)),
    5000,
    async () => `the focus is on what is chosen, not on "${await focused(tab)}"`,
  );
  await tab.picture('choices-1280');
  await readable(tab, '.choices');
  for (let n = 0; n < 3; n++) await tab.page.keyboard.press('ArrowDown');
  await isSent(tab, 90);
  const joined = await skylark.event(({ event }) => event === 'viewer_joined', 'it watches', { since });
  const id = joined.viewer.id;
  await skylark.event(
    ({ event, viewer, layer }) => event === 'quality' && viewer === id && layer === 'q',
    'the broadcaster is told',
    { since },
  );
  await tab.page.keyboard.press('Escape');
  await goes(tab, '.choices');
  assert.equal(await tab.page.evaluate(() => document.activeElement.className.split(' ')[0]), 'player');

  // Another broadcast, and another session.
  const later = skylark.events.length;
  skylark.tell('end');
  await tab.is('ended');
  skylark.tell('go_live');
  await tab.plays();
  // Told with the new viewer, or a moment after it.
  await skylark.event(
    ({ event, layer, viewer }) =>
      (event === 'quality' && layer === 'q') || (event === 'viewer_joined' && viewer.held === 'q'),
    'it is held again',
    { since: later },
  );
  await isSent(tab, 90);

  await tab.page.keyboard.press('q');
  await comes(tab, '.choices');
  for (let n = 0; n < 3; n++) await tab.page.keyboard.press('ArrowUp');
  await isSent(tab, 360);
  assert.deepEqual(tab.faults, []);
  await tab.close();
});

test('by mouse: statistics and the list of keys, and a click elsewhere closes what is open', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  await tab.page.mouse.move(600, 300);
  await tab.page.click('button[aria-haspopup="dialog"]');
  await comes(tab, '.choices');
  await tab.page.click('.choices button:has-text("Statistics")');
  await comes(tab, '.statistics');
  await tab.page.mouse.click(300, 400);
  await goes(tab, '.choices');
  await tab.until(
    async () => /Formats\s+H\.264, Opus/.test(await text(tab, '.statistics')),
    10_000,
    () => text(tab, '.statistics'),
  );
  await tab.until(
    async () => {
      const said = await text(tab, '.statistics');
      const has = (what) => new RegExp(what).test(said);
      return (
        has('640 × 360') &&
        has('Size\\s+360p, automatic') &&
        has('Pictures a second\\s+\\d+') &&
        has('Bitrate\\s+[\\d.]+ [kM]bit/s') &&
        has('Packets lost\\s+[\\d.]+ %') &&
        has('There and back\\s+\\d+ ms') &&
        has('Behind the camera\\s+\\d+ ms')
      );
    },
    15_000,
    () => text(tab, '.statistics'),
  );
  await tab.picture('statistics-1280');
  await readable(tab, '.statistics');
  await tab.page.keyboard.press('t');
  await goes(tab, '.statistics');

  await tab.page.keyboard.press('?');
  await comes(tab, 'dialog[open]');
  assert.equal(await tab.page.evaluate(() => document.activeElement.textContent), 'Close', 'the focus is in it');
  assert.match(await text(tab, 'dialog'), /Space[^]*M[^]*F[^]*C[^]*Q[^]*T[^]*\?/);
  await tab.picture('keys-1280');
  await tab.page.keyboard.press('Escape');
  await goes(tab, 'dialog');
  assert.equal(await tab.page.evaluate(() => document.activeElement.className.split(' ')[0]), 'player');
  assert.deepEqual(tab.faults, []);
  await tab.close();
});

for (const [name, size] of Object.entries({
  upright: { width: 390, height: 844, phone: true },
  lying: { width: 844, height: 390, phone: true },
  large: { width: 1920, height: 1080 },
})) {
  for (const colorScheme of ['dark', 'light'])
    test(`${name}, ${colorScheme}: what is open is on the page and of a finger's size`, async () => {
      const tab = await chromium.open(skylark.live.watch, {
        ...size,
        colorScheme,
      });
      await tab.plays();
      await tab.page.keyboard.press('t');
      await tab.page.keyboard.press('q');
      await comes(tab, '.choices label:nth-of-type(4)');
      await comes(tab, '.statistics');
      const parts = await tab.page.evaluate(() =>
        ['.choices', '.statistics', ...['label', 'button'].map((part) => `.choices ${part}`)].map((what) => {
          const { left, top, right, bottom, height } = document.querySelector(what).getBoundingClientRect();
          return {
            what,
            inside: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
            height,
          };
        }),
      );
      for (const { what, inside, height } of parts) {
        assert.ok(inside, `${what} is on the page`);
        if (what.startsWith('.choices ')) assert.ok(height >= 44, `${what} is ${height} high`);
      }
      await readable(tab, '.choices');
      await tab.picture(`chosen-${name}-${colorScheme}`);
      await tab.page.keyboard.press('Escape');
      await tab.page.keyboard.press('?');
      await comes(tab, 'dialog[open]');
      await tab.picture(`keys-${name}-${colorScheme}`);
      await tab.close();
    });
}

inFirefox('Firefox without H.264 has two sizes to choose from, and its figures', async () => {
  const firefox = await openFirefox();
  try {
    const tab = await firefox.open(skylark.live.watch);
    await tab.plays();
    await tab.page.keyboard.press('q');
    await tab.until(
      () => tab.page.evaluate(() => document.querySelectorAll('.choices input').length >= 3),
      10_000,
      () => text(tab, '.choices'),
    );
    const sizes = await tab.page.evaluate(() => document.querySelectorAll('.choices input').length);
    const smaller = sizes === 3 ? 180 : 90;
    for (let n = 1; n < sizes; n++) await tab.page.keyboard.press('ArrowDown');
    await isSent(tab, smaller);
    await tab.page.keyboard.press('Escape');
    await tab.page.keyboard.press('t');
    await tab.until(
      async () => new RegExp(`Size\\s+${smaller}p, held`).test(await text(tab, '.statistics')),
      10_000,
      () => text(tab, '.statistics'),
    );
    await tab.picture('statistics-firefox');
    assert.deepEqual(tab.faults, []);
  } finally {
    await firefox.close();
  }
});
