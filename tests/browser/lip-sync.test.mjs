// Sound and picture belong together from the first second on, in browsers whose sound device has yet to be opened.

import assert from 'node:assert/strict';
import { missingCommand, needs } from '../support/needs.mjs';
import * as chromium from './support/chromium.mjs';
import * as firefox from './support/firefox.mjs';
import { loudspeaker } from './support/loudspeaker.mjs';
import { broadcast } from './support/skylark.mjs';
import { percentile } from './support/watch-page.mjs';

const { test: inChromium } = needs(chromium.missing() ?? missingCommand('pulseaudio'));
const { test: inFirefox } = needs(firefox.missing());

/** What the browser buffered while it opened its device used to make this half a second and more, for seven seconds. */
async function inSyncAtOnce(name, tab, latest = async () => 90) {
  const skews = await tab.lipSync({ seconds: 8, settle: 0 });
  const middle = percentile(skews, 0.5);
  const limit = await latest();
  const each = skews.map((skew) => skew.toFixed(0)).join(', ');
  console.log(
    `${name}: beep after flash by ${each} ms; middle ${middle?.toFixed(0)} ms, at most ${limit.toFixed(0)} ms`,
  );
  assert.ok(skews.length >= 5, `a beep is found for most flashes: ${skews.length} in 8 s`);
  assert.ok(
    skews.every((skew) => skew >= -50 && skew <= limit + 110),
    'no single one is far off, the first no more than others',
  );
  assert.ok(middle >= -20 && middle <= limit, `the sound is at most 20 ms early and ${limit} ms late: ${middle}`);
}

async function withChromium(t, options) {
  const sound = await loudspeaker();
  t.after(() => sound.close());
  const skylark = await broadcast();
  t.after(() => skylark.remove());
  const browser = await chromium.openChromium({ ...options, sound });
  t.after(() => browser.close());
  return { skylark, tab: await browser.open(skylark.live.watch) };
}

inChromium('Chromium: in sync from the first second on', async (t) => {
  const { tab } = await withChromium(t);
  await tab.plays();
  await inSyncAtOnce('Chromium', tab);
  assert.deepEqual(tab.faults, []);
});

inChromium('Chromium that wants a tap first: in sync from the tap on', async (t) => {
  const { skylark, tab } = await withChromium(t, { autoplay: false });
  // Whatever a test evaluates in the page counts as a click: until the page has decided, it is left alone.
  await skylark.viewer();
  await new Promise((done) => setTimeout(done, 1500));
  await tab.page.getByRole('button', { name: 'Tap for sound' }).click();
  // Its buffer has settled before anybody listens, 20 ms deeper than where it had to catch up: 66 to 99 ms were measured.
  await inSyncAtOnce('Chromium, tapped', tab, async () => 110);
  assert.deepEqual(tab.faults, []);
});

inFirefox('Firefox: in sync from the first second on', async (t) => {
  // Firefox never pairs its own addresses with 127.0.0.1. It has no H.264 here, and VP9 at full size is all that two slow cores
  // can do: its sound device then stands still for a tenth of a second now and then, which is no matter of how it began.
  const skylark = await broadcast({ listen: '0.0.0.0:0', args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const browser = await firefox.openFirefox();
  t.after(() => browser.close());
  const tab = await browser.open(skylark.live.watch);
  await tab.plays(20_000);
  // Where packets come unevenly, as they do on slow machines, Firefox keeps 60 to 80 ms of sound waiting instead of 40, on purpose.
  const target = async () => {
    const [{ jitterBufferTargetDelay, jitterBufferEmittedCount }] = await tab.statistics('inbound-rtp', 'audio');
    return (1000 * jitterBufferTargetDelay) / jitterBufferEmittedCount;
  };
  await inSyncAtOnce('Firefox', tab, async () => 50 + (await target()));
  assert.deepEqual(tab.faults, []);
});
