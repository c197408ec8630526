// The watch page in Chromium: picture, sound, keys, and how late it all is.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';
import { percentile } from './support/watch-page.mjs';

const { after, before, test } = needs(missing());

let skylark;
let chromium;
let tab;

before(async () => {
  skylark = await broadcast();
  chromium = await openChromium();
  tab = await chromium.open(skylark.live.watch);
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

test('the picture moves, whole, at its full size and rate', async () => {
  await tab.plays();
  const { viewer } = await skylark.event(({ event }) => event === 'viewer_joined', 'the panel is told');
  assert.match(viewer.browser, /Chrom/);
  const frames = await tab.frames(4000);
  const read = frames.filter(({ clock }) => clock !== null);
  assert.ok(
    read.length >= 0.9 * frames.length,
    `the clock is read in nearly every frame: ${read.length} of ${frames.length}`,
  );
  assert.ok(frames.length > 60, `frames come at a rate of moving pictures: ${frames.length} in 4 s`);
  for (const [index, { clock }] of read.entries())
    assert.ok(index === 0 || clock.ms >= read[index - 1].clock.ms, 'time in the picture never runs backwards');
  assert.deepEqual([read.at(-1).clock.width, read.at(-1).clock.height], [1280, 720]);
});

test('the left ear hears another tone than the right one', async () => {
  const { left, right } = await tab.listen();
  console.log(
    `left ${left.hertz.toFixed(0)} Hz, right ${right.hertz.toFixed(0)} Hz, rms ${left.rms.toFixed(3)}, ${right.rms.toFixed(3)}`,
  );
  assert.ok(Math.abs(left.hertz - 440) < 10, `left is 440 Hz: ${left.hertz}`);
  assert.ok(Math.abs(right.hertz - 660) < 10, `right is 660 Hz: ${right.hertz}`);
  assert.ok(left.rms > 0.02 && right.rms > 0.02, 'both can be heard');
  assert.equal((await tab.video()).muted, false, 'nobody muted it');
});

test('the sound is at most 20 ms early and 90 ms late', async () => {
  const skews = await tab.lipSync({ seconds: 12, settle: 3 });
  const middle = percentile(skews, 0.5);
  console.log(
    `lip sync: beep after flash by ${skews.map((skew) => skew.toFixed(0)).join(', ')} ms; middle ${middle?.toFixed(0)} ms`,
  );
  assert.ok(skews.length >= 6, `a beep is found for most flashes: ${skews.length} in 12 s`);
  assert.ok(middle >= -20 && middle <= 90, `the middle one is in bounds: ${middle}`);
});

test('glass to glass is measured, told to the panel, and printed', async () => {
  const since = skylark.events.length;
  const frames = await tab.frames(5000);
  const shown = frames.map(({ latencyMs }) => latencyMs).filter((ms) => ms !== null);
  const read = frames.map(({ readMs }) => readMs).filter((ms) => ms !== null);
  console.log(
    `glass to glass, capture to pixels read: p50 ${percentile(read, 0.5)} ms, p95 ${percentile(read, 0.95)} ms; ` +
      `to the time of display: p50 ${percentile(shown, 0.5)} ms, p95 ${percentile(shown, 0.95)} ms`,
  );
  // What was told of the same seconds: the first figure of all is one frame's, from when the page had just begun.
  const told = () =>
    skylark.events
      .slice(since)
      .filter(({ event }) => event === 'viewers')
      .flatMap(({ viewers }) => viewers.map(([, { latency_ms }]) => latency_ms))
      .filter((ms) => ms != null);
  await skylark.event(() => told().length >= 3, 'the page tells its latency', { since });
  const own = percentile(told(), 0.5);
  console.log(`the page's own measure: ${told().join(', ')} ms`);
  assert.ok(Math.abs(own - percentile(shown, 0.5)) < 60, 'what the page says is what the clock in the picture says');
});

test('keys: M mutes, Space pauses and goes on at the live picture, F fills the screen', async () => {
  const { keyboard } = tab.page;
  await keyboard.press('m');
  assert.equal((await tab.video()).muted, true);
  await keyboard.press('m');
  assert.equal((await tab.video()).muted, false);

  await keyboard.press(' ');
  assert.equal((await tab.video()).paused, true);
  await keyboard.press(' ');
  assert.equal((await tab.video()).paused, false);
  await tab.plays();

  await keyboard.press('f');
  await tab.until(
    () => tab.page.evaluate(() => document.fullscreenElement !== null),
    5000,
    () => 'F fills the screen',
  );
  await keyboard.press('f');
  await tab.until(
    () => tab.page.evaluate(() => document.fullscreenElement === null),
    5000,
    () => 'F brings it back',
  );
});

test('the keyboard reaches everything, in the order in which it stands', async () => {
  const { page } = tab;
  await page.evaluate(() => document.activeElement.blur());
  const reached = [];
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement.getAttribute('aria-label')));
  }
  assert.match(reached[0], /^Player/);
  const wanted = [
    'Pause',
    'Mute',
    'Volume',
    'Chat',
    'Picture size, statistics, keys',
    'Picture in picture',
    'Full screen',
  ];
  assert.deepEqual(reached.slice(1), wanted);
  for (let back = 0; back < 4; back += 1) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowLeft');
  assert.equal((await tab.video()).volume, 0.95, 'an arrow key turns the volume down');
});

test('when the network is said to be back, ICE is restarted; session and picture go on', async () => {
  const since = skylark.events.length;
  const restarted = tab.page.waitForResponse((response) => response.request().method() === 'PATCH');
  await tab.page.evaluate(() => window.dispatchEvent(new Event('online')));
  assert.equal((await restarted).status(), 200);
  const frames = await tab.frames(2000);
  const longest = Math.max(...frames.slice(1).map(({ at }, index) => at - frames[index].at));
  console.log(`longest gap around the restart: ${longest.toFixed(0)} ms`);
  assert.ok(longest < 500, `the picture goes on: ${longest}`);
  assert.equal(await tab.state(), 'playing');
  const gone = skylark.events.slice(since).filter(({ event }) => event === 'viewer_left' || event === 'viewer_joined');
  assert.deepEqual(gone, [], 'it is the same session');
});

test('the count is on the page', async () => {
  assert.match(await tab.words(), /\b1 watching\b/);
  const other = await chromium.open(skylark.live.watch);
  await other.plays();
  await tab.until(
    async () => /\b2 watching\b/.test(await tab.words()),
    5000,
    () => tab.words(),
  );
  await other.close();
  await tab.until(
    async () => /\b1 watching\b/.test(await tab.words()),
    5000,
    () => tab.words(),
  );
});

test('there is one video, and the page made no fault', async () => {
  assert.equal(await tab.page.evaluate(() => document.querySelectorAll('video').length), 1);
  assert.deepEqual(tab.faults, []);
});
