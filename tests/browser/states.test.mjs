// What the watch page does when the broadcast ends, is full, is locked, gets a new link, or its host comes back.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, afterEach, before, beforeEach, test } = needs(missing());

let chromium;
let skylark;

before(async () => (chromium = await openChromium()));
after(() => chromium?.close());
beforeEach(async () => (skylark = await broadcast()));
afterEach(() => skylark?.remove());

const told = (what, why, since) => skylark.event(({ event }) => event === what, why, { since });

async function end() {
  const since = skylark.events.length;
  skylark.tell('end');
  await told('ended', 'it ends', since);
}

async function goLive() {
  const since = skylark.events.length;
  skylark.tell('go_live');
  await told('live', 'it is live', since);
}

test('when the broadcast ends the page says so, and plays again by itself when it is back', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  await end();
  await tab.is('ended');
  assert.match(await tab.words(), /ended/);
  assert.equal((await tab.video()).source, false);

  await goLive();
  await tab.plays();
});

test('a page opened before the broadcast waits, and starts by itself', async () => {
  await end();
  const tab = await chromium.open(skylark.live.watch);
  await tab.is('waiting');
  assert.match(await tab.words(), /Not live yet/);
  await goLive();
  await tab.plays();
  assert.deepEqual(tab.faults, []);
});

test('a host that crashes and comes back on the same port is found again', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  await skylark.stop('SIGKILL');
  const killed = Date.now();
  await tab.is('reconnecting');
  console.log(`the page knew after ${Date.now() - killed} ms`);

  const { dataDir, live } = skylark;
  skylark = await broadcast({ dataDir, listen: `127.0.0.1:${live.port}` });
  assert.equal(skylark.live.watch, live.watch, 'the link outlives the program');
  const back = Date.now();
  await tab.plays(20_000);
  console.log(`it plays ${Date.now() - back} ms after the host was live again`);
});

test('a host ended by Ctrl-C says goodbye, and its pages play again when it is started again', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const { dataDir, live } = skylark;
  assert.equal(await skylark.stop('SIGINT'), 0);
  await tab.is('ended', 5000);

  skylark = await broadcast({ dataDir, listen: `127.0.0.1:${live.port}` });
  await tab.plays(20_000);
});

test('a host that comes back with another link: the page says that this one leads nowhere', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const { port } = skylark.live;
  await skylark.stop('SIGKILL');
  await skylark.remove();
  skylark = await broadcast({ listen: `127.0.0.1:${port}` });
  await tab.is('gone', 20_000);
  assert.match(await tab.words(), /no stream at this link/);
});

/** Two pages of a stream that has room for one: one is in, the other is told that it is full. */
async function onePlace() {
  await end();
  const tabs = [await chromium.open(skylark.live.watch), await chromium.open(skylark.live.watch)];
  for (const tab of tabs) await tab.is('waiting');
  skylark.tell('configure', { settings: { max_viewers: 1 } });
  await told('settings', 'the limit is set', 0);
  await goLive();
  const where = async () => (await Promise.all(tabs.map((tab) => tab.state()))).sort().join();
  await tabs[0].until(async () => (await where()) === 'full,playing', 10_000, where);
  return { tabs, where };
}

/** What stands on the page, where, and how. */
function look(tab) {
  return tab.page.evaluate(() =>
    ['.about h1', '.notice .mark img', '.notice h2', '.notice p'].map((selector) => {
      const element = document.querySelector(selector);
      const { color, fontSize, fontWeight, textAlign } = getComputedStyle(element);
      // The page's title leaves room for what stands beside it while it plays.
      const { x, y, height } = element.getBoundingClientRect();
      return { selector, words: element.textContent, color, fontSize, fontWeight, textAlign, x, y, height };
    }),
  );
}

test('a full stream says so, and lets the next one in when somebody leaves', async () => {
  const { tabs } = await onePlace();
  const inside = (await tabs[0].state()) === 'playing' ? tabs[0] : tabs[1];
  const outside = inside === tabs[0] ? tabs[1] : tabs[0];
  assert.match(await outside.words(), /This stream is full/);

  const late = await chromium.open(skylark.live.watch);
  assert.equal(late.response.status(), 503, 'whoever comes now is told at once');
  assert.ok(Number(late.response.headers()['retry-after']) > 0, 'and when to come back');
  assert.match(await late.words(), /full/i);
  assert.deepEqual(await look(late), await look(outside), "the server's notice is the page's, in words and look");
  await late.close();

  await inside.close();
  const left = Date.now();
  await outside.plays(10_000);
  console.log(`it plays ${Date.now() - left} ms after the place was free`);
});

test('a page that is open when it is refused, full or locked, comes in as soon as there is room', async () => {
  const { tabs, where } = await onePlace();
  skylark.tell('configure', { settings: { max_viewers: 0 } });
  await tabs[0].until(async () => (await where()) === 'playing,playing', 5000, where);
  for (const tab of tabs) await tab.plays();
});

test('a locked stream lets nobody new in, and whoever was in may return', async () => {
  const person = await chromium.person();
  const tab = await person.open(skylark.live.watch);
  await tab.plays();
  const since = skylark.events.length;
  skylark.tell('lock', { on: true });
  await told('lock', 'it is locked', since);

  const stranger = await chromium.open(skylark.live.watch);
  assert.equal(stranger.response.status(), 403);
  await tab.reload();
  await tab.plays();

  skylark.tell('lock', { on: false });
  await stranger.plays(30_000);
});

test('with a new link those watching stay and may return; the old one has kind words for others', async () => {
  const person = await chromium.person();
  const tab = await person.open(skylark.live.watch);
  await tab.plays();
  const since = skylark.events.length;
  skylark.tell('new_link');
  const { links } = await told('links', 'there is a new link', since);
  assert.notEqual(links.watch, skylark.live.watch);

  await tab.plays();
  await tab.reload();
  await tab.plays();

  const stranger = await chromium.open(skylark.live.watch);
  assert.equal(stranger.response.status(), 410);
  const invited = await chromium.open(links.watch);
  await invited.plays();
});

test('closing the tab takes the row away at once', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const { id } = await skylark.viewer();
  const since = skylark.events.length;
  const closed = Date.now();
  await tab.page.goto('about:blank');
  const left = await skylark.event(({ event }) => event === 'viewer_left', 'it left', { since, withinMs: 3000 });
  assert.deepEqual([left.viewer, left.reason], [id, 'left']);
  console.log(`gone after ${Date.now() - closed} ms`);
});
