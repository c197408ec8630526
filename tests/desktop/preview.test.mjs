// What the window paints: pictures of what is sent in the size in which they are shown, no more than the eye wants, and nothing while
// nobody looks.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { X11 } from '../support/x11.mjs';
import { missing, openWindow } from './support/window.mjs';

/** Counted in the page from here on: what it asks for, and what it paints. */
const COUNT = `
  window.counted = { asked: [], painted: 0 };
  const { fetch } = window;
  window.fetch = (url, ...rest) => {
    if (String(url).includes('/picture?')) counted.asked.push(String(url));
    return fetch(url, ...rest);
  };
  const { putImageData } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
    counted.painted += 1;
    return putImageData.apply(this, rest);
  };`;

/** The canvas, and the place in which it stands. */
const SIZES = `
  const canvas = document.querySelector('[data-testid="preview"]');
  const [shown, place] = [canvas.getBoundingClientRect(), canvas.parentElement.getBoundingClientRect()];
  return { own: [canvas.width, canvas.height], shown: [shown.width, shown.height], place: [place.width, place.height] };`;

describe('the preview', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window, x11, shown;

  const counted = () => window.run('return counted');
  const minimised = async (wanted) => {
    if (wanted) x11.minimise(shown);
    else x11.restore(shown);
    await window.until(() => window.run(`return document.hidden === ${wanted}`), `the page is hidden: ${wanted}`);
  };

  before(async () => {
    window = await openWindow({ args: ['--camera', 'pattern', '--microphone', 'tone'], width: 1280, height: 800 });
    x11 = await X11.open(window.display);
    shown = await x11.window();
    await window.run(COUNT);
  });

  after(async () => {
    x11?.close();
    await window?.close();
  });

  test('is made in the size in which it is shown, and follows the window', async () => {
    for (const [width, height] of [
      [1280, 800],
      [1000, 640],
      [1180, 780],
    ]) {
      await window.driver.manage().window().setRect({ x: 0, y: 0, width, height });
      await window.until(async () => {
        const { own, shown, place } = await window.run(SIZES);
        const fits = own.every((size, side) => size <= place[side]);
        const fills = own.some((size, side) => place[side] - size < 2);
        return fits && fills && own.every((size, side) => Math.abs(size - shown[side]) < 0.01);
      }, `a pixel of the picture is a pixel of the screen at ${width}x${height}`);
      const [picture, last] = [await window.run(SIZES), (await counted()).asked.at(-1)];
      const asked = new URL(last).searchParams;
      assert.deepEqual(
        [Number(asked.get('width')), Number(asked.get('height'))],
        picture.place.map(Math.floor),
        'the program is told the place',
      );
    }
  });

  test('is painted once for each picture that is given, and each looks different', async () => {
    const from = await counted();
    await window.until(async () => (await counted()).painted >= from.painted + 30, 'pictures come');
    const asked = (await counted()).asked.slice(from.asked.length);
    const after = asked.map((url) => Number(new URL(url).searchParams.get('after')));
    // A picture that was given is the one that the next request says it has.
    assert.ok(new Set(after).size >= 29, `each request comes after another picture: ${after}`);
  });

  test('nothing is asked for or painted while the window is minimised', async () => {
    await window.click('go-live');
    await window.find('end');
    await minimised(true);
    const before = await counted();
    const clock = await window.text('elapsed');
    // Thirty pictures would have come.
    await window.driver.executeAsyncScript('setTimeout(arguments[0], 2000)');
    const during = await counted();
    assert.equal(during.asked.length, before.asked.length, 'asked for');
    assert.equal(during.painted, before.painted, 'painted');
    await minimised(false);
    await window.until(async () => (await counted()).painted > during.painted, 'the picture goes on');
    await window.until(async () => (await window.text('elapsed')) > clock, 'and so does the clock');
  });

  test('a camera that is off shows a card that is painted once', async () => {
    await window.choose('camera', 'off');
    const says = 'The camera is off';
    await window.until(async () => (await window.run('return document.body.innerText')).includes(says), 'it is off');
    const numbers = async () => (await counted()).asked.slice(-20).map((url) => new URL(url).searchParams.get('after'));
    await window.until(async () => new Set(await numbers()).size === 1, 'twenty requests for what is new');
    const before = await counted();
    await window.until(async () => (await counted()).asked.length > before.asked.length + 20, 'twenty more');
    assert.equal((await counted()).painted, before.painted, 'there was nothing new');
  });
});
