// Makes README's pictures anew: the real window and the real watch page, with a scene that was drawn (scene.svg) before a camera made of
// nothing. Run it as `node scripts/pictures/make.mjs` after `./dev build`, or `cargo build`, with what the window's tests need.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChromium } from '../../tests/browser/support/chromium.mjs';
import { openWindow, screenshots } from '../../tests/desktop/support/window.mjs';
import { fakecam } from '../../tests/support/devices.mjs';

const [width, height] = [1280, 720];
const pictures = resolve(import.meta.dirname, '../../docs/pictures');
const title = 'Lea plays at eight';
/** Who watches: enough for a list, few enough for a laptop to decode them all. */
const people = [{}, { phone: true, width: 390, height: 844 }, { width: 1024, height: 640 }];

const folder = mkdtempSync(join(tmpdir(), 'skylark-pictures-'));
const browser = await openChromium();
let window;
try {
  const kind = {
    about: 'A camera before which a drawn scene stands.',
    cameras: [
      {
        node: 'video0',
        name: 'Studio Camera',
        formats: [{ fourcc: 'YU12', sizes: { listed: [[width, height]] } }],
        shows: 'scene.yu12',
      },
    ],
  };
  writeFileSync(join(folder, 'scene.yu12'), await drawn(readFileSync(join(import.meta.dirname, 'scene.svg'), 'utf8')));
  writeFileSync(join(folder, 'kind.json'), JSON.stringify(kind));
  window = await openWindow({
    args: ['--camera', 'Studio Camera', '--microphone', 'tone'],
    before: [fakecam, join(folder, 'kind.json'), '--'],
    settings: `title = ${JSON.stringify(title)}\n`,
    width: 1280,
    height: 800,
  });
  await window.driver.manage().window().setRect({ x: 0, y: 0, width: 1280, height: 800 });
  await window.click('go-live');
  await window.find('end');
  const link = await window.text('watch-link');
  const tabs = [];
  for (const who of people) tabs.push(await (await browser.person(who)).open(link));
  for (const tab of tabs) await tab.is('playing');
  // Long enough for each viewer to be sent the whole picture, and for the clock to show something.
  await window.until(async () => (await window.text('elapsed')) >= '00:00:25', 'it is live for a while', 60_000);
  await window.screenshot('readme-panel');
  copyFileSync(join(screenshots, 'readme-panel.png'), join(pictures, 'panel.png'));
  // The controls come with the pointer.
  await tabs[0].page.mouse.move(640, 360);
  await sleep(500);
  await tabs[0].page.screenshot({ path: join(pictures, 'watch.png') });
} finally {
  await window?.close();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The drawing as a browser paints it, in YU12 of the range of video (BT.601, as cameras have it). */
async function drawn(svg) {
  const context = await browser.browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  await page.setContent(`<body style="margin: 0">${svg}</body>`);
  const png = (await page.screenshot()).toString('base64');
  const pixels = await page.evaluate(async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return Array.from(pen.getImageData(0, 0, image.width, image.height).data);
  }, png);
  await context.close();
  const at = (x, y) => pixels.slice(4 * (y * width + x), 4 * (y * width + x) + 3);
  const planes = [[], [], []];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [r, g, b] = at(x, y);
      planes[0].push(Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b));
      if (x % 2 || y % 2) continue;
      planes[1].push(Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b));
      planes[2].push(Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b));
    }
  }
  return Buffer.from(planes.flat());
}
