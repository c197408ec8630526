// Host and viewer on a local network: plain HTTP at an address that is no secure context, and a wire that loses packets.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { localNetwork, missingNetwork } from './support/network.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing() ?? missingNetwork());
let network;
let skylark;
let chromium;

before(async () => {
  network = localNetwork();
  skylark = await broadcast({ listen: '0.0.0.0:0', before: network.onHost });
  chromium = await openChromium({ namespace: network.viewer });
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  network?.remove();
});

test('it plays over plain HTTP at a LAN address, where the browser gives no secure context', async () => {
  assert.equal(
    new URL(skylark.live.watch).hostname,
    network.hostAddress,
    'the link names the address on the default route',
  );
  const tab = await chromium.open(skylark.live.watch);
  assert.equal(await tab.page.evaluate(() => window.isSecureContext), false, 'or this test shows nothing');
  await tab.plays();
  const viewer = await skylark.viewer();
  assert.equal(viewer.address, network.viewerAddress);
  const { left, right } = await tab.listen();
  assert.ok(
    Math.abs(left.hertz - 440) < 10 && Math.abs(right.hertz - 660) < 10,
    `left ${left.hertz} Hz, right ${right.hertz} Hz`,
  );
  await tab.page.keyboard.press('m');
  assert.equal((await tab.video()).muted, true);
  assert.deepEqual(tab.faults, []);

  skylark.tell('kick', { viewer: viewer.id });
  await tab.is('removed');
  skylark.tell('forgive', { viewer: viewer.id });
  await tab.plays();
  await tab.close();
});

test('5 % of the packets lost: no gap of half a second in 30 s, repaired by retransmission', async () => {
  const counters = network.lose(5);
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const earlier = counters();
  const frames = await tab.frames(30_000);
  const { all, dropped } = counters();
  const share = (dropped - earlier.dropped) / (all - earlier.all);
  assert.ok(share > 0.03 && share < 0.07, `packets are dropped one by one: ${dropped} of ${all}`);

  const gaps = frames.slice(1).map(({ at }, index) => at - frames[index].at);
  const longest = Math.max(...gaps);
  const [video] = await tab.statistics('inbound-rtp', 'video');
  console.log(
    `5 % loss: ${frames.length} frames in 30 s, longest gap ${longest.toFixed(0)} ms; dropped ${dropped} of ${all} packets, ` +
      `${video.retransmittedPacketsReceived} retransmitted, ${video.nackCount} NACKs, ${video.pliCount} PLIs, freezes ${video.freezeCount}`,
  );
  assert.ok(longest < 500, `the longest gap is under half a second: ${longest}`);
  assert.ok(video.retransmittedPacketsReceived > 0, 'what was lost came again');
  assert.ok(video.rtxSsrc, 'as RTX, not as a plain repetition');
});

test('a viewer whose address changes sees the picture again by itself', async () => {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  const { frame } = await tab.clock();
  network.move('10.77.0.3');
  const moved = Date.now();
  // The session that was, or a new one: both take their time to notice, so the picture has to be newer than the move.
  await tab.until(
    async () => {
      const clock = await tab.clock();
      const age = (Date.now() - clock.ms) >>> 0;
      return (await tab.state()) === 'playing' && clock.frame !== frame && age < 1000;
    },
    30_000,
    () => tab.state(),
  );
  await tab.plays();
  const { length: sessions } = await tab.page.evaluate(() => window.connections);
  console.log(
    `plays on after ${Date.now() - moved} ms, ${sessions === 1 ? 'in the same session' : `in session ${sessions}`}`,
  );
});
