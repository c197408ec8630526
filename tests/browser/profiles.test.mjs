// H.264's two profiles in Chromium: main while all take it, and baseline from when one comes who does not.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
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

test('who takes main goes on without a stop when one comes who takes baseline, and both see the same', async (t) => {
  // The size that two slow cores show twice.
  const skylark = await broadcast({ args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const chromium = await openChromium();
  t.after(() => chromium.close());

  const main = await chromium.open(skylark.live.watch);
  await main.plays();
  assert.match(await answered(main), /profile-level-id=4d00/, 'it is answered the best that it offers');

  const before = async (page) => void (await page.addInitScript(offerBaselineOnly));
  const baseline = await (await chromium.person()).open(skylark.live.watch, { before });
  await baseline.plays();
  assert.match(await answered(baseline), /profile-level-id=42e0/);

  for (const tab of [main, baseline]) {
    const frames = await tab.frames(3000);
    const read = frames.filter(({ clock }) => clock !== null);
    assert.ok(read.length > 0.9 * frames.length && frames.length > 45, `${read.length} of ${frames.length} are whole`);
    const [{ framesDecoded, keyFramesDecoded, pliCount, freezeCount }] = await tab.statistics('inbound-rtp', 'video');
    console.log(
      `${framesDecoded} decoded, ${keyFramesDecoded} of them keyframes, ${pliCount} PLI, ${freezeCount} freezes`,
    );
    assert.equal(pliCount, 0, 'nothing had to be asked for');
    assert.deepEqual(tab.faults, []);
  }
});
