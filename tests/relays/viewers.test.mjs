// Viewers of our own link whom a real Janus sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { watchBareHanded } from './support/bare-handed.mjs';
import { watchWithItsClient } from './support/janus-page.mjs';
import { Janus, SOCKET } from './support/janus.mjs';
import { viewersAt } from './support/viewers.mjs';

const tests = needs(process.env.SKYLARK_RELAYS_MISSING || missing());
const { test } = tests;

const SECRETS = { room_secret: 'a-room-secret', pin: 'the-pin', admin_key: 'the-admin-key' };

const { it, ends, thins } = viewersAt(tests, {
  name: 'Janus',
  make: () => new Janus(),
  url: `janus+${SOCKET}/888`,
  secrets: SECRETS,
  hidden: Object.values(SECRETS),
  restless: 400,
});

test('a page with Janus’ own client watches the room, too, and is no viewer of ours', async () => {
  const since = it.skylark.events.length;
  const page = await watchWithItsClient(it.chromium, 888, SECRETS.pin);
  await page.sees(2, 640);
  await page.sees(0, 160);
  await page.sees(1, 320);
  const told = it.skylark.events.slice(since);
  assert.ok(!told.some(({ event }) => event === 'viewer_joined'), JSON.stringify(told));
  await page.close();
});

test('an offer that is not answered is taken back after ten seconds', async () => {
  const offered = await watchBareHanded(it.chromium, it.skylark.live.whep, { answers: false, as: 'another' });
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
  const joins = it.skylark.events.length;
  const player = await watchBareHanded(it.chromium, it.skylark.live.whep, { as: 'a third' });
  const viewer = await it.skylark.viewer(joins);
  await player.receives();
  it.skylark.tell('ban', { viewer: viewer.id });
  await player.receivesNothing();
  await player.close();

  const offered = await watchBareHanded(it.chromium, it.skylark.live.whep, { answers: false, as: 'a fourth' });
  const since = it.skylark.events.length;
  it.skylark.tell('lock', { on: true });
  await it.skylark.event((event) => event.event === 'lock', 'it is locked', { since });
  assert.equal((await offered.session('GET')).status, 404);
  await offered.close();
  for (const { tab } of it.there) await tab.plays(3000);
  it.skylark.tell('lock', { on: false });
});

thins('20000-30000');

ends();
