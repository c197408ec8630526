// The watch page in Chromium on Linux, served by the program for Windows under Wine: picture and sound, the chat, and who comes back.

import assert from 'node:assert/strict';
import { missing as missingChromium, openChromium } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { folder, missing, Skylark } from './support/wine.mjs';

const { after, before, test } = needs(missing() ?? missingChromium());

let place;
let skylark;
let chromium;
let anna;
let tab;

before(async () => {
  place = folder();
  skylark = await Skylark.live(place.path, { args: ['--size', '640x360'] });
  chromium = await openChromium();
  anna = await chromium.person();
  tab = await anna.open(skylark.live.watch);
});

after(async () => {
  await chromium?.close();
  await skylark?.gone();
  place?.remove();
});

/** The chat as the page shows it. */
const lines = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.chat .line .said')].map((line) => line.textContent.replace(/\s+/g, ' ').trim()),
  );

async function shows(line) {
  await tab.until(
    async () => (await lines(tab.page)).includes(line),
    20_000,
    async () => `"${line}" is among ${JSON.stringify(await lines(tab.page))}`,
  );
}

async function focusIs(label) {
  await tab.until(
    () => tab.page.evaluate((wanted) => document.activeElement?.getAttribute('aria-label') === wanted, label),
    20_000,
    () => `the focus is on "${label}"`,
  );
}

async function type(text) {
  await tab.page.keyboard.type(text);
  await tab.page.keyboard.press('Enter');
}

test('the picture moves and the sound is heard', async () => {
  await tab.plays(60_000);
  const { left, right } = await tab.listen();
  console.log(`left ${left.hertz.toFixed(0)} Hz, right ${right.hertz.toFixed(0)} Hz`);
  assert.ok(Math.abs(left.hertz - 440) < 10 && Math.abs(right.hertz - 660) < 10, 'each ear hears its tone');
});

test('what is written in the chat is told, and what the broadcaster says is shown', async () => {
  const since = skylark.events.length;
  await tab.page.keyboard.press('c');
  await focusIs('Your name');
  await type('Änne');
  await focusIs('Write something');
  await type('Guten Abend! 👋');
  const { message } = await skylark.event(({ event }) => event === 'chat', 'the broadcaster is told', { since });
  assert.deepEqual([message.name, message.text, message.host], ['Änne', 'Guten Abend! 👋', false]);
  await shows('Änne Guten Abend! 👋');
  skylark.tell('say', { text: 'Grüße aus Köln' });
  await shows('Broadcaster Grüße aus Köln');
});

test('who comes back is known, finds what was said, and sees the picture', async () => {
  const since = skylark.events.length;
  await tab.close();
  await skylark.event(({ event }) => event === 'viewer_left', 'she goes', { since });
  tab = await anna.open(skylark.live.watch);
  await tab.plays(60_000);
  const named = await skylark.event(({ event }) => event === 'name', 'her name is told again', { since });
  assert.equal(named.name, 'Änne');
  await tab.page.keyboard.press('c');
  await shows('Broadcaster Grüße aus Köln');
});

test('a page that is open comes back by itself when the program was started again', async () => {
  const { watch } = skylark.live;
  assert.equal(await skylark.end(), 0, skylark.log);
  skylark = await Skylark.live(place.path, { listen: `127.0.0.1:${new URL(watch).port}`, args: ['--size', '640x360'] });
  assert.equal(skylark.live.watch, watch);
  await skylark.event(({ event }) => event === 'viewer_joined', 'the page is back');
  await tab.plays(60_000);
  assert.deepEqual(tab.faults, []);
});
