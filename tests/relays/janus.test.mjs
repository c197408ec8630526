// The stream published in a room of a real Janus by its own API. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { Janus, SOCKET, until } from './support/janus.mjs';
import { strangers } from './support/strange.mjs';
import { undisturbed } from './support/undisturbed.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || null);

const ROOM = 777;
const SECRETS = { room_secret: 's', pin: 'the-pin', admin_key: 'the-admin-key' };

let janus, skylark;

before(async () => {
  janus = new Janus();
  await janus.start();
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
});

after(async () => {
  await skylark?.remove();
  await janus?.remove();
});

const is = (state, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, {
    since,
    withinMs,
  });

test('a room that is not there is made, and three layers and the sound are published in it', async () => {
  skylark.tell('relay', { url: `janus+${SOCKET}/${ROOM}`, secrets: SECRETS });
  const running = await is('running');
  assert.equal(running.engine, 'janus');
  assert.equal(running.message, 'H264 in 3 sizes.');
  const room = await janus.room(ROOM);
  const { f, h, q, sound } = await room.count(2000);
  for (const [name, layer] of Object.entries({ f, h, q }))
    assert.ok(layer.pictures > 40, `${name}: ${JSON.stringify(layer)}`);
  assert.ok(f.bytes > 2 * h.bytes && h.bytes > 1.5 * q.bytes && sound.pictures > 60, JSON.stringify([f, h, q, sound]));
});

test('who runs the room may remove it, and it comes back', async () => {
  const room = await janus.room(ROOM);
  const since = skylark.events.length;
  const [publisher] = await room.publishers();
  await room.ask({ request: 'kick', id: publisher.id, secret: 's' });
  const waiting = await is('waiting', since);
  assert.match(waiting.message, /ended it/);
  await is('running', since);
  // Janus calls somebody a publisher when its own end of the connection is there, which may be after ours.
  await until(async () => (await room.publishers()).length === 1, 'it publishes again');
});

test('a Janus that is killed is missed at once, and the room is made anew when it is back', async () => {
  const since = skylark.events.length;
  await janus.kill();
  await is('waiting', since, 3000);
  await janus.start();
  await is('running', since, 10_000);
  const { f } = await (await janus.room(ROOM)).count(1000);
  assert.ok(f.pictures > 15, JSON.stringify(f));
});

test('a Janus that stands still and reads nothing is left, disturbs nobody, and is sent the stream when it goes on', async () => {
  const since = skylark.events.length;
  janus.stand(true);
  let waiting;
  try {
    waiting = await is('waiting', since);
    assert.match(waiting.message, /Nothing is heard of 127.0.0.77:18188 any more/);
    undisturbed(skylark.events.slice(since));
  } finally {
    janus.stand(false);
  }
  await is('running', skylark.events.indexOf(waiting), 20_000);
});

test('a wrong pin or admin key is said in words and not tried again', async () => {
  await janus.makeRoom(ROOM + 1, 'h264', { pin: 'another-pin' });
  for (const [room, secrets] of [
    [ROOM + 1, SECRETS],
    [ROOM + 2, { ...SECRETS, admin_key: 'no-such-key' }],
  ]) {
    const since = skylark.events.length;
    skylark.tell('relay', { url: `janus+${SOCKET}/${room}`, secrets });
    const failed = await is('failed', since);
    assert.match(failed.message, /refuses the secret \(433\)/);
    skylark.tell('stop_relay', { relay: failed.relay });
  }
});

test('a room that has its publisher is asked again, and let in when there is a place', async () => {
  const room = await janus.makeRoom(ROOM + 3, 'h264');
  const other = await broadcast({ args: ['--size', '320x180', '--bitrate', '300k'] });
  const since = skylark.events.length;
  let waiting;
  try {
    other.tell('relay', { url: `janus+${SOCKET}/${ROOM + 3}` });
    await other.event((event) => event.event === 'relay' && event.state === 'running', 'it runs there');
    skylark.tell('relay', { url: `janus+${SOCKET}/${ROOM + 3}` });
    waiting = await is('waiting', since);
    assert.match(waiting.message, /has no room now \(432: Maximum number of publishers \(1\) already reached\)/);
    assert.equal((await room.publishers()).length, 1);
    assert.ok(other.events.filter((event) => event.event === 'relay' && event.state === 'waiting').length === 0);
  } finally {
    await other.remove();
  }
  await is('running', skylark.events.indexOf(waiting), 12_000);
  skylark.tell('stop_relay', { relay: waiting.relay });
  await is('stopped', since);
});

test('no such host, nobody there, another server and noise are said in words, and disturb nobody', () =>
  strangers({
    skylark,
    url: (at) => `janus+ws://${at}/${ROOM}`,
    secrets: SECRETS,
    others: async () => {
      const { f } = await (await janus.room(ROOM)).count(1000);
      assert.ok(f.pictures > 25, JSON.stringify(f));
    },
  }));

test('the end of the broadcast empties the room', async () => {
  const since = skylark.events.length;
  skylark.tell('end');
  await is('stopped', since);
  assert.equal((await (await janus.room(ROOM)).publishers()).length, 0);
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [...Object.values(SECRETS), 'another-pin', 'no-such-key']) {
    if (secret.length > 1) assert.ok(!told.includes(secret), secret);
  }
});
