// The window at every size: what can be used is seen, cards are no larger than what is on them, notices cover no count, and everything
// can be made larger.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { camera, noCamera } from '../support/devices.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const SOURCES = ['--camera', 'pattern', '--microphone', 'tone'];
const skip = missing() ?? false;
/** The colour of the window where nothing is. */
const GROUND = 0x0e1216;

describe('sizes', { skip, timeout: 120_000 }, () => {
  let window;

  before(async () => (window = await openWindow({ args: SOURCES, width: 1920, height: 1080 })));
  after(() => window?.close());

  // Growing and shrinking, because what a size leaves behind is seen at the next.
  test('no control is hidden, however the window has come to its size', async () => {
    for (const [width, height] of [
      [420, 720],
      [1280, 800],
      [420, 720],
      [1920, 1080],
      [833, 560],
      [832, 560],
      [1280, 560],
      [420, 1000],
      [1280, 800],
    ]) {
      await window.resize(width, height);
      assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
      // By the page's own measure: WebDriver has none of what is scrolled away.
      const picture = await window.run(
        `return document.querySelector('[data-testid="preview-place"]').getBoundingClientRect().height`,
      );
      assert.ok(picture >= 100, `there is room for the picture at ${width}x${height}: ${picture}`);
    }
  });

  for (const [button, card] of [
    ['qr-button', '#qr'],
    ['new-link', '#new-link'],
  ]) {
    test(`the card behind ${button} is as high as what is on it`, async () => {
      for (const [width, height] of [
        [420, 720],
        [1280, 800],
        [1920, 1080],
      ]) {
        await window.resize(width, height);
        await window.click(button);
        if (card === '#qr') {
          const drawn = `return document.querySelector('[data-testid="qr"]')?.naturalWidth > 0`;
          await window.until(() => window.run(drawn), 'the code is drawn');
        }
        const [free, top, bottom] = await window.run(
          `const card = document.querySelector(arguments[0]);
           const { top, bottom } = card.getBoundingClientRect();
           const parts = [...card.children].map((part) => part.getBoundingClientRect());
           const gaps = parts.slice(1).map((part, at) => part.top - parts[at].bottom);
           return [Math.max(...gaps, parts[0].top - top, bottom - parts.at(-1).bottom), top, innerHeight - bottom];`,
          card,
        );
        assert.ok(free <= 24, `${free} px of nothing on it at ${width}x${height}`);
        assert.ok(top > 0 && bottom > 0, 'all of it is seen');
        await window.screenshot(`panel-${button}-${width}`);
        await (await window.find(button)).sendKeys(Key.ESCAPE);
        const closed = `return !document.querySelector(arguments[0]).matches(':popover-open')`;
        await window.until(() => window.run(closed, card), 'Escape closes it');
      }
    });
  }

  test('End is not the widest thing, nor where Go live was', async () => {
    for (const [width, height] of [
      [420, 720],
      [1280, 800],
    ]) {
      await window.resize(width, height);
      const before = await (await window.find('go-live')).getRect();
      await window.click('go-live');
      const end = await (await window.find('end')).getRect();
      assert.ok(end.width < before.width, 'it is smaller than Go live');
      assert.ok(end.x >= before.x + before.width, 'and beside where that was');
      await window.screenshot(`panel-live-${width}`);
      await window.click('end');
      await window.until(
        async () => /nobody was watching/.test(await window.text('ended')),
        'nobody watches: nobody is asked',
      );
    }
  });

  test('the picture has no bars, and the fields are no longer than what is in them', async () => {
    for (const [width, height] of [
      [420, 720],
      [1280, 800],
      [1920, 1080],
    ]) {
      await window.resize(width, height);
      await window.run(`document.querySelector('[data-testid="preview-place"]').scrollIntoView()`);
      await window.until(async () => {
        const { width: across, height: down, pixels } = await window.seen('preview-place');
        // Even numbers leave a pixel or two.
        const [right, bottom] = [across - 4, down - 4];
        const corners = [3 * across + 3, 3 * across + right, bottom * across + 3, bottom * across + right];
        return corners.every((at) => (pixels.readUInt32LE(4 * at) & 0xffffff) !== GROUND);
      }, `the picture fills its place at ${width}x${height}`);
      for (const id of ['camera', 'microphone', 'watch-link']) {
        const field = await (await window.find(id)).getRect();
        assert.ok(field.width <= 640, `${id} is ${field.width} px wide at ${width}x${height}`);
      }
    }
  });

  test('what can be pressed looks like it', async () => {
    await window.run(`document.querySelector('[data-testid="relays"]').open = true`);
    await (await window.find('relay-url')).sendKeys('whip+http://127.0.0.1:9/whip/me');
    await window.click('add-relay');
    await window.find('stop-relay');
    for (const theme of ['light', 'dark']) {
      // By its border, or by a ground that is not the one it stands on.
      const plain = await window.run(
        `document.documentElement.dataset.theme = arguments[0];
         const clear = (colour) => /^(transparent|rgba\\(.*, 0\\))$/.test(colour);
         const light = (colour) => {
           const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => (part / 255) ** 2.2);
           return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
         };
         const ground = (element) => {
           const { backgroundColor } = getComputedStyle(element);
           return clear(backgroundColor) && element.parentElement ? ground(element.parentElement) : backgroundColor;
         };
         const buttons = [...document.querySelectorAll('button')].filter((button) => button.offsetParent !== null);
         for (const button of buttons) button.style.transition = 'none';
         return buttons
           .filter((button) => clear(getComputedStyle(button).borderTopColor))
           .filter((button) => {
             const [own, below] = [ground(button), ground(button.parentElement)].map(light);
             return Math.max(own, below) / Math.min(own, below) < 1.08;
           })
           .map((button) => button.textContent.trim());`,
        theme,
      );
      assert.deepEqual(plain, [], theme);
    }
    await window.click('stop-relay');
  });

  test('the settings can be saved at every size, without scrolling', async () => {
    for (const [width, height] of [
      [420, 720],
      [420, 560],
      [1280, 800],
      [1920, 1080],
    ]) {
      await window.resize(width, height);
      await window.click('settings');
      await window.find('settings-sheet');
      const seen = await window.run(`
        const { left, top, bottom, width, height } = document.querySelector('[data-testid="save"]').getBoundingClientRect();
        const on = document.elementFromPoint(left + width / 2, top + height / 2);
        return { top, bottom, height: innerHeight, on: on?.dataset.testid ?? null };`);
      assert.equal(seen.on, 'save', `it is on top at ${width}x${height}`);
      assert.ok(seen.top >= 0 && seen.bottom <= seen.height, JSON.stringify(seen));
      await window.screenshot(`panel-sheet-${width}x${height}`);
      await (await window.find('title')).sendKeys(Key.ESCAPE);
      await window.until(async () => !(await window.isThere('settings-sheet')), 'Escape closes the sheet');
    }
  });

  test('a notice covers no count', async () => {
    for (const [width, height] of [
      [420, 720],
      [833, 560],
      [1280, 800],
    ]) {
      await window.resize(width, height);
      // A device's name that cannot be is refused with a notice.
      await window.run(
        `const camera = document.querySelector('[data-testid="camera"]');
         const option = new Option('x', 'x'.repeat(2000));
         camera.append(option);
         camera.value = option.value;
         camera.dispatchEvent(new Event('change', { bubbles: true }));
         option.remove();`,
      );
      const notice = await (await window.find('toast')).getRect();
      const count = await (await window.find('count')).getRect();
      const apart =
        notice.x + notice.width <= count.x || notice.y + notice.height <= count.y || notice.y >= count.y + count.height;
      assert.ok(apart, `${JSON.stringify(notice)} covers ${JSON.stringify(count)} at ${width}x${height}`);
      await window.screenshot(`panel-notice-${width}`);
      // The next size has a notice of its own: this one would be replaced while it is looked at.
      await (await window.find('toast')).findElement(By.css('button:last-child')).click();
      await window.until(async () => !(await window.isThere('toast')), 'it is dismissed');
    }
  });
});

