// Viewers of our own link whom a real LiveKit sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { KEYS, LiveKit, SOCKET } from './support/livekit.mjs';
import { viewersAt } from './support/viewers.mjs';

const tests = needs(process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_LIVEKIT_MISSING || missing());
const { test } = tests;

const ROOM = 'viewers';

/** Those whom LiveKit has in the room besides us. */
const guests = async ({ engine }) => (await engine.participants(ROOM)).filter(({ identity }) => identity !== 'Skylark');

const { it, ends, thins } = viewersAt(tests, {
  name: 'LiveKit',
  make: () => new LiveKit(),
  url: `livekit+${SOCKET}/${ROOM}`,
  secrets: KEYS,
  hidden: [...Object.values(KEYS), 'eyJ'],
  restless: 100,
  speaks: 'datachannels',
  guests: async (at) => (await guests(at)).length,
});

test('LiveKit has them hidden, and is told nothing of who they are', async () => {
  const all = await guests(it);
  assert.equal(all.length, it.there.length, JSON.stringify(all));
  for (const { identity, permission } of all) {
    assert.ok(permission.hidden && !permission.can_publish, JSON.stringify(permission));
    assert.match(identity, /^viewer-[0-9a-f]{8}-\d+$/);
  }
});

test('who leaves is gone there, too, and who runs the room may remove one', async () => {
  const late = await it.open();
  assert.equal(late.viewer.relay, 1);
  await late.tab.close();
  await until(async () => (await guests(it)).length === it.there.length, 'it left');

  const removed = await it.open();
  const since = it.skylark.events.length;
  const { identity } = (await guests(it)).find(({ identity }) => identity.endsWith(`-${removed.viewer.id}`));
  await it.engine.ask('RemoveParticipant', ROOM, { identity });
  await it.skylark.event((event) => event.event === 'viewer_left' && event.viewer === removed.viewer.id, 'it left', {
    since,
  });
  // Nobody here said that it is to stay away.
  await it.skylark.viewer(since);
  await removed.tab.plays();
  await removed.tab.close();
});

thins('17882');

ends();
