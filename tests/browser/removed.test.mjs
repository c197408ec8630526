// Kick, ban and forgive, as the viewer's browser sees them.

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

test('a kicked viewer is told why, has no picture left, is refused again, and plays again when forgiven', async () => {
  const person = await chromium.person();
  const tab = await person.open(skylark.live.watch);
  await tab.plays();
  const { id } = await skylark.viewer();

  skylark.tell('kick', { viewer: id, reason: 'no spoilers' });
  await tab.is('removed');
  assert.match(await tab.words(), /removed/);
  assert.match(await tab.words(), /no spoilers/);
  assert.equal((await tab.video()).source, false, 'the video has no source any more');
  const left = await skylark.event(({ event }) => event === 'viewer_left', 'the row goes');
  assert.deepEqual([left.viewer, left.reason], [id, 'kicked']);

  await tab.picture('removed-1280');

  const again = await person.open(skylark.live.watch);
  assert.equal(again.response.status(), 403, 'a new tab of the same browser is refused');
  assert.match(await again.words(), /removed/i);
  await again.reload();
  assert.equal(again.response.status(), 403, 'and so is loading it again');

  assert.equal(await tab.state(), 'removed', 'the page itself does not come back');
  assert.equal(skylark.events.filter(({ event }) => event === 'viewer_joined').length, 1, 'and never asked');

  const stranger = await chromium.open(skylark.live.watch);
  await stranger.plays();

  skylark.tell('forgive', { viewer: id });
  await tab.plays();
  await again.reload();
  await again.plays();
  await person.close();
});

test('a kick reaches every tab of that browser and no other browser', async () => {
  const person = await chromium.person();
  const first = await person.open(skylark.live.watch);
  await first.plays();
  const { id } = await skylark.viewer();
  const second = await person.open(skylark.live.watch);
  await second.plays();
  const other = await chromium.open(skylark.live.watch);
  await other.plays();

  skylark.tell('kick', { viewer: id });
  await first.is('removed');
  await second.is('removed');
  assert.match(await first.words(), /gave no reason/);
  await other.plays();
});

test('a ban survives loading the page again, and a broadcast that ends and starts again', async () => {
  const person = await chromium.person();
  const tab = await person.open(skylark.live.watch);
  await tab.plays();
  const { id } = await skylark.viewer();

  skylark.tell('ban', { viewer: id, reason: 'enough' });
  await tab.is('removed');
  await tab.reload();
  assert.equal(tab.response.status(), 403);
  assert.match(await tab.words(), /removed/i);

  let since = skylark.events.length;
  skylark.tell('end');
  await skylark.event(({ event }) => event === 'ended', 'it ends', { since });
  since = skylark.events.length;
  skylark.tell('go_live');
  await skylark.event(({ event }) => event === 'live', 'it is live again', { since });
  await tab.reload();
  assert.equal(tab.response.status(), 403, 'a ban holds across broadcasts');

  skylark.tell('forgive', { viewer: id });
  await tab.until(
    async () => (await tab.reload(), tab.response.status() === 200),
    5000,
    () => 'it is lifted',
  );
  await tab.plays();
});
