// The stream handed to the parts of a videobridge that Maven Central has: its parser, ice4j, BouncyCastle and jitsi-srtp (tests/relays/jitsi). They are no
// bridge: what a bridge makes of the stream is not seen here. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { HOST, Jitsi } from './support/jitsi.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_JITSI_MISSING || null);

let jitsi, skylark;

before(async () => {
  jitsi = new Jitsi();
  await jitsi.start();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
});

after(async () => {
  await skylark?.remove();
  await jitsi?.remove();
});

const is = (state, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, {
    since,
    withinMs,
  });

const arrives = async () => {
  const { skylark: ours } = (await jitsi.seen()).endpoints;
  return ours?.layers.length === 3 && [...ours.layers, ours.sound].every((ssrc) => ours.packets[ssrc] > 60);
};

test('the bridge’s own parser takes what is asked, ice4j finds us, BouncyCastle begins with us, and three layers and the sound arrive', async () => {
  skylark.tell('relay', { url: `jitsi+http://${HOST}/My%20show` });
  const running = await is('running');
  assert.equal(running.engine, 'jitsi');
  assert.equal(running.message, 'H264 in 3 sizes.');
  await until(arrives, 'all of them arrive');
  const { name, endpoints } = await jitsi.seen();
  assert.equal(name, 'my%20show@skylark');
  assert.deepEqual(Object.keys(endpoints), ['skylark']);
  const { role, wrong, visitor, formats } = endpoints.skylark;
  assert.deepEqual({ role, wrong, visitor }, { role: 'client', wrong: null, visitor: false });
  assert.deepEqual(formats, ['audio 111 opus', 'video 102 H264']);
});

test('one that is killed is missed, and asked anew when it is back', async () => {
  const since = skylark.events.length;
  await jitsi.kill();
  await is('waiting', since, 10_000);
  await jitsi.start();
  await is('running', since, 15_000);
  await until(arrives, 'all of them arrive again');
});

test('the end is said', async () => {
  const since = skylark.events.length;
  skylark.tell('stop_relay', { relay: 1 });
  await is('stopped', since);
  await until(async () => (await jitsi.seen()).meeting === null, 'the conference is over');
});

test('what is not written so is refused by the parser, which is a real one', async () => {
  const asked = { 'meeting-id': 'a', create: true, name: 'a@b', endpoints: [{ id: 7 }] };
  const { status, text } = await jitsi.ask('POST', '', JSON.stringify(asked));
  assert.equal(status, 400);
  assert.match(text, /Expected string/);
});
