// Viewers of our own link whom a real LiveKit sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { comeAndGo, watchBareHanded } from './support/bare-handed.mjs';
import { until } from './support/janus.mjs';
import { KEYS, LiveKit, SOCKET } from './support/livekit.mjs';

const { test, before, after } = needs(
  process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_LIVEKIT_MISSING || missing(),
);

const ROOM = 'viewers';

let livekit, skylark, chromium;
/** One who watches here, and three at LiveKit. */
let here, there;

before(async () => {
  livekit = new LiveKit();
  await livekit.start();
  chromium = await openChromium();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
  // Room for one of the largest, and then for two or three of the smallest.
  skylark.tell('configure', { settings: { max_upload_kbps: 2000 } });
  skylark.tell('relay', { url: `livekit+${SOCKET}/${ROOM}`, secrets: KEYS });
  await relay((event) => event.state === 'running', 'the relay runs');
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  await livekit?.remove();
});

const relay = (fits, why, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && fits(event), why, { since, withinMs });

/** Those whom LiveKit has in the room besides us. */
const guests = async () => (await livekit.participants(ROOM)).filter(({ identity }) => identity !== 'Skylark');

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

test('who would get less here is sent the stream by LiveKit, and sees moving pictures and hears the sound', async () => {
  here = await open();
  assert.equal(here.viewer.relay, undefined);
  there = [];
  for (let n = 0; n < 3; n++) there.push(await open());
  for (const { tab, viewer, took } of there) {
    assert.equal(viewer.relay, 1, JSON.stringify(viewer));
    await until(async () => (await tab.video()).videoWidth === 640, 'the largest');
    const hears = async () => (await tab.statistics('inbound-rtp', 'audio'))[0]?.packetsReceived > 20;
    await until(hears, 'it hears the sound');
    assert.deepEqual(tab.faults, []);
    console.log(`from the click to a picture that is read and moves: ${took} ms (here ${here.took} ms)`);
  }
  assert.deepEqual([...tabsAsk], [new URL(skylark.live.watch).origin], 'the page talks to nobody but us');
});

test('they are counted, LiveKit has as many, hidden, and is told nothing of who they are', async () => {
  await skylark.event((event) => event.event === 'count' && event.watching === 4, 'all are counted');
  await relay((event) => event.watching === 3, 'three watch there');
  const all = await guests();
  assert.equal(all.length, 3, JSON.stringify(all));
  for (const { identity, permission } of all) {
    assert.ok(permission.hidden && !permission.can_publish, JSON.stringify(permission));
    assert.match(identity, /^viewer-[0-9a-f]{8}-\d+$/);
  }
});

test('who is kicked there sees why, is kept out, and nobody else notices', async () => {
  const [{ tab, viewer }] = there.splice(0, 1);
  const since = skylark.events.length;
  skylark.tell('kick', { viewer: viewer.id, reason: 'spoilers' });
  await tab.is('removed', 2000);
  assert.match(await tab.words(), /spoilers/);
  await skylark.event((event) => event.event === 'viewer_left' && event.reason === 'kicked', 'it left', { since });
  await until(async () => (await guests()).length === 2, 'LiveKit has it no more', 2000);
  await tab.reload();
  assert.equal(tab.response.status(), 403);
  for (const other of there) await other.tab.plays(3000);
});

test('a kick holds at LiveKit itself, also for who hears nothing of it', async () => {
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

test('who comes and goes all the time costs nobody else the relay, and leaves nothing there', async () => {
  const since = skylark.events.length;
  await comeAndGo(chromium, skylark.live.whep, 100);
  for (const { tab } of there) await tab.plays(3000);
  const states = skylark.events.slice(since).filter((event) => event.event === 'relay');
  assert.ok(
    states.every((event) => event.state === 'running'),
    JSON.stringify(states),
  );
  await until(async () => (await guests()).length === there.length, 'all of them left');
});

test('who leaves is gone there, too, and who runs the room may remove one', async () => {
  const late = await open();
  assert.equal(late.viewer.relay, 1);
  await late.tab.close();
  await until(async () => (await guests()).length === there.length, 'it left');

  const removed = await open();
  const since = skylark.events.length;
  const { identity } = (await guests()).find(({ identity }) => identity.endsWith(`-${removed.viewer.id}`));
  await livekit.ask('RemoveParticipant', ROOM, { identity });
  await skylark.event((event) => event.event === 'viewer_left' && event.viewer === removed.viewer.id, 'it left', {
    since,
  });
  // Nobody here said that it is to stay away.
  await skylark.viewer(since);
  await removed.tab.plays();
  await removed.tab.close();
});

test('a LiveKit that is killed gives its viewers back, and takes newcomers when it is back', async () => {
  const since = skylark.events.length;
  const killed = Date.now();
  await livekit.kill();
  for (const { viewer } of there)
    await skylark.event((event) => event.event === 'viewer_left' && event.viewer === viewer.id, 'it left', { since });
  for (const { tab } of there) await tab.plays(10_000);
  console.log(`all play here ${Date.now() - killed} ms after the kill`);
  await here.tab.plays(3000);

  await livekit.start();
  await relay((event) => event.state === 'running', 'the relay runs again', since, 12_000);
  const late = await open();
  assert.equal(late.viewer.relay, 1);
  there.push(late);
});

test('the end takes all of them, and no secret was told to anybody', async () => {
  skylark.tell('end');
  for (const { tab } of [here, ...there]) await tab.is('ended', 5000);
  await until(async () => (await guests()).length === 0, 'nobody is left there');
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [...Object.values(KEYS), 'eyJ']) assert.ok(!told.includes(secret), secret);
});
