// Viewers of our own link whom a mountpoint of a real Janus sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { Janus, SOCKET } from './support/janus.mjs';
import { viewersAt } from './support/viewers.mjs';

const tests = needs(process.env.SKYLARK_RELAYS_MISSING || missing());
const { test } = tests;

const ID = 889;
const SECRETS = { room_secret: 'a-secret-of-it', pin: 'the-pin', admin_key: 'the-admin-key' };

const { it, ends, thins } = viewersAt(tests, {
  name: 'Janus (mountpoint)',
  make: () => new Janus(),
  url: `janus-rtp+${SOCKET}/${ID}`,
  secrets: SECRETS,
  hidden: Object.values(SECRETS),
  restless: 400,
  guests: async ({ engine }) => (await engine.mountpoint(ID, SECRETS.room_secret))?.viewers ?? 0,
});

test('who comes late sees a picture soon, and is gone there when it leaves', async () => {
  const late = await it.open();
  assert.equal(late.viewer.relay, 1);
  console.log(`from the click to a picture that is read and moves: ${late.took} ms`);
  assert.ok(late.took < 5000, `${late.took} ms`);
  await late.tab.close();
  await it.has(it.there.length, 'it left');
});

thins('20000-30000');

ends();
