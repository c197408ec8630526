// Viewers of our own link whom a real Janus sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { Janus, SOCKET } from './support/janus.mjs';
import { comeAndGo, watchBareHanded } from './support/bare-handed.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || missing());

const SECRETS = { room_secret: 'a-room-secret', pin: 'the-pin', admin_key: 'the-admin-key' };

let janus, skylark, chromium;
/** One who watches here, and three at Janus. */
let here, there;

before(async () => {
  janus = new Janus();
  await janus.start();
  chromium = await openChromium();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
  // Room for one of the largest, and then for two or three of the smallest.
  skylark.tell('configure', { settings: { max_upload_kbps: 2000 } });
  skylark.tell('relay', { url: `janus+${SOCKET}/888`, secrets: SECRETS });
  await relay((event) => event.state === 'running', 'the relay runs');
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  await janus?.remove();
});

const relay = (fits, why, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && fits(event), why, { since, withinMs });

/** Opens the page: its tab, its viewer, and how long it took from the click to the picture. */
async function open() {
  const since = skylark.events.length;
  const clicked = Date.now();
  const tab = await chromium.open(skylark.live.watch, {
    before: (page) => page.on('request', (request) => tabsAsk.add(new URL(request.url()).origin)),
  });
  const viewer = await skylark.viewer(since);
  await tab.plays();
  return { tab, viewer, took: Date.now() - clicked };
}
const tabsAsk = new Set();

test('who would get less here is sent the stream by Janus, and sees moving pictures and hears the sound', async () => {
  here = await open();
  assert.equal(here.viewer.relay, undefined);
  there = [];
  for (let n = 0; n < 3; n++) there.push(await open());
  for (const { tab, viewer, took } of there) {
    assert.equal(viewer.relay, 1, JSON.stringify(viewer));
    const { videoWidth, videoHeight } = await tab.video();
    assert.deepEqual([videoWidth, videoHeight], [640, 360], 'the largest');
    const [sound] = await tab.statistics('inbound-rtp', 'audio');
    assert.ok(sound.packetsReceived > 10, JSON.stringify(sound));
    assert.deepEqual(tab.faults, []);
    console.log(`from the click to a picture that is read and moves: ${took} ms (here ${here.took} ms)`);
  }
  assert.deepEqual([...tabsAsk], [new URL(skylark.live.watch).origin], 'the page talks to nobody but us');
});

test('they are counted, and the relay says how many watch there', async () => {
  await skylark.event((event) => event.event === 'count' && event.watching === 4, 'all are counted');
  await relay((event) => event.watching === 3, 'three watch there');
});

test('who is kicked there sees why, is kept out, and nobody else notices', async () => {
  const [{ tab, viewer }] = there.splice(0, 1);
  const since = skylark.events.length;
  skylark.tell('kick', { viewer: viewer.id, reason: 'spoilers' });
  await tab.is('removed', 2000);
  assert.match(await tab.words(), /spoilers/);
  await skylark.event((event) => event.event === 'viewer_left' && event.reason === 'kicked', 'it left', { since });
  await tab.reload();
  assert.equal(tab.response.status(), 403);
  for (const other of there) await other.tab.plays(3000);
});

test('a kick holds at Janus itself, also for who hears nothing of it', async () => {
  const since = skylark.events.length;
  const player = await watchBareHanded(chromium, skylark.live.whep);
  const viewer = await skylark.viewer(since);
  assert.equal(viewer.relay, 1);
  await player.receives();
  skylark.tell('kick', { viewer: viewer.id });
  await skylark.event((event) => event.event === 'viewer_left' && event.viewer === viewer.id, 'it left', { since });
  await player.receivesNothing();
  assert.equal((await player.session('GET')).status, 404);
  await player.close();
});

test('who comes and goes all the time costs nobody else the relay', async () => {
  const since = skylark.events.length;
  await comeAndGo(chromium, skylark.live.whep, 400);
  for (const { tab } of there) await tab.plays(3000);
  const states = skylark.events.slice(since).filter((event) => event.event === 'relay');
  assert.ok(
    states.every((event) => event.state === 'running'),
    JSON.stringify(states),
  );
});

test('an offer that is not answered is taken back after ten seconds', async () => {
  const offered = await watchBareHanded(chromium, skylark.live.whep, { answers: false, as: 'another' });
  assert.equal((await offered.session('GET')).status, 204);
  const asked = Date.now();
  while ((await offered.session('GET')).status !== 404) {
    assert.ok(Date.now() - asked < 12_000, 'it is gone by then');
    await new Promise((over) => setTimeout(over, 200));
  }
  assert.ok(Date.now() - asked > 8000, `after ${Date.now() - asked} ms`);
  await offered.close();
});

test('a ban holds there, too, and a lock turns away who is on the way', async () => {
  const joins = skylark.events.length;
  const player = await watchBareHanded(chromium, skylark.live.whep, { as: 'a third' });
  const viewer = await skylark.viewer(joins);
  await player.receives();
  skylark.tell('ban', { viewer: viewer.id });
  await player.receivesNothing();
  await player.close();

  const offered = await watchBareHanded(chromium, skylark.live.whep, { answers: false, as: 'a fourth' });
  const since = skylark.events.length;
  skylark.tell('lock', { on: true });
  await skylark.event((event) => event.event === 'lock', 'it is locked', { since });
  assert.equal((await offered.session('GET')).status, 404);
  await offered.close();
  for (const { tab } of there) await tab.plays(3000);
  skylark.tell('lock', { on: false });
});

test('a Janus that is killed gives its viewers back, and takes newcomers when it is back', async () => {
  const since = skylark.events.length;
  const killed = Date.now();
  await janus.kill();
  for (const { viewer } of there)
    await skylark.event((event) => event.event === 'viewer_left' && event.viewer === viewer.id, 'it left', { since });
  for (let n = 0, from = since; n < there.length; n++) {
    const isBack = (event) => event.event === 'viewer_moved';
    const moved = await skylark.event(isBack, 'it is back', { since: from, withinMs: 10_000 });
    from = skylark.events.indexOf(moved) + 1;
  }
  for (const { tab } of there) await tab.plays(10_000);
  console.log(`all play here ${Date.now() - killed} ms after the kill`);
  const back = skylark.events.slice(since);
  assert.equal(back.filter((event) => event.event === 'viewer_moved' && event.relay === null).length, there.length);
  assert.equal(back.filter((event) => event.event === 'viewer_joined' && event.viewer.relay).length, 0);
  await here.tab.plays(3000);

  await janus.start();
  await relay((event) => event.state === 'running', 'the relay runs again', since, 12_000);
  const late = await open();
  assert.equal(late.viewer.relay, 1);
  there.push(late);
});

test('the end takes all of them, and no secret was told to anybody', async () => {
  skylark.tell('end');
  for (const { tab } of [here, ...there]) await tab.is('ended', 5000);
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of Object.values(SECRETS)) assert.ok(!told.includes(secret), secret);
});
