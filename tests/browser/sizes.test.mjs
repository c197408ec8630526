// A picture of another shape in Chromium: a phone held upright, a laptop's screen.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());

let skylark;
let chromium;
let tab;

before(async () => {
  skylark = await broadcast({ args: ['--size', '1080x1920', '--fps', '15'] });
  chromium = await openChromium();
  tab = await chromium.open(skylark.live.watch);
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

/** The page shows the picture at this size, by H.264, whole and not stretched. */
async function shows(width, height) {
  await tab.plays();
  await tab.until(
    async () => {
      const { videoWidth, videoHeight } = await tab.video();
      return videoWidth === width && videoHeight === height;
    },
    20_000,
    async () => `${width}x${height} is shown, not ${JSON.stringify(await tab.video())}`,
  );
  const [video] = await tab.statistics('inbound-rtp', 'video');
  const codec = (await tab.statistics('codec')).find(({ id }) => id === video.codecId);
  assert.equal(codec.mimeType, 'video/H264');
  const fit = await tab.page.evaluate(() => {
    const { objectFit } = getComputedStyle(document.querySelector('video'));
    return { objectFit, overflows: document.documentElement.scrollHeight > innerHeight };
  });
  assert.deepEqual(fit, { objectFit: 'contain', overflows: false });
  const clock = await tab.clock();
  assert.ok(clock !== null, 'the clock in the picture is read: nothing is cut off or stretched');
}

test('a portrait picture is shown whole, at its full size', async () => {
  await shows(1080, 1920);
  await tab.picture('portrait');
});

test('another odd size comes while it plays, in the same session', async () => {
  const since = skylark.events.length;
  skylark.tell('configure', { settings: { size: '1366x768' } });
  await skylark.event(({ event, stats }) => event === 'stats' && stats.width === 1366, 'it is sent', { since });
  await shows(1366, 768);
  const left = skylark.events.slice(since).filter(({ event }) => event === 'viewer_left' || event === 'viewer_joined');
  assert.deepEqual(left, []);
  assert.deepEqual(tab.faults, []);
});
