// Joins over a wire that loses DTLS datagrams: each of the first ones, each way, and one in ten at random.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';
import { handshakeType, lossyWire, through } from './support/wire.mjs';

const { after, before, test } = needs(missing());

let chromium;
let skylark;

before(async () => {
  skylark = await broadcast();
  chromium = await openChromium();
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

/** Opens the page over a wire; how long it took to play, and what the wire counted. */
async function join(loses) {
  const wire = await lossyWire(skylark.live.port, loses);
  const began = Date.now();
  const tab = await chromium.open(skylark.live.watch, { before: (page) => through(page, wire.port) });
  try {
    await tab.is('playing', 15_000);
    await tab.until(
      async () => (await tab.clock()) !== null,
      5000,
      () => 'there is a picture',
    );
    const sessions = await tab.page.evaluate(() => window.connections.length);
    return { ms: Date.now() - began, sessions, ...wire.counted };
  } finally {
    await tab.page.context().close();
    wire.close();
  }
}

// As many as a handshake without loss has.
for (const [direction, datagrams] of [
  ['up', 5],
  ['down', 4],
]) {
  for (let number = 1; number <= datagrams; number += 1) {
    test(`DTLS datagram ${number} ${direction} is lost`, async (t) => {
      const { ms, sessions, up, down, lost } = await join((way, count) => way === direction && count === number);
      t.diagnostic(`plays after ${ms} ms; ${up} datagrams up, ${down} down, ${lost} lost`);
      assert.equal(lost, 1, 'or this test shows nothing');
      assert.equal(sessions, 1, 'the first session connects: it is not a second attempt that plays');
    });
  }
}

test('the flight that begins with the ServerHello is lost, three times', async (t) => {
  const serverHello = 2;
  let left = 3;
  const { ms, sessions, lost } = await join((way, count, datagram) => {
    const loses = left > 0 && handshakeType(datagram) === serverHello;
    if (loses) left -= 1;
    return loses;
  });
  t.diagnostic(`plays after ${ms} ms; ${lost} lost`);
  assert.equal(lost, 3, 'or this test shows nothing');
  assert.equal(sessions, 1, 'the first session connects');
});

test('one in ten is lost at random: every one of 16 joins succeeds', async (t) => {
  // A fixed sequence, so that a failure can be repeated: xorshift32.
  let state = 0x5eed;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const joins = [];
  for (let turn = 0; turn < 16; turn += 1) joins.push(await join(() => random() < 0.1));
  t.diagnostic(
    `plays after ${joins.map(({ ms }) => ms).join(', ')} ms; lost ${joins.reduce((sum, { lost }) => sum + lost, 0)} datagrams`,
  );
  assert.ok(
    joins.some(({ lost }) => lost > 0),
    'or this test shows nothing',
  );
  assert.ok(
    joins.every(({ sessions }) => sessions === 1),
    'each at its first attempt',
  );
});
