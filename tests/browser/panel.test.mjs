// The panel in each of its states: axe finds nothing in either theme; in a language that nobody speaks, written from right to left and longer
// than any other, every word comes from the table, none is cut off or lies over another, and all of it is mirrored.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { findings } from './support/axe.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { CUT, CUT_PICKERS, OVERLAPPING, PLACES, SAID } from './support/layout.mjs';
import { openPanel, states } from './support/panel.mjs';

const { after, before, test } = needs(missing());

let chromium, ready, all;
before(async () => {
  chromium = await openChromium();
  ({ ready, STATES: all } = await states());
});
after(() => chromium?.close());

/** Looks at every state, and tells what was found in all of them together. */
async function inEachState(options, look) {
  const panel = await openPanel(chromium.browser, options);
  const found = {};
  for (const state of all) {
    await panel.show(ready, state);
    const here = [...(await look(panel, state)), ...panel.faults.splice(0)];
    if (here.length > 0) found[state.name] = here;
  }
  await panel.close();
  return found;
}

test('axe finds nothing in any state, dark and light', async () => {
  const found = await inEachState({}, async (panel, { name }) => {
    const dark = await findings(panel.page);
    await panel.picture(name, 'dark');
    // Another theme is other colours and nothing else.
    await panel.theme('light');
    const light = await findings(panel.page, ['color-contrast']);
    await panel.picture(name, 'light');
    return [...dark.map((one) => `dark: ${one}`), ...light.map((one) => `light: ${one}`)];
  });
  assert.deepEqual(found, {});
});

/** What is called the same everywhere, what languages call themselves, and what a system writes of a day. */
const KNOWN = ['VPN', 'Deutsch', 'English', 'Mi', 'Dez'];

/** What people and programs are called is written in Latin letters in every language. */
function names(value, key = '') {
  const called =
    /^(address|browser|label|name|text|format|host|watch|file|title|path|id|source|camera|interface|codec|transport|error)$/;
  if (typeof value === 'string') return called.test(key) ? (value.match(/\p{Script=Latin}+/gu) ?? []) : [];
  if (Array.isArray(value)) return value.flatMap((one) => names(one, key));
  return Object.entries(value ?? {}).flatMap(([key, one]) => names(one, key));
}

const sizes = [
  { width: 420, height: 720 },
  { width: 1280, height: 800 },
];

/** Parts that do not stand, from right to left, as far from the other edge as they do from left to right. */
async function crooked(page) {
  const mirrored = await page.evaluate(PLACES);
  await page.evaluate(() => (document.documentElement.dir = 'ltr'));
  const plain = await page.evaluate(PLACES);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  assert.equal(mirrored.length, plain.length);
  const found = mirrored.filter(({ left, all }, at) => Math.abs(all - left - plain[at].right) > 2);
  return new Set(found.map(({ name }) => name));
}

test('in the language that nobody speaks every word is of the table, whole, and where it belongs', async () => {
  const found = await inEachState({ locale: 'de', nobodys: true, ...sizes[0] }, async (panel, state) => {
    const { page } = panel;
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), 'rtl', state.name);
    await panel.picture(state.name, 'nobodys');
    const known = new Set([...names({ ready, ...state }), ...panel.typed, ...KNOWN]);
    const english = (await page.evaluate(SAID))
      .flatMap((text) => text.match(/\/?\p{Script=Latin}+/gu) ?? [])
      .filter((word) => !known.has(word) && !word.startsWith('/') && word.length > 1);
    const here = [...new Set(english)].map((word) => `no word of the table: ${word}`);
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const text of await page.evaluate(CUT)) here.push(`${size.width}: cut off: ${text}`);
      for (const text of await page.evaluate(OVERLAPPING)) here.push(`${size.width}: over each other: ${text}`);
      for (const name of await crooked(page)) here.push(`${size.width}: not mirrored: ${name}`);
    }
    await page.setViewportSize(sizes[0]);
    return here;
  });
  assert.deepEqual(found, {});
});

for (const locale of ['en', 'de'])
  test(`what pickers show is not cut off, ${locale}`, async () => {
    const panel = await openPanel(chromium.browser, { locale });
    const found = {};
    for (const name of [
      'settings that are refused',
      'chat with what moderates it',
      'a camera over a screen',
      'nobody found',
    ])
      for (const width of [1280, 420]) {
        await panel.page.setViewportSize({ width, height: 800 });
        await panel.show(
          ready,
          all.find((state) => state.name === name),
        );
        const here = await panel.page.evaluate(CUT_PICKERS);
        if (here.length > 0) found[`${name}, ${width}`] = here;
      }
    await panel.close();
    assert.deepEqual(found, {});
  });
