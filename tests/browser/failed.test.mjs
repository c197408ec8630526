// A watch page that shows nothing says why, and the broadcaster is told.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());

let skylark;

before(async () => (skylark = await broadcast({ args: ['--size', '640x360'] })));
after(() => skylark?.remove());

/** What is told of a page that is opened so. */
async function told(code, before) {
  const since = skylark.events.length;
  const chromium = await openChromium();
  try {
    await chromium.open(skylark.live.watch, { before });
    const failed = await skylark.event(({ event }) => event === 'failed_join', `${code} is told`, {
      since,
      withinMs: 30_000,
    });
    assert.equal(failed.code, code, failed.reason);
    assert.match(failed.browser, /Chrome/);
    return failed.reason;
  } finally {
    await chromium.close();
  }
}

test('no WebRTC', async () => {
  const without = (page) => page.addInitScript(() => delete window.RTCPeerConnection);
  assert.match(await told('no_webrtc', without), /no WebRTC/);
});

test('no address that may be used', async () => {
  // As a browser that may use nothing but a relay, and has none.
  const relayed = (page) =>
    page.addInitScript(() => {
      const Usual = window.RTCPeerConnection;
      window.RTCPeerConnection = class extends Usual {
        constructor(configuration) {
          super({ ...configuration, iceTransportPolicy: 'relay' });
        }
      };
    });
  assert.match(await told('no_network', relayed), /no network address/);
});

test('no packet gets here', async () => {
  // The port that the answer names is one that nobody is at.
  const elsewhere = (page) =>
    page.route('**/whep/*', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/^(a=candidate:.* )\d+( typ host.*)$/gm, '$19$2');
      await route.fulfill({ response, body });
    });
  assert.match(await told('no_way', elsewhere), /nothing of it arrived at this computer's UDP port/);
});

test('and who is shown the picture says nothing', async () => {
  const since = skylark.events.length;
  const chromium = await openChromium();
  try {
    const tab = await chromium.open(skylark.live.watch);
    await tab.plays();
    // As long as a page waits for a picture before it says that there is none.
    await new Promise((done) => setTimeout(done, 10_000));
    assert.deepEqual(
      skylark.events.slice(since).filter(({ event }) => event === 'failed_join'),
      [],
    );
  } finally {
    await chromium.close();
  }
});