describe('what comes and goes', { skip: skip || (noCamera() ?? false), timeout: 120_000 }, () => {
  let window, eyes;

  before(async () => {
    eyes = camera({ kind: 'slow-pictures' });
    window = await openWindow({
      args: ['--camera', 'default', '--microphone', 'tone'],
      before: eyes.before,
      width: 1920,
    });
    await window.click('go-live');
    await window.find('end');
  });
  after(async () => {
    await window?.close();
    eyes?.remove();
  });

  test('moves no button of the broadcast', async () => {
    const own = await (await window.find('camera')).getAttribute('value');
    for (const [width, height] of [
      [420, 720],
      [833, 560],
      [1280, 720],
    ]) {
      await window.resize(width, height);
      await window.find('end');
      const places = {};
      const note = async (state) => (places[state] = await (await window.find('end')).getRect());
      await window.choose('camera', 'pattern');
      await window.until(
        async () => !(await window.text('stream-health')).endsWith('No picture'),
        'there is a picture',
      );
      await note('pattern');
      await window.choose('camera', own);
      await window.find('stream-detail');
      await note('few pictures');
      await window.screenshot(`panel-few-pictures-${width}`);
      eyes.set('unplugged');
      await window.find('camera-trouble');
      await note('no picture');
      await window.screenshot(`panel-no-picture-${width}`);
      eyes.set('ok');
      await window.choose('camera', 'off');
      await window.until(async () => !(await window.isThere('camera-trouble')), 'it is off');
      await note('off');
      for (const [state, place] of Object.entries(places))
        assert.deepEqual(place, places.pattern, `${state} at ${width}x${height}`);
    }
  });
});

