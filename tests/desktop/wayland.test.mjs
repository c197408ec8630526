// A screen of Wayland, in the window: the panel says that the desktop asks which one it is, and has it ask again. The desktop is one that
// nobody sees, with a compositor, a portal and PipeWire of its own; the window stands on a display of X11's beside it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { By } from 'selenium-webdriver';
import { HIDDEN } from './support/controls.mjs';
import { noWayland, waylandDesktop } from './support/wayland.mjs';
import { missing, openWindow } from './support/window.mjs';

const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('a screen of Wayland', { skip: missing() ?? noWayland() ?? false, timeout: 180_000 }, () => {
  let desktop;
  let window;

  /** In each scheme and size: nothing is cut off. */
  async function looks(name, id) {
    for (const scheme of ['dark', 'light']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', scheme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `${name} at ${width}x${height}`);
        await window.run(`document.querySelector('[data-testid="${id}"]').scrollIntoView({ block: 'center' })`);
        await window.screenshot(`panel-wayland-${name}-${scheme}-${width}`);
      }
    }
  }

  /** The screen is chosen, and something moves on it: the portal of wlroots sends nothing of what stands still. */
  async function shown() {
    await desktop.choose();
    const colours = ['#882255', '#228844'];
    await window.until(async () => {
      await desktop.draw(colours.reverse()[0]);
      return window.isThere('screen-another');
    }, 'it is shown');
  }

  const gone = (id) => window.until(async () => !(await window.isThere(id)), `${id} is gone`);

  before(async () => {
    desktop = await waylandDesktop();
    const args = ['--camera', 'pattern', '--microphone', 'tone'];
    window = await openWindow({ args, environment: desktop.environment, width: 1280, height: 800 });
  });
  after(async () => {
    await window?.close();
    await desktop?.close();
  });

  test('the picker has one screen for all, and nobody is asked before it is chosen', async () => {
    await window.run(`document.querySelector('[data-testid="camera"]').focus()`);
    const screens = async () => {
      const options = await (await window.find('camera')).findElements(By.css('option[value^="screen"]'));
      return Promise.all(options.map((option) => option.getText()));
    };
    await window.until(async () => (await screens()).length > 0, 'a screen is listed');
    assert.deepEqual(await screens(), ['Screen or window…']);
    assert.equal(await desktop.times(), 0);
  });

  test('while the desktop asks the panel says so, and nothing is a failure', async () => {
    await window.choose('camera', 'screen:1');
    await desktop.asked(1);
    await window.find('screen-asking');
    assert.equal(await window.isThere('screen-trouble'), false);
    await looks('asking', 'screen-asking');
  });

  test('who closes that window is told what now, and a button has the desktop ask again', async () => {
    await desktop.decline();
    await window.find('screen-trouble');
    await gone('screen-asking');
    assert.match(await window.text('screen-trouble'), /No screen or window was chosen/);
    await looks('declined', 'screen-trouble');
    assert.equal(await desktop.times(), 1, 'nobody is asked by itself');
    await window.click('screen-ask');
    await desktop.asked(2);
    await gone('screen-trouble');
    await shown();
    await looks('shown', 'screen-another');
  });

  test('another screen is a click away, and one that is not shared any more is said', async () => {
    await window.click('screen-another');
    await desktop.asked(3);
    await window.find('screen-asking');
    await shown();
    assert.match(readFileSync(window.settingsFile, 'utf8'), /source = "screen:1"/);
    await desktop.stopSharing();
    await window.find('screen-trouble');
    assert.match(await window.text('screen-trouble'), /not shared any more/);
    await looks('lost', 'screen-trouble');
  });
});
