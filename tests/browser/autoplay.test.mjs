// A browser that wants a click before it plays sound.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { test } = needs(missing());

/** A page that plays without sound, as the browser wants a click first. */
async function mute(t) {
  const skylark = await broadcast();
  t.after(() => skylark.remove());
  const chromium = await openChromium({ autoplay: false });
  t.after(() => chromium.close());

  // Whatever a test evaluates in the page counts as a click: until the page has decided, it is left alone.
  const tab = await chromium.open(skylark.live.watch);
  await skylark.viewer();
  await new Promise((done) => setTimeout(done, 1500));
  await tab.plays();
  return tab;
}

test('without leave for sound it plays muted and asks; a tap brings the sound', async (t) => {
  const tab = await mute(t);
  assert.deepEqual(pick(await tab.video()), { muted: true, paused: false });
  await tab.picture('sound-1280');
  await tab.page.getByRole('button', { name: 'Tap for sound' }).click();
  assert.deepEqual(pick(await tab.video()), { muted: false, paused: false });
  assert.equal(await tab.page.getByText('Tap for sound').count(), 0, 'nothing is left to ask');
  await tab.plays();
  assert.deepEqual(tab.faults, []);
});

test('paused without leave for sound there is one button, which brings picture and sound', async (t) => {
  const tab = await mute(t);
  await tab.page.keyboard.press(' ');
  const play = tab.page.locator('.player > button');
  await tab.until(
    async () => (await play.getAttribute('aria-label')) === 'Play',
    5000,
    () => 'it is paused',
  );
  assert.equal(await play.count(), 1, 'nothing else is asked at the same time');
  await play.click();
  assert.deepEqual(pick(await tab.video()), { muted: false, paused: false });
  assert.equal(await tab.page.getByText('Tap for sound').count(), 0, 'nothing is left to ask');
  await tab.plays();
});

const pick = ({ muted, paused }) => ({ muted, paused });
