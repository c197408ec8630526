// What the panel says of players that are not sent everything, of those that could not join, of many attempts that come to nothing, and of
// viewers who need another encoder.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { missing as noChromium, openChromium } from '../browser/support/chromium.mjs';
import { missing, openWindow } from './support/window.mjs';

const OFFER = readFileSync(join(import.meta.dirname, '../stories/support/offer.sdp'), 'utf8');
/** More than the broadcaster is told of: what never connects is many at twenty in ten seconds. */
const ATTEMPTS = 30;
/** Somebody else's address, by what a proxy says. */
const STRANGER = '203.0.113.7';
/** A join of which nothing is heard is given up after a while. */
const GIVEN_UP_MS = 60_000;

/** Small, so that a machine that is busy with this test has the time for two encoders. */
const args = ['--camera', 'pattern', '--microphone', 'tone', '--size', '320x180', '--bitrate', '400k'];

/** POSTs an offer as a player does, by a proxy that says for whom where it is one; the status. */
async function posts(watch, offer, from = null) {
  const headers = { 'Content-Type': 'application/sdp', ...(from && { 'X-Forwarded-For': from }) };
  const answer = await fetch(watch.replace('/w/', '/whep/'), { method: 'POST', headers, body: offer });
  await answer.arrayBuffer();
  return answer.status;
}

async function tries(watch, from = null) {
  const statuses = await Promise.all(Array.from({ length: ATTEMPTS }, () => posts(watch, OFFER, from)));
  assert.deepEqual([...new Set(statuses)], [201], 'each is let in, and never heard of again');
}

describe('what is told of viewers', { skip: missing() ?? noChromium() ?? false, timeout: 300_000 }, () => {
  let window, browser, watch;

  before(async () => {
    window = await openWindow({ args });
    browser = await openChromium();
    await window.click('go-live');
    await window.find('end');
    watch = await window.text('watch-link');
  });

  after(async () => {
    await browser?.close();
    await window?.close();
  });

  test('a player without BUNDLE is sent the picture, and its row says that there is no sound, and why', async () => {
    const person = await browser.person();
    const page = await person.context.newPage();
    await page.goto(watch);
    await page.evaluate(joinWithoutBundle);
    const said = await window.text('not-sent');
    assert.match(said, /^No sound: .*BUNDLE/);
    await window.screenshot('panel-not-sent');
    await person.close();
    await window.until(async () => !(await window.isThere('not-sent')), 'it goes with its viewer', 60_000);
  });

  test('an offer that nothing can be sent for is told with who sent it and why', async () => {
    assert.ok([400, 406].includes(await posts(watch, 'v=0\r\n')));
    assert.match(
      await window.text('failed-join'),
      /\(127\.0\.0\.1\) could not join\s+just now\s+This is no WebRTC offer: it has no DTLS fingerprint\./,
    );
    await window.screenshot('panel-failed-join');
  });

  test('a viewer who has VP8 alone has a second encoder run, and it is said for as long as it does', async () => {
    assert.equal(await window.isThere('second-encoder'), false);
    const person = await browser.person();
    const tab = await person.open(watch, { before: (page) => page.addInitScript(offerVp8) });
    await tab.is('playing');
    const said = await window.find('second-encoder');
    assert.equal(await window.text('second-encoder'), 'VP9 or VP8, too');
    assert.match(await said.getAttribute('title'), /has no H\.264/);
    await person.close();
    await window.until(async () => !(await window.isThere('second-encoder')), 'it is over with its viewer', 60_000);
  });

  test('many attempts from this computer are told, and cannot be blocked', async () => {
    await tries(watch);
    await window.find('attempts', GIVEN_UP_MS);
    assert.match(await window.text('attempts'), /^Many attempts from 127\.0\.0\.1\s+\d+ that never connected$/);
    assert.equal(await window.isThere('block'), false, 'it would keep the broadcaster out');
  });
});

describe('attempts by a proxy', { skip: missing() ?? false, timeout: 180_000 }, () => {
  test('whose they are is told, and a click refuses that address and no other', async () => {
    const window = await openWindow({ args, settings: 'trusted_proxy = "127.0.0.1"\n' });
    try {
      await window.click('go-live');
      await window.find('end');
      const watch = await window.text('watch-link');
      await tries(watch, STRANGER);
      await window.find('attempts', GIVEN_UP_MS);
      assert.match(await window.text('attempts'), /^Many attempts from 203\.0\.113\.7\s+\d+ that never connected/);
      assert.equal(await (await window.find('block')).getAttribute('aria-label'), `Block ${STRANGER}`);
      await window.screenshot('panel-attempts');
      await window.click('block');
      await window.until(async () => !(await window.isThere('attempts')), 'it was dealt with');
      assert.equal(await posts(watch, OFFER, STRANGER), 403);
      assert.equal(await posts(watch, OFFER, '203.0.113.8'), 201);
    } finally {
      await window.close();
    }
  });
});

/** Runs in a watch page: a session whose offer has no BUNDLE, as some players write it. */
async function joinWithoutBundle() {
  const pc = new RTCPeerConnection();
  for (const kind of ['video', 'audio']) pc.addTransceiver(kind, { direction: 'recvonly' });
  await pc.setLocalDescription();
  const answer = await fetch(location.pathname.replace('/w/', '/whep/'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: pc.localDescription.sdp.replace(/^a=group:BUNDLE.*\r\n/m, ''),
  });
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  window.player = pc;
}

/** Runs in a page before all else: its offers have VP8 and nothing else for the picture. */
function offerVp8() {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    const transceiver = add.call(this, kind, init);
    if (kind === 'video') {
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/VP8'));
    }
    return transceiver;
  };
}
