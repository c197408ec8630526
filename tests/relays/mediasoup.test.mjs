// The stream published at a real mediasoup, by the front that comes with Skylark. It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { HOST, Mediasoup, SECRETS } from './support/mediasoup.mjs';
import { withRules } from './support/packets.mjs';
import { strangers } from './support/strange.mjs';
import { undisturbed } from './support/undisturbed.mjs';

const { test, before, after } = needs(
  process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_MEDIASOUP_MISSING || null,
);

const NAME = 'me';

let mediasoup, skylark, url, secrets;

before(async () => {
  mediasoup = new Mediasoup({ sealed: true });
  await mediasoup.start();
  url = `mediasoup+${mediasoup.url}/${NAME}`;
  secrets = { ...SECRETS, ca: mediasoup.ca };
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
});

after(async () => {
  await skylark?.remove();
  await mediasoup?.remove();
});

const is = (state, since = 0, withinMs = 15_000) =>
  skylark.event((event) => event.event === 'relay' && event.state === state, `the relay is ${state}`, {
    since,
    withinMs,
  });

test('three layers and the sound are published, with keys that go by TLS', async () => {
  skylark.tell('relay', { url, secrets });
  const running = await is('running');
  assert.equal(running.engine, 'mediasoup');
  assert.equal(running.message, 'H264 in 3 sizes.');
  let layers;
  await until(async () => {
    ({ layers } = await mediasoup.stream(NAME));
    return layers.length === 3 && layers.every(({ packetCount }) => packetCount > 60);
  }, 'all of them arrive');
  const [q, h, f] = layers.sort((one, other) => one.ssrc - other.ssrc).map(({ bitrate }) => bitrate);
  assert.ok(f > 1.5 * h && h > 1.5 * q, JSON.stringify(layers));
});

test('of packets that are lost on the way up each layer lacks one in a hundred at most', async () => {
  const drop = 'udp dport 45000-45999 numgen random mod 100 < 5 counter drop';
  const before = await mediasoup.stream(NAME);
  const listed = await withRules(drop, () => new Promise((over) => setTimeout(over, 8000)));
  const dropped = Number(/packets (\d+)/.exec(listed)?.[1]);
  assert.ok(dropped > 50, `packets were lost: ${listed}`);
  // It counts anew each second.
  await new Promise((over) => setTimeout(over, 2000));
  const { layers } = await mediasoup.stream(NAME);
  for (const layer of layers) {
    const { packetCount } = before.layers.find(({ ssrc }) => ssrc === layer.ssrc);
    assert.ok(layer.packetCount > packetCount + 150, JSON.stringify(layer));
    assert.ok(
      layer.packetsLost <= (layer.packetCount - packetCount) / 100,
      `${dropped} dropped: ${JSON.stringify(layer)}`,
    );
  }
  const repaired = layers.reduce((sum, { packetsRepaired }) => sum + packetsRepaired, 0);
  // One in twenty of the pictures' packets went, by chance: some 70 of 1,400. What else was dropped is not asked for again.
  const carried = layers.reduce((sum, { packetCount }) => sum + packetCount, 0);
  assert.ok(repaired > carried / 100, `${repaired} of ${carried} came again, ${dropped} of all kinds were dropped`);
  console.log(`${dropped} dropped, ${repaired} came again, missing ${layers.map(({ packetsLost }) => packetsLost)}`);
});

test('a mediasoup that is killed is missed at once, and published to anew when it is back', async () => {
  const since = skylark.events.length;
  await mediasoup.kill();
  await is('waiting', since, 3000);
  await mediasoup.start();
  await is('running', since, 10_000);
  await until(async () => (await mediasoup.stream(NAME))?.layers.length === 3, 'all layers arrive');
});

test('a mediasoup that stands still and reads nothing is left, disturbs nobody, and is sent the stream when it goes on', async () => {
  const since = skylark.events.length;
  mediasoup.stand(true);
  let waiting;
  try {
    waiting = await is('waiting', since);
    assert.match(waiting.message, /Nothing is heard of 127.0.0.77:17443 any more/);
    undisturbed(skylark.events.slice(since));
  } finally {
    mediasoup.stand(false);
  }
  await is('running', skylark.events.indexOf(waiting), 20_000);
});

test('who comes by the same name takes the place, and is not fought for it', async () => {
  const since = skylark.events.length;
  const other = await broadcast({ args: ['--size', '320x180', '--bitrate', '300k'] });
  try {
    other.tell('relay', { url, secrets });
    const failed = await is('failed', since);
    assert.match(failed.message, /another Skylark/);
    await other.event((event) => event.event === 'relay' && event.state === 'running', 'it runs there');
  } finally {
    await other.remove();
  }
  skylark.tell('relay', { url, secrets });
  await is('running', since);
});

test('a wrong key and a certificate that nobody knows are said in words and not tried again', async () => {
  const { ca } = mediasoup;
  for (const [words, more] of [
    [/refuses the secret \(401\)/, { ca }],
    [/certificate of 127.0.0.77 is not trusted/, {}],
  ]) {
    const since = skylark.events.length;
    skylark.tell('relay', {
      url: `mediasoup+https://${HOST}/other`,
      secrets: { bearer: 'not-the-key-of-anybody', ...more },
    });
    const failed = await is('failed', since);
    assert.match(failed.message, words);
    skylark.tell('stop_relay', { relay: failed.relay });
  }
});

test('no such host, nobody there, another server and noise are said in words, and disturb nobody', () =>
  strangers({
    skylark,
    url: (at) => `mediasoup+http://${at}/me`,
    secrets: { bearer: 'not-the-key-of-anybody' },
    others: async () => {
      const { bytes } = await mediasoup.stream(NAME);
      await until(async () => (await mediasoup.stream(NAME)).bytes > bytes, 'the other relay goes on');
    },
  }));

test('the end of the broadcast ends it there, and no key was told', async () => {
  const since = skylark.events.length;
  skylark.tell('end');
  await is('stopped', since);
  await until(async () => (await mediasoup.stream(NAME)) === null, 'it is gone');
  const told = JSON.stringify(skylark.events) + skylark.log;
  for (const secret of [SECRETS.bearer, 'not-the-key-of-anybody']) assert.ok(!told.includes(secret), secret);
});
