// The panel speaks German where the system does, or one says so, with what the program tells it; all of it has room, mirrored and at 200 %
// as well.

import assert from 'node:assert/strict';
import { Key } from 'selenium-webdriver';
import { needs } from '../support/needs.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const { after, before, describe, test } = needs(missing());
const SOURCES = ['--camera', 'pattern', '--microphone', 'tone'];

describe('German', () => {
  let window;
  before(async () => {
    const environment = { LANG: 'de_DE.UTF-8', LC_ALL: '', LANGUAGE: 'de' };
    window = await openWindow({ args: SOURCES, settings: 'language = "de"\n', environment, width: 1280, height: 800 });
  });
  after(() => window?.close());

  const spoken = () => window.run('return document.documentElement.lang');

  test('the panel speaks it, and all of it has room at every size', async () => {
    await window.until(async () => (await spoken()) === 'de', 'it speaks German');
    assert.equal(await window.text('go-live'), 'Live gehen');
    for (const [width, height] of [
      [1280, 800],
      [420, 780],
      [832, 560],
    ]) {
      await window.resize(width, height);
      assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
      await window.screenshot(`panel-de-${width}`);
    }
    await window.resize(1280, 800);
    await window.click('settings');
    await window.find('settings-sheet');
    await window.screenshot('panel-de-settings');
    await window.click('cancel');
  });

  test('mirrored, as it is for who writes from right to left, and at 200 % all of it is there, light and dark', async () => {
    const mirrored = (direction) => window.run('document.documentElement.dir = arguments[0]', direction);
    const middle = (selector) =>
      window.run(
        `const { left, width } = document.querySelector(arguments[0]).getBoundingClientRect();
         return (left + width / 2) / innerWidth;`,
        selector,
      );
    await mirrored('rtl');
    for (const theme of ['light', 'dark']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', theme);
      for (const [width, height] of [
        [1280, 800],
        [420, 780],
      ]) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `mirrored, ${width}x${height}`);
        await window.screenshot(`panel-rtl-${theme}-${width}`);
      }
    }
    await window.resize(1280, 800);
    assert.ok((await middle('aside')) < 0.5, 'the viewers are on the left');
    await window.click('settings');
    await window.find('settings-sheet');
    assert.ok((await middle('[data-testid="settings-sheet"]')) < 0.5, 'the settings come from the left');
    await window.click('cancel');
    await mirrored('ltr');

    const wide = await window.run('return innerWidth');
    for (let steps = 0; steps < 6 && (await window.run('return innerWidth')) > wide / 1.9; steps += 1) {
      const before = await window.run('return innerWidth');
      await window.driver.actions().keyDown(Key.CONTROL).sendKeys('+').keyUp(Key.CONTROL).perform();
      await window.until(async () => (await window.run('return innerWidth')) < before, 'a step larger');
    }
    assert.ok((await window.run('return innerWidth')) <= wide / 1.9, 'twice as large');
    assert.deepEqual(await window.run(HIDDEN), [], '200 %');
    await window.screenshot('panel-de-200');
    await window.driver.actions().keyDown(Key.CONTROL).sendKeys('0').keyUp(Key.CONTROL).perform();
    await window.until(async () => (await window.run('return innerWidth')) === wide, 'as it was');
  });

  test('what the program says is German, too: who can open the link, what a device does, why something is refused', async () => {
    assert.equal(await window.text('reach'), 'Nur dieser Computer.');
    assert.match(await window.text('cannot'), /^Andere Computer und Telefone können es nicht/);
    await window.run(
      `const camera = document.querySelector('[data-testid="camera"]');
       camera.append(new Option('x', 'camera:Nobody has this'));
       camera.value = 'camera:Nobody has this';
       camera.dispatchEvent(new Event('change', { bubbles: true }));`,
    );
    await window.find('camera-trouble');
    assert.match(await window.text('camera-trouble'), /Die Kamera „Nobody has this“ wurde nicht gefunden\./);
    await window.screenshot('panel-de-trouble');
    await window.choose('camera', 'pattern');
    await window.until(async () => !(await window.isThere('camera-trouble')), 'it shows the pattern again');
    await window.click('door');
    const makes = async () => (await window.find('guest-name')).sendKeys('Anna', Key.ENTER);
    await makes();
    await window.find('guest-revoke');
    await window.until(
      async () => (await (await window.find('guest-name')).getAttribute('value')) === '',
      'it is made',
    );
    await makes();
    const refused = () => window.run(`return document.getElementById('guest-wrong')?.textContent ?? ''`);
    await window.until(async () => /^Es gibt schon einen Link mit diesem Namen/.test(await refused()), 'it is refused');
    await (await window.find('door')).sendKeys(Key.ESCAPE);
    await window.click('settings');
    const bitrate = await window.find('bitrate_kbps');
    await bitrate.clear();
    await bitrate.sendKeys('5');
    await window.click('save');
    await window.find('wrong');
    assert.match(await window.text('wrong'), /^Eine Bitrate von 5 kbit\/s lässt sich nicht senden: 200 bis/);
    await window.click('cancel');
  });

  test('another language is chosen in the settings, and is spoken at once', async () => {
    const choose = async (language, tag) => {
      await window.click('settings');
      await window.choose('language', language);
      await window.click('save');
      await window.until(async () => (await spoken()) === tag, `${language}: it speaks ${tag}`);
      await window.until(async () => (await window.focused()) === 'settings', 'the focus is where it was');
    };
    await choose('en', 'en');
    await window.until(async () => (await window.text('go-live')) === 'Go live', 'all of it');
    // The web view takes the locale only where the machine has it; it is what "auto" means for the panel.
    const system = await window.run("return navigator.language.startsWith('de') ? 'de' : 'en'");
    if (system === 'en') await choose('de', 'de');
    await choose('auto', system);
  });
});
