// Two nodes of LiveKit on one Redis: the stream is published by one of them, and watched, listed and removed by either. A room lives on one node.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { watchWithItsClient } from './support/livekit-page.mjs';
import { KEYS, LiveKit } from './support/livekit.mjs';
import { missing as noRedis, Redis } from './support/redis.mjs';

const { test, before, after } = needs(
  process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_LIVEKIT_MISSING || noRedis() || missing(),
);

const ROOM = 'lobby';

let redis, nodes, skylark, chromium;

before(async () => {
  redis = new Redis();
  await redis.start();
  nodes = [0, 1].map((node) => new LiveKit({ node, redis: redis.address }));
  await Promise.all(nodes.map((node) => node.start()));
  chromium = await openChromium();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k', '--relay-from', 'all'] });
  skylark.tell('relay', { url: `livekit+${nodes[0].socket}/${ROOM}`, secrets: KEYS });
  await skylark.event(({ event, state }) => event === 'relay' && state === 'running', 'the relay runs');
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  for (const node of nodes ?? []) await node.remove();
  await redis?.remove();
});

test('what goes to one node is watched by way of the other', async () => {
  const page = await watchWithItsClient(chromium, ROOM, 'a guest of the other', nodes[1].socket);
  await page.sees('HIGH', 640);
  await page.hears();
  await page.close();
});

test('the other node has the viewers of our link in its list, and what we remove is gone there', async () => {
  const tab = await chromium.open(skylark.live.watch);
  const viewer = await skylark.viewer();
  assert.equal(viewer.relay, 1);
  await tab.plays();
  const there = async (node) =>
    (await node.participants(ROOM)).some(({ identity }) => identity.endsWith(`-${viewer.id}`));
  for (const node of nodes) await until(() => there(node), 'it is listed');
  skylark.tell('kick', { viewer: viewer.id });
  await tab.is('removed', 2000);
  for (const node of nodes) await until(async () => !(await there(node)), 'it is gone', 2000);
  await tab.close();
});

test('who is removed by way of the other node is gone here, too', async () => {
  const since = skylark.events.length;
  const tab = await chromium.open(skylark.live.watch);
  const viewer = await skylark.viewer(since);
  await tab.plays();
  const all = await nodes[1].participants(ROOM);
  const { identity } = all.find(({ identity }) => identity.endsWith(`-${viewer.id}`));
  await nodes[1].ask('RemoveParticipant', ROOM, { identity });
  const left = (event) => event.event === 'viewer_left' && event.viewer === viewer.id;
  await skylark.event(left, 'it left', { since });
  await tab.close();
});
