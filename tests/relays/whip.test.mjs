// The stream handed to a real WHIP server with a real Janus behind it. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { Janus, until } from './support/janus.mjs';
import { withoutSimulcast } from './support/door.mjs';
import { WhipServer } from './support/whip-server.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || null);
const run = promisify(execFile);

const SECRET = 'a-secret-of-the-endpoint';
const ROOM = 4242;
/** Of the layers f, h and q: three that differ, and enough packets to count. */
const VIDEO = ['--size', '640x360', '--bitrate', '900k'];

let janus, server, room, skylark, url, folder;

before(async () => {
  janus = new Janus();
  await janus.start();
  room = await janus.makeRoom(ROOM, 'h264');
  server = new WhipServer();
  await server.start();
  url = await server.endpoint('h264', ROOM, SECRET);
  folder = mkdtempSync(join(tmpdir(), 'skylark-relays-'));
  const secrets = join(folder, 'secrets.toml');
  writeFileSync(secrets, `["${url}"]\nbearer = "${SECRET}"\n`);
  chmodSync(secrets, 0o600);
  skylark = await broadcast({ args: [...VIDEO, '--relay', url, '--relay-secrets', secrets] });
});

after(async () => {
  await skylark?.remove();
  await server?.stop();
  await janus?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Waits until the relay is so far, and says what it told then. */
const is = (state, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, {
    since,
    withinMs,
  });

test('three layers and the sound come to the engine, each of its own size', async () => {
  const running = await is('running');
  assert.equal(running.engine, 'whip');
  assert.equal(running.host, '127.0.0.77:17080');
  assert.equal(running.message, 'H264 in 3 sizes.');
  const { f, h, q, sound } = await room.count(3000);
  for (const [name, layer] of Object.entries({ f, h, q }))
    assert.ok(layer.pictures > 60, `${name}: ${JSON.stringify(layer)}`);
  assert.ok(f.bytes > 2 * h.bytes && h.bytes > 1.5 * q.bytes, JSON.stringify([f, h, q]));
  assert.ok(sound.pictures > 100, JSON.stringify(sound));
});

test('the server is told of ways to us by PATCH, with the ETag that it named', async () => {
  await until(() => / \/resource\[trickle\]|\[trickle\]/.test(server.log), 'a PATCH comes');
  assert.ok(!server.log.includes('Precondition Failed'), server.log);
});

test('of packets that are lost on the way up each layer lacks one in a hundred at most', async () => {
  const rule =
    'table inet loss {\n chain in {\n type filter hook input priority 0;\n udp dport 20000-30000 numgen random mod 100 < 5 counter drop\n }\n}\n';
  const rules = join(folder, 'loss.nft');
  writeFileSync(rules, rule);
  await run('nft', ['-f', rules]);
  try {
    const { f, h, q } = await room.count(8000);
    const { stdout } = await run('nft', ['list', 'table', 'inet', 'loss']);
    const dropped = Number(/packets (\d+)/.exec(stdout)?.[1]);
    assert.ok(dropped > 50, `packets were lost: ${stdout}`);
    for (const [name, layer] of Object.entries({ f, h, q })) {
      assert.ok(layer.expected > 150, `${name}: ${JSON.stringify(layer)}`);
      assert.ok(
        layer.missing <= layer.expected / 100,
        `${name} lacks ${layer.missing} of ${layer.expected}, ${dropped} were dropped`,
      );
    }
  } finally {
    await run('nft', ['delete', 'table', 'inet', 'loss']);
  }
});

test('an engine that is killed and comes back is sent the stream again, and who watches here loses nothing', async () => {
  const since = skylark.events.length;
  const crowd = run(process.env.CROWD_BIN, [
    '--whep',
    skylark.live.whep,
    '--viewers',
    '1',
    '--seconds',
    '14',
    '--json',
  ]);
  await skylark.event((event) => event.event === 'viewer_joined', 'a viewer is there', { since });
  await janus.kill();
  const waiting = await is('waiting', since);
  assert.match(waiting.message, /again\.$/);
  await janus.start();
  room = await janus.makeRoom(ROOM, 'h264');
  await is('running', since, 10_000);
  const { f } = await room.count(1000);
  assert.ok(f.pictures > 15, JSON.stringify(f));
  const { viewers } = JSON.parse((await crowd).stdout);
  assert.equal(viewers[0].error ?? null, null);
  assert.equal(viewers[0].lost, 0, JSON.stringify(viewers[0]));
  assert.ok(viewers[0].pictures_per_second > 27, JSON.stringify(viewers[0]));
});

test('the end of the broadcast takes leave of the server, and the next one begins there again', async () => {
  const since = skylark.events.length;
  skylark.tell('end');
  await is('stopped', since);
  assert.match(server.log, /Terminating WHIP session/);
  assert.equal((await room.publishers()).length, 0);
  skylark.tell('go_live');
  await is('running', since);
});

test('a wrong secret is said in words and not tried again; the right one then is', async () => {
  const other = await server.endpoint('other', ROOM + 1, 'another-secret');
  const vp8 = await janus.makeRoom(ROOM + 1, 'vp8');
  const since = skylark.events.length;
  skylark.tell('relay', { url: other, secrets: { bearer: 'not-that-one' } });
  const failed = await is('failed', since);
  assert.match(failed.message, /refuses the secret \(403\)/);
  skylark.tell('relay', { url: other, secrets: { bearer: 'another-secret' } });
  const running = await is('running', since);
  // The room takes no H.264.
  assert.equal(running.message, 'VP8 in 2 sizes.');
  const { f, h } = await vp8.count(2000);
  assert.ok(f.pictures > 30 && h.pictures > 30 && f.bytes > 2 * h.bytes, JSON.stringify([f, h]));
  skylark.tell('stop_relay', { relay: running.relay });
  await is('stopped', since);
  await until(async () => (await vp8.publishers()).length === 0, 'the room is empty');
});

test('a server that takes no layers is sent the largest alone', async () => {
  const alone = await janus.makeRoom(ROOM + 2, 'h264');
  const endpoint = await server.endpoint('one-layer', ROOM + 2, 'a-third-secret');
  const door = await withoutSimulcast(new URL(endpoint.replace('whip+', '')).origin);
  const since = skylark.events.length;
  skylark.tell('relay', { url: `whip+${door.origin}/whip/endpoint/one-layer`, secrets: { bearer: 'a-third-secret' } });
  const running = await is('running', since);
  assert.equal(running.message, 'H264 in one size.');
  const { f, sound } = await alone.count(2000, 1);
  // Of 900 kbit/s, and the pattern may need less.
  assert.ok(f.pictures > 30 && f.bytes > 80_000 && sound.pictures > 60, JSON.stringify([f, sound]));
  skylark.tell('stop_relay', { relay: running.relay });
  const { gone } = await is('stopped', since);
  assert.equal(gone, true);
  door.close();
});

test('no secret is in any event or line of the log', () => {
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [SECRET, 'another-secret', 'not-that-one', 'a-third-secret', '/endpoint/'])
    assert.ok(!told.includes(secret), secret);
});
