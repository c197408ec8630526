// The stream published in a room of a real LiveKit by its own signalling. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { KEYS, LiveKit, SOCKET } from './support/livekit.mjs';
import { watchWithItsClient } from './support/livekit-page.mjs';
import { strangers } from './support/strange.mjs';
import { undisturbed } from './support/undisturbed.mjs';

const { test, before, after } = needs(
  process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_LIVEKIT_MISSING || missing(),
);

const ROOM = 'lobby';

let livekit, skylark, chromium;

before(async () => {
  livekit = new LiveKit();
  await livekit.start();
  chromium = await openChromium();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  await livekit?.remove();
});

const is = (state, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, {
    since,
    withinMs,
  });

/** What goes over this network's loopback for so long, bytes. */
async function loopback(ms) {
  const bytes = () => Number(/^ *lo: *(\d+)/m.exec(readFileSync('/proc/net/dev', 'utf8'))[1]);
  const before = bytes();
  await new Promise((over) => setTimeout(over, ms));
  return bytes() - before;
}

test('three layers and the sound are published, and seen and heard by LiveKit’s own client', async () => {
  skylark.tell('relay', { url: `livekit+${SOCKET}/${ROOM}`, secrets: KEYS });
  const running = await is('running');
  assert.equal(running.engine, 'livekit');
  assert.equal(running.message, 'H264 in 3 sizes.');
  const page = await watchWithItsClient(chromium, ROOM, 'a guest');
  await page.sees('HIGH', 640);
  await page.sees('LOW', 160);
  await page.sees('MEDIUM', 320);
  await page.sees('HIGH', 640);
  await page.hears();
  const [publisher] = (await livekit.participants(ROOM)).filter(({ identity }) => identity === 'Skylark');
  const picture = publisher.tracks.find((track) => track.type === 'VIDEO');
  const layers = picture.layers.filter((layer) => layer.ssrc);
  assert.equal(layers.length, 3, JSON.stringify(picture));
  await page.close();
});

test('layers that nobody watches are not sent', async () => {
  const quiet = async () => (await loopback(1000)) < 45_000;
  await until(quiet, 'the sound alone is sent', 20_000);
  const page = await watchWithItsClient(chromium, ROOM, 'another guest');
  await page.sees('HIGH', 640);
  assert.ok((await loopback(1000)) > 150_000, 'it is sent again');
  await page.close();
  await until(quiet, 'nobody watches it any more', 20_000);
});

test('who runs the room may remove it, and it comes back', async () => {
  const since = skylark.events.length;
  await livekit.ask('RemoveParticipant', ROOM, { identity: 'Skylark' });
  const waiting = await is('waiting', since);
  assert.match(waiting.message, /ended it/);
  await is('running', since);
  assert.equal((await livekit.participants(ROOM)).length, 1);
});

test('a LiveKit that is killed is missed at once, and published to anew when it is back', async () => {
  const since = skylark.events.length;
  await livekit.kill();
  await is('waiting', since, 3000);
  await livekit.start();
  await is('running', since, 10_000);
  const page = await watchWithItsClient(chromium, ROOM, 'a third guest');
  await page.sees('HIGH', 640);
  await page.close();
});

test('a LiveKit that stands still and reads nothing is left, disturbs nobody, and is sent the stream when it goes on', async () => {
  const since = skylark.events.length;
  livekit.stand(true);
  try {
    const { message } = await is('waiting', since);
    assert.match(message, /Nothing is heard of 127.0.0.77:17880 any more/);
    undisturbed(skylark.events.slice(since));
  } finally {
    livekit.stand(false);
  }
  const waiting = await is('waiting', since);
  await is('running', skylark.events.indexOf(waiting), 20_000);
});

test('a wrong key or secret is said in words and not tried again', async () => {
  const wrongs = [{ api_key: 'no-such-key' }, { api_secret: 'not-the-secret-of-32-characters-or-more' }];
  for (const [at, wrong] of wrongs.entries()) {
    const since = skylark.events.length;
    skylark.tell('relay', { url: `livekit+${SOCKET}/wrong-${at}`, secrets: { ...KEYS, ...wrong } });
    const failed = await is('failed', since);
    assert.match(failed.message, /refuses the secret \(401\)/);
    skylark.tell('stop_relay', { relay: failed.relay });
  }
});

test('a room that is full is asked again, and let in when there is a place', async () => {
  await livekit.ask('CreateRoom', 'full', { name: 'full', max_participants: 1 });
  const since = skylark.events.length;
  const page = await watchWithItsClient(chromium, 'full', 'who has the place');
  skylark.tell('relay', { url: `livekit+${SOCKET}/full`, secrets: KEYS });
  const waiting = await is('waiting', since);
  // Which is all that LiveKit says.
  assert.match(waiting.message, /has no room now \(500: its room may be full\)/);
  await page.close();
  await is('running', skylark.events.indexOf(waiting), 12_000);
  skylark.tell('stop_relay', { relay: waiting.relay });
  await is('stopped', since);
});

test('no such host, nobody there, another server and noise are said in words, and disturb nobody', () =>
  strangers({
    skylark,
    url: (at) => `livekit+ws://${at}/${ROOM}`,
    secrets: KEYS,
    others: async () => {
      const page = await watchWithItsClient(chromium, ROOM, 'a fourth guest');
      await page.sees('HIGH', 640);
      await page.close();
    },
  }));

test('who comes by our name takes our place, and is not fought for it', async () => {
  const since = skylark.events.length;
  const page = await watchWithItsClient(chromium, ROOM, 'Skylark');
  const failed = await is('failed', since);
  assert.match(failed.message, /another Skylark/);
  await page.close();
  skylark.tell('relay', { url: `livekit+${SOCKET}/${ROOM}`, secrets: KEYS });
  await is('running', skylark.events.indexOf(failed));
});

test('the end of the broadcast empties the room, and no secret was told', async () => {
  const since = skylark.events.length;
  skylark.tell('end');
  await is('stopped', since);
  await until(async () => (await livekit.participants(ROOM)).length === 0, 'nobody is left');
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [...Object.values(KEYS), 'no-such-key', 'not-the-secret', 'eyJ'])
    assert.ok(!told.includes(secret), secret);
});
