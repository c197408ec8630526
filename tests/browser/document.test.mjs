// What the document says before any script of it runs, and without; and that its words can be read over any picture.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { contrast } from './support/contrast.mjs';
import { broadcast } from './support/skylark.mjs';
import { picture as keep } from './support/watch-page.mjs';

const { after, before, test } = needs(missing());

let chromium;
let skylark;

before(async () => {
  chromium = await openChromium();
  skylark = await broadcast({ title: 'Sunday <concert> & "more"' });
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

for (const [name, size] of Object.entries({
  wide: { width: 1280, height: 720 },
  phone: { width: 390, height: 844, phone: true, colorScheme: 'light' },
}))
  test(`${name}: with script switched off a sentence is visible`, async () => {
    const person = await chromium.person({ ...size, script: false });
    const page = await person.context.newPage();
    await page.goto(skylark.live.watch);
    // By its place: a search by text passes over what stands in <noscript>.
    const sentence = page.locator('noscript p');
    await sentence.waitFor({ state: 'visible', timeout: 5000 });
    assert.match(await sentence.textContent(), /Watching needs it/);
    const box = await sentence.boundingBox();
    assert.ok(
      box.y >= 0 && box.y + box.height <= size.height && box.width > 100,
      `it is on the screen: ${JSON.stringify(box)}`,
    );
    assert.equal(await page.locator('noscript h2').textContent(), 'JavaScript is switched off');
    await keep(page, `no-script-${name}`);
    await person.close();
  });

test('title, icon and what a chat shows of a pasted link are in the document', async () => {
  const person = await chromium.person({ script: false });
  const page = await person.context.newPage();
  await page.goto(skylark.live.watch);
  const said = await page.locator('head').evaluate((head) => {
    const content = (property) => head.querySelector(`meta[property="${property}"]`)?.content;
    return {
      title: head.querySelector('title').textContent,
      ogTitle: content('og:title'),
      picture: content('og:image'),
      sentence: content('og:description'),
      icons: [...head.querySelectorAll('link[rel="icon"]')].map(({ type }) => type),
    };
  });
  assert.equal(said.title, 'Sunday <concert> & "more"');
  assert.equal(said.ogTitle, said.title);
  assert.ok(said.icons.includes('image/png'));
  assert.match(said.sentence, /^Live now/);
  assert.equal(new URL(said.picture).hostname, new URL(skylark.live.watch).hostname);
  await page.goto(said.picture);
  const size = await page.locator('img').evaluate(async (image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  assert.ok(size[0] >= 300 && size[1] >= 160, `a picture of the stream: ${size}`);
  await keep(page, 'link-preview');
  await person.close();
});

test('what begins the connection stands in the document', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const scripts = await tab.page.evaluate(() => [...document.scripts].map(({ src }) => src));
  assert.deepEqual(scripts, [''], 'one script, which nothing has to be asked for');
  assert.equal(
    await tab.page.evaluate(() => window.connections.length),
    1,
    'the session that was begun is the one that plays',
  );
  assert.deepEqual(tab.faults, []);
  await tab.close();
});

test('the picture is there before the page around it, and plays on when that comes', async () => {
  let release;
  const held = new Promise((done) => (release = done));
  const before = (page) =>
    page.route('**/assets/watch-main.js', async (route) => {
      await held;
      await route.continue();
    });
  const tab = await chromium.open(skylark.live.watch, { before });
  await tab.until(
    async () => (await tab.clock()) !== null,
    15_000,
    async () => 'there is a picture',
  );
  assert.equal(await tab.page.locator('.about').count(), 0, 'nothing is around it');
  const box = await tab.page.locator('video').boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 1280, height: 720 }, 'it is where the page will have it');
  await tab.page.evaluate(() => {
    window.video = document.querySelector('video');
    window.pauses = 0;
    window.video.addEventListener('pause', () => (window.pauses += 1));
  });
  release();
  await tab.plays();
  const after = await tab.page.evaluate(() => ({
    same: document.querySelector('video') === window.video,
    videos: document.querySelectorAll('video').length,
    pages: document.querySelectorAll('.page').length,
    pauses: window.pauses,
    connections: window.connections.length,
  }));
  assert.deepEqual(after, {
    same: true,
    videos: 1,
    pages: 1,
    pauses: 0,
    connections: 1,
  });
  assert.deepEqual(tab.faults, []);
  await tab.close();
});

test('a page that does not come is sent for again', async () => {
  let asked = 0;
  const before = (page) =>
    page.route('**/assets/watch-main.js', (route) => (asked++ ? route.continue() : route.abort('connectionfailed')));
  const tab = await chromium.open(skylark.live.watch, { before });
  await tab.plays();
  assert.equal(asked, 2);
  await tab.close();
});

test('who turns back before the page is there is nobody who watches', async () => {
  const person = await chromium.person();
  const page = await person.context.newPage();
  let asked;
  const posted = new Promise((done) => (asked = done));
  await page.route('**/assets/watch-main.js', () => {});
  await page.route('**/whep/*', async (route) => (await route.continue(), asked()));
  const since = skylark.events.length;
  await page.goto(skylark.live.watch, { waitUntil: 'commit' });
  await posted;
  const { viewer } = await skylark.event(({ event }) => event === 'viewer_joined', 'it is connected', { since });
  await page.goto('about:blank');
  const left = await skylark.event(({ event }) => event === 'viewer_left', 'it left', { since, withinMs: 3000 });
  assert.deepEqual([left.viewer, left.reason], [viewer.id, 'left']);
  await person.close();
});

/** Every picture lies between these two. */
const pictures = { white: 'brightness(0) invert(1)', black: 'brightness(0)' };

for (const [picture, filter] of Object.entries(pictures))
  test(`title and count have a contrast of 4.5 to 1 over a ${picture} picture`, async () => {
    const tab = await chromium.open(skylark.live.watch);
    await tab.plays();
    await tab.page.mouse.move(300, 300);
    await tab.until(
      async () => /\bwatching\b/.test(await tab.words()),
      5000,
      () => tab.words(),
    );
    await tab.page.evaluate((value) => (document.querySelector('video').style.filter = value), filter);
    await tab.page.evaluate(() => {
      // What is behind the words is what a reader sees beside them, without the shadow that is only theirs.
      document.querySelector('.about').style.textShadow = 'none';
      for (const word of document.querySelectorAll('.about, .about > *')) word.style.transition = 'none';
    });
    await tab.picture(`contrast-${picture}`);
    for (const [at, selector] of ['.about h1', '.about .count'].entries()) {
      // The words go when nobody moves.
      await tab.page.mouse.move(320 + at, 300);
      const { words, behind } = await colours(tab.page, selector);
      const ratio = contrast(words, behind);
      console.log(`${selector} over ${picture}: ${ratio.toFixed(2)} (${words} on ${behind})`);
      assert.ok(ratio >= 4.5, `${selector} over ${picture}: ${ratio}`);
    }
    await tab.close();
  });

/** Of an element: the colour of its words as they are mixed, and the lightest or darkest pixel behind them, whichever is worse. */
async function colours(page, selector) {
  const element = page.locator(selector);
  const computed = await element.evaluate((found) => {
    const { color } = getComputedStyle(found);
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    found.style.color = 'transparent';
    return { colour: [red, green, blue], alpha };
  });
  const shot = (await element.screenshot()).toString('base64');
  await element.evaluate((found) => (found.style.color = ''));
  const reader = await page.context().newPage();
  const pixels = await reader.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const all = pen.getImageData(0, 0, image.width, image.height).data;
    const colours = new Set();
    for (let at = 0; at < all.length; at += 4) colours.add(all.slice(at, at + 3).join());
    return [...colours].map((colour) => colour.split(',').map(Number));
  }, shot);
  await reader.close();
  const mixed = (behind) =>
    computed.colour.map((part, at) => part * computed.alpha + behind[at] * (1 - computed.alpha));
  const worst = pixels
    .map((behind) => ({ words: mixed(behind), behind }))
    .sort((a, b) => contrast(a.words, a.behind) - contrast(b.words, b.behind))[0];
  return worst;
}
