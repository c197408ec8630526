// What colours people see: a camera's colour bars and grey ramp, as the browsers' videos show them, through each codec.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { camera, noCamera } from '../support/devices.mjs';
import { needs } from '../support/needs.mjs';
import * as chromium from './support/chromium.mjs';
import * as firefox from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

const { describe, test, before, after } = needs(noCamera());

/** Of each 255 so much may be lost on the way. */
const APART = 2;

const BARS = ['bfbfbf', 'bfbf00', '00bfbf', '00bf00', 'bf00bf', 'bf0000', '0000bf', '404040'];
const COLOURS = BARS.map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
const GREYS = Array.from({ length: 16 }, (_, n) => [17 * n, 17 * n, 17 * n]);

/** The patches of a row, and where they stand, in parts of the picture. */
const ROWS = [
  { patches: COLOURS, top: 0, bottom: 0.5 },
  { patches: GREYS, top: 0.5, bottom: 1 },
];

/** A picture of them as cameras deliver it: I420, BT.601, in the range of video. */
function i420(width, height) {
  const [y, u, v] = [width * height, (width * height) / 4, (width * height) / 4].map((length) => Buffer.alloc(length));
  for (const { patches, top, bottom } of ROWS) {
    for (let line = top * height; line < bottom * height; line += 1) {
      for (let at = 0; at < width; at += 1) {
        const [red, green, blue] = patches[Math.floor((at * patches.length) / width)].map((value) => value / 255);
        const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        y[line * width + at] = Math.round(16 + 219 * luma);
        const colour = (line >> 1) * (width / 2) + (at >> 1);
        u[colour] = Math.round(128 + (224 * (blue - luma)) / 1.772);
        v[colour] = Math.round(128 + (224 * (red - luma)) / 1.402);
      }
    }
  }
  return Buffer.concat([y, u, v]);
}

/** The middle of each patch, as the video shows it. */
function shown(rows) {
  const video = document.querySelector('video');
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  return rows.map(({ patches, top, bottom }) =>
    patches.map((_, n) => {
      const left = Math.round(((n + 0.5) / patches.length) * canvas.width);
      const { data } = context.getImageData(left - 4, Math.round(((top + bottom) / 2) * canvas.height) - 4, 8, 8);
      return [0, 1, 2].map((part) => {
        let sum = 0;
        for (let at = part; at < data.length; at += 4) sum += data[at];
        return sum / (data.length / 4);
      });
    }),
  );
}

/** Has a page offer one codec for pictures. */
function offerOnly(codec) {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    const transceiver = add.call(this, kind, init);
    if (kind === 'video') {
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === `video/${codec}`));
    }
    return transceiver;
  };
}

function furthest(rows) {
  let most = { apart: 0 };
  rows.forEach((patches, row) =>
    patches.forEach((seen, n) => {
      const wanted = ROWS[row].patches[n];
      const apart = Math.max(...seen.map((value, part) => Math.abs(value - wanted[part])));
      if (apart > most.apart) most = { apart, wanted, seen };
    }),
  );
  return most;
}

for (const [width, height] of [
  [1280, 720],
  [640, 360],
]) {
  describe(`colours at ${width}x${height}`, () => {
    let folder, cameras, skylark;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'skylark-colours-'));
      writeFileSync(join(folder, 'bars.yuv'), i420(width, height));
      const formats = [{ fourcc: 'YU12', sizes: { listed: [[width, height]] } }];
      const kind = { about: 'A camera before a chart.', cameras: [{ node: 'video0', formats, shows: 'bars.yuv' }] };
      writeFileSync(join(folder, 'chart.json'), JSON.stringify(kind));
      cameras = camera({ kind: join(folder, 'chart') });
      const args = ['--camera', 'default', '--size', `${width}x${height}`];
      skylark = await broadcast({ listen: '0.0.0.0:0', before: cameras.before, args });
      const running = ({ event, state }) => event === 'camera' && state.state === 'running';
      await skylark.event(running, 'the camera runs');
    });

    after(async () => {
      await skylark?.remove();
      cameras?.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const asSeen = async (tab, who) => {
      let last;
      const close = async () => {
        last = furthest(await tab.page.evaluate(shown, ROWS));
        return last.apart <= APART;
      };
      // The first pictures are coarser than those that follow.
      await tab.until(close, 15_000, async () => `${who}: ${JSON.stringify(last)}`);
    };

    for (const codec of ['H264', 'VP9', 'VP8']) {
      test(`in Chromium by ${codec}`, { skip: chromium.missing() ?? false }, async (t) => {
        const browser = await chromium.openChromium();
        t.after(() => browser.close());
        const tab = await browser.open(skylark.live.watch, { before: (page) => page.addInitScript(offerOnly, codec) });
        await tab.is('playing', 20_000);
        const [video] = await tab.statistics('inbound-rtp', 'video');
        const used = (await tab.statistics('codec')).find(({ id }) => id === video.codecId)?.mimeType;
        assert.equal(used, `video/${codec}`);
        await asSeen(tab, codec);
      });
    }

    test('in Firefox', { skip: firefox.missing() ?? false }, async (t) => {
      const browser = await firefox.openFirefox();
      t.after(() => browser.close());
      const tab = await browser.open(skylark.live.watch);
      await tab.is('playing', 30_000);
      await asSeen(tab, 'Firefox');
    });
  });
}
