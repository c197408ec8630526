// What the picture comes from, in the window: the picker, and a screen and a camera together, by pointer and by keys. The screen that is
// shown is the one that the window stands on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { By, Key } from 'selenium-webdriver';
import { RETURN, X11 } from '../support/x11.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const ICON = fileURLToPath(new URL('../../icons/128x128.png', import.meta.url));
const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('sources', { skip: missing() ?? false, timeout: 180_000 }, () => {
  let window;

  const chosen = async (id) => (await window.find(id)).getAttribute('value');
  const kept = async (line, why) =>
    window.until(async () => readFileSync(window.settingsFile, 'utf8').includes(line), why);

  async function looks(name, id) {
    for (const scheme of ['dark', 'light']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', scheme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `${name} at ${width}x${height}`);
        await window.run(`document.querySelector('[data-testid="${id}"]').scrollIntoView({ block: 'end' })`);
        await window.screenshot(`panel-${name}-${scheme}-${width}`);
      }
    }
  }

  before(async () => {
    const args = ['--camera', 'pattern', '--microphone', 'tone'];
    window = await openWindow({ args, width: 1280, height: 800 });
  });
  after(() => window?.close());

  test('the screens and windows that are there stand in the picker', async () => {
    await window.run(`document.querySelector('[data-testid="camera"]').focus()`);
    await window.until(async () => {
      const options = await (await window.find('camera')).findElements(By.css('option'));
      const ids = await Promise.all(options.map((option) => option.getAttribute('value')));
      return ids.includes('screen:1') && ids.includes('image:') && ids.includes('off');
    }, 'the screen is listed');
    await window.choose('camera', 'screen:1');
    await window.until(async () => (await chosen('camera')) === 'screen:1', 'it is chosen');
    await kept('source = "screen:1"', 'it is written');
    await looks('screen', 'scene');
  });

  test('an image that cannot be shown is said, and the picker goes back to what is shown', async () => {
    await window.choose('camera', 'image:');
    const path = await window.find('image-path');
    await path.sendKeys('/nowhere/card.png', Key.ENTER);
    await window.until(async () => /cannot be read/.test(await window.text('toast')), 'it is said');
    await window.until(async () => (await chosen('camera')) === 'screen:1', 'the screen is still shown');
    await window.choose('camera', 'image:');
    await (await window.find('image-path')).sendKeys(Key.ESCAPE);
    await window.until(async () => !(await window.isThere('image-path')), 'Escape takes it back');
    assert.equal(await chosen('camera'), 'screen:1');
  });

  test('an image is chosen among files, or not after all', async () => {
    const x11 = await X11.open(window.display);
    const dialogue = () => x11.titled('Choose an image');
    const asked = async () => {
      await window.click('image-choose');
      await window.until(dialogue, 'the dialogue is there');
      return dialogue();
    };
    try {
      await window.choose('camera', 'image:');
      await x11.askToClose(await asked());
      await window.until(async () => (await dialogue()) === null, 'it is gone');
      assert.equal(await chosen('camera'), 'image:', 'it is still asked which');
      await (await window.find('image-path')).sendKeys(ICON);
      const shown = await asked();
      await window.screenshot('choose-image');
      // Until the folder that it begins in was read nothing is chosen there; and no second key goes to what is behind it.
      const gone = () => window.until(async () => (await dialogue()) === null, 'it is gone', 1000);
      await window.until(async () => {
        await x11.press(shown, RETURN);
        return gone().then(() => true);
      }, 'it is gone');
      await kept(`source = "image:${ICON}"`, 'it is written');
      await window.until(async () => (await chosen('camera')) === `image:${ICON}`, 'what was chosen is shown');
      assert.equal(await window.isThere('image-path'), false);
      await window.choose('camera', 'screen:1');
      await kept('source = "screen:1"', 'the screen again');
    } finally {
      x11.close();
    }
  });

  test('a camera stands over the screen, and a key swaps the two', async () => {
    await window.choose('scene', 'bottom-left');
    await kept('scene = "screen+camera:bottom-left"', 'it is written');
    await window.choose('scene-camera', 'pattern');
    await window.click('scene-round');
    await kept('scene = "screen+camera:bottom-left,round"', 'it is round');
    await (await window.find('scene-size')).sendKeys(Key.ARROW_RIGHT);
    await kept('scene = "screen+camera:bottom-left,size=0.26,round"', 'an arrow makes it larger');
    await window.run('document.activeElement.blur()');
    await (await window.driver.findElement(By.css('body'))).sendKeys('s');
    await kept('scene = "screen+camera:bottom-left,size=0.26,round,swapped"', 'S swaps them');
    await window.click('swap-scene');
    await kept('scene = "screen+camera:bottom-left,size=0.26,round"', 'and the button swaps them back');
    await looks('scene', 'swap-scene');
  });

  test('each side of the camera is cut off by itself', async () => {
    await window.click('scene-sides');
    await (await window.find('scene-crop-left')).sendKeys(Key.ARROW_RIGHT, Key.ARROW_RIGHT);
    await (await window.find('scene-crop-bottom')).sendKeys(Key.ARROW_RIGHT);
    await kept('crop=0.02/0/0/0.01', 'two sides, each as it was asked for');
    await looks('scene-sides', 'scene-crop-left');
    await (await window.find('scene-crop')).sendKeys(Key.HOME);
    await window.until(async () => !readFileSync(window.settingsFile, 'utf8').includes('crop='), 'nothing is cut off');
    await window.click('scene-sides');
    assert.equal(await window.isThere('scene-crop-left'), false);
  });

  test('it is made larger by its corner in the picture, and by the arrows there', async () => {
    const size = () => Number(/size=([0-9.]+)/.exec(readFileSync(window.settingsFile, 'utf8'))?.[1]);
    const handle = await window.find('scene-handle');
    const corner = async () => (await (await window.find('scene-handle')).getRect()).x;
    const before = await corner();
    await handle.sendKeys(Key.ARROW_LEFT, Key.ARROW_LEFT);
    await window.until(async () => size() === 0.24, 'two arrows make it smaller');
    await window.until(async () => (await corner()) < before, 'and its corner follows');
    const drag = window.driver.actions().move({ origin: handle }).press();
    await drag.move({ origin: handle, x: 30, y: -20 }).move({ origin: handle, x: 60, y: -40 }).release().perform();
    await window.until(async () => size() > 0.3, 'it is dragged larger');
    await window.until(async () => (await corner()) > before, 'and its corner follows');
    await window.screenshot('panel-scene-handle');
  });

  test('and it is left again', async () => {
    await window.choose('scene', 'off');
    await kept('scene = "off"', 'it is one picture again');
    assert.equal(await window.isThere('scene-size'), false);
    assert.equal(await chosen('camera'), 'screen:1', 'the screen is shown alone');
  });
});
