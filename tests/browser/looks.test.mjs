// Pictures of every state, for people to look at, and what can be checked about them: nothing overlaps or jumps.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());

const sizes = [
  { name: '1280', width: 1280, height: 720 },
  { name: 'phone', width: 390, height: 844, phone: true, colorScheme: 'light' },
];

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

/** Answers of a server that is not at hand. */
const refusals = {
  waiting: { status: 409, code: 'not_live' },
  full: { status: 503, code: 'full' },
  locked: { status: 403, code: 'locked' },
  later: { status: 429, code: 'too_many' },
  gone: { status: 410, code: 'retired_link' },
  unsupported: { status: 406, code: 'bad_offer' },
};

for (const { name, ...size } of sizes) {
  const boxes = (tab) =>
    tab.page.evaluate(() =>
      ['video', 'h1'].map((what) => {
        const { x, y, width, height } = document.querySelector(what).getBoundingClientRect();
        return { x, y, width, height };
      }),
    );
  const open = (before) => chromium.open(skylark.live.watch, { ...size, before });

  test(`${name}: connecting, then playing; the picture is where it was to be`, async () => {
    let answer;
    const held = new Promise((done) => (answer = done));
    const tab = await open((page) => page.route('**/whep/*', async (route) => (await held, route.continue())));
    await tab.until(
      async () => (await tab.words()).includes('Sunday'),
      5000,
      () => tab.words(),
    );
    assert.equal(await tab.state(), 'connecting');
    await tab.picture(`connecting-${name}`);
    const earlier = await boxes(tab);
    answer();
    await tab.plays();
    await tab.page.mouse.move(200, 100);
    await new Promise((done) => setTimeout(done, 400));
    await tab.picture(`playing-${name}`);
    assert.deepEqual(await boxes(tab), earlier, 'nothing jumps when the state changes');
    const [video] = earlier;
    assert.deepEqual([video.x, video.y, video.width], [0, 0, size.width], 'the picture goes from edge to edge');
    if (size.phone) assert.ok(video.height < size.height / 2, 'upright there is room for words below');
    await new Promise((done) => setTimeout(done, 3000));
    await tab.picture(`idle-${name}`);
    await tab.page.keyboard.press(' ');
    await new Promise((done) => setTimeout(done, 400));
    await tab.picture(`paused-${name}`);
    await tab.close();
  });

  if (size.phone)
    test(`${name}: a tap calls the controls and another sends them away; hidden ones take no tap`, async () => {
      const tab = await open();
      await tab.plays();
      const { page } = tab;
      const shown = (wanted) =>
        tab.until(
          () => page.evaluate((want) => getComputedStyle(document.querySelector('.controls')).opacity === want, wanted),
          5000,
          () => `the controls' opacity is ${wanted}`,
        );
      const mute = await page.getByRole('button', { name: 'Mute' }).boundingBox();
      await shown('0');
      await page.touchscreen.tap(mute.x + 10, mute.y + 10);
      await shown('1');
      assert.equal((await tab.video()).muted, false, 'the tap that called them pressed nothing');
      await page.touchscreen.tap(200, 60);
      await shown('0');
      await page.touchscreen.tap(200, 60);
      await shown('1');
      await page.touchscreen.tap(mute.x + 10, mute.y + 10);
      assert.equal((await tab.video()).muted, true);
      await tab.close();
    });

  for (const [state, { status, code }] of Object.entries(refusals)) {
    test(`${name}: ${state}`, async () => {
      const refuse = (route) =>
        route.fulfill({
          status,
          headers: { 'Retry-After': '30' },
          contentType: 'application/json',
          body: JSON.stringify({ code }),
        });
      const tab = await open(async (page) => {
        await page.route('**/whep/*', refuse);
        if (state === 'waiting') await page.routeWebSocket('**/events', () => {});
      });
      await tab.is(state);
      await tab.picture(`${state}-${name}`);
      const fits = await tab.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      assert.ok(fits, 'nothing sticks out');
      await tab.close();
    });
  }

  test(`${name}: a browser without WebRTC`, async () => {
    const tab = await open((page) => page.addInitScript(() => delete window.RTCPeerConnection));
    await tab.is('unsupported');
    assert.match(await tab.words(), /WebRTC/);
    await tab.picture(`no-webrtc-${name}`);
    await tab.close();
  });

  test(`${name}: ended, reconnecting, removed`, async () => {
    const tab = await open();
    await tab.plays();
    let since = skylark.events.length;
    skylark.tell('end');
    await tab.is('ended');
    await tab.picture(`ended-${name}`);
    await skylark.event(({ event }) => event === 'ended', 'it ended', { since });
    since = skylark.events.length;
    skylark.tell('go_live');
    await tab.plays();

    const { dataDir, live } = skylark;
    await skylark.stop('SIGKILL');
    await tab.is('reconnecting');
    await new Promise((done) => setTimeout(done, 300));
    await tab.picture(`reconnecting-${name}`);
    skylark = await broadcast({ dataDir, listen: `127.0.0.1:${live.port}` });
    await tab.plays(20_000);

    const { id } = await skylark.viewer();
    skylark.tell('kick', { viewer: id, reason: 'Please come back without the spoilers.' });
    await tab.is('removed');
    await tab.picture(`removed-${name}`);
    await tab.close();
  });
}
