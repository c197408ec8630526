// What the window shows of what is sent: in the size in which there is a place for it, under whatever else the page shows, and nothing while
// nobody looks. Looked at on the screen, since the program paints it over the page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { look } from '../support/framebuffer.mjs';
import { X11 } from '../support/x11.mjs';
import { missing, openWindow } from './support/window.mjs';

/** Counted in the page from here on: what it is given to paint itself, and what it tells the program of the place. */
const COUNT = `
  window.counted = { given: 0, told: [] };
  const { skylarkPicture } = window;
  window.skylarkPicture = (...picture) => {
    counted.given += 1;
    return skylarkPicture(...picture);
  };
  const { fetch } = window;
  window.fetch = (url, options) => {
    if (new URL(url).pathname === '/preview') counted.told.push(JSON.parse(options.body).place);
    return fetch(url, options);
  };`;

/** The colour of the page where nothing is. */
const GROUND = 0x0e1216;

/** The colour of what stands over the page. */
const SURFACE = 0x161b21;

for (const acceleration of ['off', 'on']) {
  describe(`the preview, hardware acceleration ${acceleration}`, { skip: missing() ?? false, timeout: 120_000 }, () => {
    let window, x11, shown;

    const counted = () => window.run('return counted');
    /** The broadcast's clock, which the program moves once a second, also where nobody sees it. */
    const clock = () => window.run(`return document.querySelector('[data-testid="elapsed"]').textContent`);
    /** Waits until so many seconds went by for the page, too. */
    const seconds = async (many) => {
      for (let second = 0; second < many; second += 1) {
        const before = await clock();
        await window.until(async () => (await clock()) !== before, 'the clock goes on');
      }
    };
    const opened = async () => {
      await window.click('settings');
      await window.find('settings-sheet');
    };
    const closed = async () => (await window.find('title')).sendKeys(Key.ESCAPE);
    const minimised = async (wanted) => {
      if (wanted) x11.minimise(shown);
      else x11.restore(shown);
      await window.until(() => window.run(`return document.hidden === ${wanted}`), `the page is hidden: ${wanted}`);
    };
    /** Waits for so many pictures that look different. */
    const moves = async (pictures, why) => {
      const seen = new Set();
      await window.until(async () => seen.add((await window.seen('preview-place')).sum).size > pictures, why);
    };

    before(async () => {
      const args = ['--camera', 'pattern', '--microphone', 'tone', '--hardware-acceleration', acceleration];
      window = await openWindow({ args, width: 1280, height: 800 });
      x11 = await X11.open(window.display);
      shown = await x11.window();
      await window.run(COUNT);
    });

    after(async () => {
      x11?.close();
      await window?.close();
    });

    test('moves in its place, and follows the window', async () => {
      for (const [width, height] of [
        [1000, 640],
        [1180, 780],
        [1280, 800],
      ]) {
        await window.resize(width, height);
        await moves(3, `it moves at ${width}x${height}`);
        const { told } = await counted();
        const place = await (await window.find('preview-place')).getRect();
        const { width: across, height: down, within } = told.at(-1);
        assert.deepEqual([across, down], [Math.floor(place.width), Math.floor(place.height)], 'the program is told');
        assert.ok(within, 'nothing stands over it');
      }
    });

    test('is there while the edge of the window is dragged', async () => {
      const { x, y } = await window.driver.manage().window().getRect();
      const { left, top } = await window.run(
        `const { left, top } = document.querySelector('[data-testid="preview-place"]').getBoundingClientRect();
         return { left, top };`,
      );
      let blank = 0;
      for (let step = 0; step <= 60; step += 1) {
        // Wider and back, a few pixels a picture of the screen, and never standing still for long enough.
        x11.resize(shown, 1280 - 6 * Math.min(step, 60 - step), 800);
        await new Promise((done) => setTimeout(done, 16));
        if (look(window.folder, { x: x + left + 100, y: y + top + 100, width: 1, height: 1 }).count(GROUND)) blank += 1;
      }
      assert.equal(blank, 0, 'of 61 looks at its place so many saw nothing in it');
      await window.resize(1280, 800);
    });

    test('a page that stands over it is seen, and the picture goes on behind it', async () => {
      await opened();
      const covered = async () => (await counted()).told.at(-1).within === null;
      await window.until(covered, 'the program is told');
      const before = (await counted()).given;
      await window.until(async () => (await counted()).given > before + 2, 'the page is given it');
      // The sheet ends at the window's edge, and the list behind it is narrower: the rest of the sheet stands over the picture.
      await window.until(async () => {
        const { width, pixels } = await window.seen('settings-sheet');
        return (pixels.readUInt32LE(4 * (10 * width + 10)) & 0xffffff) === SURFACE;
      }, 'the sheet has its own ground, not the picture');
      await closed();
      await window.until(async () => !(await covered()), 'it is free again');
      await moves(3, 'it moves again');
      const after = (await counted()).given;
      await moves(5, 'and');
      assert.equal((await counted()).given, after, 'the page is given nothing');
    });

    test('nobody is shown anything while the window is minimised', async () => {
      await window.click('go-live');
      await window.find('end');
      // Behind something that stands over the picture it is the page that is given it.
      await opened();
      const { given: atFirst } = await counted();
      await window.until(async () => (await counted()).given > atFirst + 2, 'the page is given it');
      await minimised(true);
      const nowhere = async () => (await counted()).told.at(-1).width === 0;
      await window.until(nowhere, 'the program is told that nobody looks');
      await seconds(1); // One was on its way.
      const { given } = await counted();
      await seconds(2); // Ten pictures would have come.
      assert.equal((await counted()).given, given);
      await minimised(false);
      await window.until(async () => (await counted()).given > given + 2, 'the page is given it again');
      await closed();
      await moves(3, 'the picture goes on');
    });

    test('a camera that is off shows a card that stands still', async () => {
      await window.choose('camera', 'off');
      const says = 'Viewers see this still card';
      await window.until(async () => (await window.run('return document.body.innerText')).includes(says), 'it is off');
      // Between two looks several pictures of the pattern would have come.
      let card;
      await window.until(async () => {
        const before = await window.seen('preview-place');
        await seconds(1);
        card = await window.seen('preview-place');
        return card.sum === before.sum;
      }, 'it stands still');
      const colours = new Set();
      for (let at = 0; at + 4 <= card.pixels.length; at += 4) colours.add(card.pixels.readUInt32LE(at));
      assert.ok(colours.size > 16, `there is writing on it: ${colours.size} colours`);
    });
  });
}
