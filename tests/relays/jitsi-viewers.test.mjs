// Viewers of our own link at the parts of a videobridge (tests/relays/jitsi), which send them the smallest layer as it is: what they are offered in the bridge's
// name is what a browser takes. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { HOST, Jitsi } from './support/jitsi.mjs';

const why = process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_JITSI_MISSING || missing();
const { test, before, after } = needs(why);

let jitsi, skylark, chromium, tab, viewer;

before(async () => {
  jitsi = new Jitsi();
  await jitsi.start();
  chromium = await openChromium();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k', '--relay-from', 'all'] });
  skylark.tell('relay', { url: `jitsi+http://${HOST}/me` });
  await skylark.event((event) => event.event === 'relay' && event.state === 'running', 'the relay runs');
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  await jitsi?.remove();
});

const visitors = async () => Object.entries((await jitsi.seen()).endpoints).filter(([, { visitor }]) => visitor);

test('a viewer is let in as a visitor by a number, and sees moving pictures and hears the sound', async () => {
  const since = skylark.events.length;
  tab = await chromium.open(skylark.live.watch);
  viewer = await skylark.viewer(since);
  assert.equal(viewer.relay, 1);
  await tab.plays();
  const hears = async () => (await tab.statistics('inbound-rtp', 'audio'))[0]?.packetsReceived > 20;
  await until(hears, 'it hears the sound');
  assert.deepEqual(tab.faults, []);
  const [[id, { role, wrong, formats }], ...others] = await visitors();
  assert.deepEqual([id, role, wrong, others], [viewer.id.toString(16).padStart(8, '0'), 'server', null, []]);
  assert.ok(
    formats.includes('video 103 rtx') && formats.some((of) => /^video 5 .*transport-wide-cc/.test(of)),
    `${formats}`,
  );
});

test('who is kicked is removed there, sees why and is kept out', async () => {
  skylark.tell('kick', { viewer: viewer.id, reason: 'spoilers' });
  await tab.is('removed', 2000);
  await until(async () => (await visitors()).length === 0, 'it is no endpoint any more', 2000);
  await tab.reload();
  assert.equal(tab.response.status(), 403);
});
