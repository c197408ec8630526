// The stream sent as RTP to a mountpoint of a real Janus, made by its own API. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { Janus, SOCKET, until } from './support/janus.mjs';
import { withRules } from './support/packets.mjs';
import { undisturbed } from './support/undisturbed.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || null);

const ID = 4711;
const SECRETS = { room_secret: 'a-secret-of-it', pin: 'the-pin', admin_key: 'the-admin-key' };
const url = `janus-rtp+${SOCKET.replace('ws:', 'http:')}/${ID}`;

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

const is = (state, since = 0, withinMs = 15_000, of = skylark) =>
  of.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, { since, withinMs });

/** How long ago something of each medium arrived, ms, where it does. */
const ages = async () => (await janus.mountpoint(ID, SECRETS.room_secret))?.media.map(({ age_ms: age }) => age) ?? [];

const arrives = () =>
  until(async () => (await ages()).filter((age) => age < 100).length === 2, 'picture and sound arrive', 5000);

test('a mountpoint is made that is in no list, and three layers and the sound are sent to it, sealed', async () => {
  skylark.tell('relay', { url, secrets: SECRETS });
  const running = await is('running');
  assert.equal(running.engine, 'janus_rtp');
  assert.equal(running.host, '127.0.0.77:18188');
  assert.equal(running.message, 'H264 in 3 sizes.');
  await arrives();
  const { srtp, pin, is_private: unlisted, list, media } = await janus.mountpoint(ID, SECRETS.room_secret);
  assert.deepEqual([srtp, pin, unlisted, list.length], [true, 'the-pin', true, 0]);
  assert.equal(media[1].videosimulcast, true);
  // What is lost is counted by who listens on the wire: nobody asks for it again.
  const bytes = arrivesAt([media[1].port, media[1].port2, media[1].port3, media[0].port]);
  const [q, h, f, sound] = await bytes;
  assert.ok(f > 2 * h && h > 1.5 * q && sound > 1000, JSON.stringify([f, h, q, sound]));
});

/** What comes to each of these ports within two seconds, bytes. */
async function arrivesAt(ports) {
  const counters = ports.map((port) => `udp dport ${port} counter`).join('\n');
  const listed = await withRules(counters, () => new Promise((over) => setTimeout(over, 2000)));
  return ports.map((port) => Number(new RegExp(`dport ${port} .*bytes (\\d+)`).exec(listed)?.[1]));
}

test('who ends it there has it made anew', async () => {
  const since = skylark.events.length;
  await (await janus.mountpoint(ID, SECRETS.room_secret)).ask({ request: 'destroy' });
  const waiting = await is('waiting', since);
  assert.match(waiting.message, /ended it/);
  await is('running', since);
  await arrives();
});

test('media that does not get through is missed, and said in words', async () => {
  const since = skylark.events.length;
  let waiting;
  await withRules('udp dport 31000-31999 drop', async () => {
    waiting = await is('waiting', since);
    assert.match(waiting.message, /Nothing is heard of 127.0.0.77:18188 any more/);
    const walled = (event) => event.event === 'relay' && /a firewall may keep UDP back/.test(event.message);
    waiting = await skylark.event(walled, 'that is said', { since });
    assert.equal(waiting.state, 'waiting');
  });
  await is('running', skylark.events.indexOf(waiting), 20_000);
  await arrives();
});

test('a Janus that is killed is missed at once, and the mountpoint is made anew when it is back', async () => {
  const since = skylark.events.length;
  await janus.kill();
  await is('waiting', since, 3000);
  await janus.start();
  await is('running', since, 10_000);
  await arrives();
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
  await arrives();
});

test('who comes by the same number takes the place, and is not fought for it', async () => {
  const since = skylark.events.length;
  let failed;
  const other = await broadcast({ args: ['--size', '320x180', '--bitrate', '300k'] });
  try {
    other.tell('relay', { url, secrets: SECRETS });
    await is('running', 0, 15_000, other);
    failed = await is('failed', since);
    assert.match(failed.message, /another Skylark/);
    // Who was sent away leaves what is there alone.
    await arrives();
  } finally {
    await other.remove();
  }
  skylark.tell('relay', { url, secrets: SECRETS });
  await is('running', skylark.events.indexOf(failed));
  await arrives();
});

test('a wrong admin key, none, and another secret are said in words and not tried again', async () => {
  for (const [id, secrets, code] of [
    [ID + 1, { ...SECRETS, admin_key: 'no-such-key' }, 457],
    [ID + 1, { pin: 'the-pin' }, 453],
    [`x/${ID}`, { ...SECRETS, room_secret: 'not-its-secret' }, 457],
  ]) {
    const since = skylark.events.length;
    skylark.tell('relay', { url: `janus-rtp+${SOCKET}/${id}`, secrets });
    const failed = await is('failed', since);
    assert.match(failed.message, new RegExp(`refuses the secret \\(${code}\\)`));
    skylark.tell('stop_relay', { relay: failed.relay });
  }
  await arrives();
});

test('a mountpoint that others made is left alone, and there is no room by its number', async () => {
  const handle = await janus.attach('janus.plugin.streaming');
  const media = [{ type: 'audio', mid: 'a', codec: 'opus', pt: 111, port: 0 }];
  const theirs = { request: 'create', type: 'rtp', id: ID + 2, description: 'a camera', media };
  await handle.ask({ ...theirs, admin_key: SECRETS.admin_key });
  const since = skylark.events.length;
  skylark.tell('relay', { url: `janus-rtp+${SOCKET}/${ID + 2}`, secrets: SECRETS });
  const waiting = await is('waiting', since);
  assert.match(waiting.message, /has no room now \(456: A stream with the provided ID already exists\)/);
  skylark.tell('stop_relay', { relay: waiting.relay });
  await is('stopped', since);
  assert.equal((await janus.mountpoint(ID + 2)).description, 'a camera');
});

test('the end of the broadcast ends it there, and no secret was told', async () => {
  const since = skylark.events.length;
  skylark.tell('end');
  await is('stopped', since);
  assert.equal(await janus.mountpoint(ID, SECRETS.room_secret), null);
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [...Object.values(SECRETS), 'no-such-key', 'not-its-secret'])
    assert.ok(!told.includes(secret), secret);
});