describe('larger and smaller', { skip, timeout: 120_000 }, () => {
  let window;

  before(async () => (window = await openWindow({ args: SOURCES, width: 1280, height: 800 })));
  after(() => window?.close());

  const width = () => window.run('return innerWidth');
  const press = (key) => window.driver.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform();

  test('Ctrl and plus, minus, 0; and it is kept', async () => {
    const usual = await width();
    await press('+');
    await window.until(async () => Math.abs((await width()) - usual / 1.1) < 2, 'a step larger');
    await press('+');
    await window.until(async () => Math.abs((await width()) - usual / 1.25) < 2, 'and one more');
    await window.screenshot('panel-larger');
    await window.run('location.reload()');
    await window.find('go-live');
    await window.until(async () => Math.abs((await width()) - usual / 1.25) < 2, 'it is as it was');
    await press('-');
    await window.until(async () => Math.abs((await width()) - usual / 1.1) < 2, 'a step smaller');
    await press('0');
    await window.until(async () => (await width()) === usual, 'as usual');
  });

  test('a browser’s menu has no place here; where text is edited it has', async () => {
    // Ours comes last; it keeps the menu from being opened over the next steps.
    await window.run(
      `addEventListener('contextmenu', (event) => {
         window.suppressed = event.defaultPrevented;
         event.preventDefault();
       });`,
    );
    const suppressed = async (id) => {
      await window.run('delete window.suppressed');
      await window.driver
        .actions()
        .contextClick(await window.find(id))
        .perform();
      await window.until(
        async () => (await window.run('return window.suppressed ?? null')) !== null,
        'it was asked for',
      );
      return window.run('return window.suppressed');
    };
    assert.equal(await suppressed('count'), true);
    assert.equal(await suppressed('go-live'), true);
    await window.click('settings');
    assert.equal(await suppressed('title'), false);
  });
});

test('the system’s size of text is the window’s', { skip, timeout: 120_000 }, async () => {
  const size = async (environment) => {
    const window = await openWindow({ args: SOURCES, width: 1280, height: 800, environment });
    try {
      await window.screenshot(`panel-text-${environment.GDK_DPI_SCALE ?? 1}`);
      const [link, height] = await window.run(
        `return [document.querySelector('[data-testid="watch-link"]').getBoundingClientRect().bottom, innerHeight]`,
      );
      assert.ok(link <= height, `the link is seen without scrolling: ${link} of ${height}`);
      return await window.run('return outerWidth / innerWidth');
    } finally {
      await window.close();
    }
  };
  const usual = await size({});
  assert.ok(Math.abs((await size({ GDK_DPI_SCALE: '1.5' })) / usual - 1.5) < 0.02, 'half as large again');
});
