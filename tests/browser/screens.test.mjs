// A screen that comes and goes while Chromium and Firefox watch: it is sent as AV1, a camera is not, in one stream and without a gap.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { needs } from '../support/needs.mjs';
import * as chromium from './support/chromium.mjs';
import * as firefox from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu/libaom.so.3', '/usr/lib/aarch64-linux-gnu/libaom.so.3'];
const noEncoder = LIBRARIES.some((library) => existsSync(library))
  ? undefined
  : 'there is no libaom to encode AV1 with';
/** What the screen of the scene is: a picture, which is encoded as a screen is. */
const SLIDE = fileURLToPath(new URL('../../icons/icon.png', import.meta.url));
/** A busy machine leaves holes in anything, now here and now there; one of the program's own is there each time. */
const ROUNDS = 3;
const LONGEST_MS = 200;
/** Where it leaves such without any change, so many times the longest of those. */
const OF_ITS_OWN = 2;

/** The codec by which the last pictures came, as the browser names it. */
async function codec(tab) {
  const [video] = await tab.statistics('inbound-rtp', 'video');
  return (await tab.statistics('codec')).find(({ id }) => id === video.codecId)?.mimeType;
}

/** Whether anything is made of AV1 at all. */
const encodes = ({ pid }) =>
  readdirSync(`/proc/${pid}/task`).some(
    (task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8') === 'media-av1\n',
  );

/** Plays in a tab while `change` is made: how many pictures came, and the longest time between two of them by their own clock. */
async function during(tab, change) {
  const watched = tab.frames(4000);
  change();
  const stamps = (await watched).map(({ rtp }) => rtp);
  const gaps = stamps.slice(1).map((rtp, at) => ((rtp - stamps[at]) >>> 0) / 90);
  return { pictures: stamps.length, longest: Math.max(...gaps) };
}

async function watches(skylark, browser, camera) {
  const tab = await browser.open(skylark.live.watch);
  await tab.plays();
  assert.match(await codec(tab), camera);
  assert.ok(!encodes(skylark), 'a camera has no encoder for screens');
  const changes = [
    [/AV1/i, () => skylark.tell('set_scene', { scene: 'screen+camera:bottom-right,size=0.5' })],
    [camera, () => skylark.tell('set_scene', { scene: 'off' })],
  ];
  const best = changes.map(() => Infinity);
  for (let round = 0; round < ROUNDS && best.some((gap) => gap > 1); round += 1) {
    const undisturbed = (await during(tab, () => {})).longest;
    const allowed = Math.max(LONGEST_MS, OF_ITS_OWN * undisturbed);
    for (const [at, [mime, change]] of changes.entries()) {
      // The picture of a scene moves, as there is a camera in it.
      const { pictures, longest } = await during(tab, () => {
        if (at === 0) skylark.tell('set_source', { source: { kind: 'image', id: SLIDE } });
        change();
        if (at === 1) skylark.tell('set_source', { source: 'pattern' });
      });
      const sent = await codec(tab);
      console.log(
        `${sent}: ${pictures} pictures in 4 s, the longest gap ${longest.toFixed(0)} ms, without a change ${undisturbed.toFixed(0)} ms`,
      );
      assert.ok(pictures > 20, `it moves: ${pictures} pictures in 4 s`);
      assert.match(sent, mime);
      best[at] = Math.min(best[at], longest / allowed);
    }
  }
  for (const [at, gap] of best.entries())
    assert.ok(
      gap <= 1,
      `${gap.toFixed(2)} times as long as may be without a picture, at the change to ${changes[at][0]}`,
    );
  const [video] = await tab.statistics('inbound-rtp', 'video');
  console.log(`keyframes it had to ask for: ${video.pliCount ?? 0}`);
}

const { test: inChromium } = needs(noEncoder ?? chromium.missing());

inChromium('Chromium is sent a screen as AV1 and a camera as H.264', async (t) => {
  const skylark = await broadcast({ args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const browser = await chromium.openChromium();
  t.after(() => browser.close());
  await watches(skylark, browser, /H264/i);
});

const { test: inFirefox } = needs(noEncoder ?? firefox.missing());

inFirefox('Firefox is sent a screen as AV1 and a camera as VP9, as it has no H.264 here', async (t) => {
  const skylark = await broadcast({ listen: '0.0.0.0:0', args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const browser = await firefox.openFirefox();
  t.after(() => browser.close());
  await watches(skylark, browser, /VP9/i);
});
