// H.264's two profiles in Chromium: main while all take it, baseline from when one comes who does not, and main again after it left.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { readParameterSets } from './support/parameter-sets.mjs';
import { broadcast } from './support/skylark.mjs';

const { test } = needs(missing());

/** Has a page offer no H.264 but constrained baseline. */
function offerBaselineOnly() {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    const transceiver = add.call(this, kind, init);
    if (kind === 'video') {
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      const kept = ({ mimeType, sdpFmtpLine }) => !/H264/i.test(mimeType) || /profile-level-id=42e0/.test(sdpFmtpLine);
      transceiver.setCodecPreferences(codecs.filter(kept));
    }
    return transceiver;
  };
}

async function answered(tab) {
  const [video] = await tab.statistics('inbound-rtp', 'video');
  const codecs = await tab.statistics('codec');
  return codecs.find(({ id }) => id === video.codecId)?.sdpFmtpLine;
}

/** What the last keyframe said that was given to the decoder. */
const last = (tab) => tab.page.evaluate(() => globalThis.parameterSets.at(-1));
const main = { profile: 77, arithmetic: true };
const baseline = { profile: 66, arithmetic: false };
const is = (tab, wanted, withinMs) =>
  tab.until(
    async () => JSON.stringify(await last(tab)) === JSON.stringify(wanted),
    withinMs,
    async () => `it is ${JSON.stringify(wanted)}, not ${JSON.stringify(await last(tab))}`,
  );

test('main is sent until one comes who takes baseline, and again after it left, and nobody has to ask for a picture', async (t) => {
  // The size that two slow cores show twice.
  const skylark = await broadcast({ args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const chromium = await openChromium();
  t.after(() => chromium.close());
  const reads = async (page) => void (await page.addInitScript(readParameterSets));

  const best = await chromium.open(skylark.live.watch, { before: reads });
  await best.plays();
  assert.match(await answered(best), /profile-level-id=4d00/, 'it is answered the best that it offers');
  assert.deepEqual(await last(best), main);
  const asked = async () => (await best.statistics('inbound-rtp', 'video'))[0].pliCount;
  const atStart = await asked();

  const person = await chromium.person();
  const before = async (page) => {
    await page.addInitScript(offerBaselineOnly);
    await reads(page);
  };
  const least = await person.open(skylark.live.watch, { before });
  await least.plays();
  assert.match(await answered(least), /profile-level-id=42e0/);
  await is(best, baseline, 5000);

  for (const tab of [best, least]) {
    const frames = await tab.frames(3000);
    const read = frames.filter(({ clock }) => clock !== null);
    assert.ok(read.length > 0.9 * frames.length && frames.length > 45, `${read.length} of ${frames.length} are whole`);
  }
  const seen = await least.page.evaluate(() => globalThis.parameterSets.map(({ profile }) => profile));
  assert.deepEqual([...new Set(seen)], [66], 'nothing else, ever');
  assert.deepEqual(least.faults, []);
  await person.close();

  // It stays baseline for half a minute after the last such viewer left, who may come back.
  await is(best, main, 60_000);
  const frames = await best.frames(3000);
  assert.ok(frames.filter(({ clock }) => clock !== null).length > 0.9 * frames.length && frames.length > 45);
  const said = await best.page.evaluate(() => globalThis.parameterSets);
  const changes = said.slice(1).filter(({ profile }, at) => profile !== said[at].profile);
  assert.deepEqual(
    changes.map(({ profile }) => profile),
    [66, 77],
    'it changed twice',
  );
  assert.equal(await asked(), atStart, 'no keyframe had to be asked for');
  const [{ packetsLost }] = await best.statistics('inbound-rtp', 'video');
  assert.equal(packetsLost, 0);
  assert.deepEqual(best.faults, []);
});
