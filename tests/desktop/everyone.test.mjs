// For everyone: axe finds nothing in any state of the panel, in either theme; and a whole evening is done by keyboard alone.

import assert from 'node:assert/strict';
import { Key } from 'selenium-webdriver';
import { axeSource, FINDINGS } from '../browser/support/axe.mjs';
import { missing as missingChromium, openChromium } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { X11 } from '../support/x11.mjs';
import { missing, openWindow } from './support/window.mjs';

const { after, before, describe, test } = needs(missing() ?? missingChromium());
const SOURCES = ['--camera', 'pattern', '--microphone', 'tone'];

/** What axe finds in the window as it is, in both themes. */
async function findings(window) {
  if (!(await window.run(`return 'axe' in window`))) await window.run(axeSource);
  const found = [];
  for (const theme of ['light', 'dark']) {
    await window.run(
      `document.documentElement.dataset.theme = arguments[0];
       for (const one of document.getAnimations()) if (Number.isFinite(one.effect?.getComputedTiming().endTime)) one.finish();`,
      theme,
    );
    const said = await window.driver.executeAsyncScript(
      `${FINDINGS}.then(arguments[0], (error) => arguments[0]([String(error)]))`,
    );
    found.push(...said.map((one) => `${theme}: ${one}`));
  }
  return found;
}

const openAll = (window) => window.run(`for (const one of document.querySelectorAll('details')) one.open = true`);

describe('axe finds nothing', () => {
  let window, browser;
  before(async () => {
    window = await openWindow({ args: SOURCES, width: 1280, height: 800 });
    await window.driver.manage().setTimeouts({ script: 60_000 });
    browser = await openChromium();
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  test('before anything is live, and with all that can be opened', async () => {
    assert.deepEqual(await findings(window), [], 'ready');
    await openAll(window);
    assert.deepEqual(await findings(window), [], 'with what is folded away');
    for (const button of ['door', 'qr-button', 'new-link']) {
      await window.click(button);
      assert.deepEqual(await findings(window), [], button);
      await (await window.find(button)).sendKeys(Key.ESCAPE);
    }
    await window.click('settings');
    await window.find('settings-sheet');
    assert.deepEqual(await findings(window), [], 'settings');
    await window.click('cancel');
  });

  test('with a camera over a screen, what is folded into a strip, and a server that takes nothing', async () => {
    await window.run(`document.querySelector('[data-testid="camera"]').focus()`);
    await window.until(
      () => window.run(`return document.querySelector('[data-testid="camera"] option[value="screen:1"]') !== null`),
      'the screen is listed',
    );
    await window.choose('camera', 'screen:1');
    await window.choose('scene', 'bottom-left');
    await window.choose('scene-camera', 'pattern');
    await window.click('scene-sides');
    await window.find('scene-crop-left');
    await openAll(window);
    await window.click('strip-more');
    await window.find('channels');
    await (await window.find('relay-url')).sendKeys('whip+http://127.0.0.1:9/whip/me');
    await window.click('add-relay');
    await window.find('stop-relay');
    assert.deepEqual(await findings(window), [], 'a scene, a strip, a relay');
    await window.click('stop-relay');
    await window.choose('scene', 'off');
    await window.until(async () => !(await window.isThere('scene-camera')), 'cameras are where the screen was chosen');
    await window.choose('camera', 'pattern');
    await window.until(async () => !(await window.isThere('scene')), 'the pattern is shown again');
  });

  test('while live: with nobody, with viewers and what they say, who knocks, who was removed', async () => {
    await window.click('go-live');
    await window.find('end');
    assert.deepEqual(await findings(window), [], 'live with nobody');
    const link = await window.text('watch-link');
    const tab = await browser.open(link);
    await tab.is('playing');
    await window.find('viewer-row');
    await tab.page.keyboard.press('c');
    await tab.page.getByLabel('Your name').fill('Anna');
    await tab.page.keyboard.press('Enter');
    // The one field takes the other's place.
    await tab.page.getByLabel('Write something').fill('Good evening: https://example.org');
    await tab.page.keyboard.press('Enter');
    await window.find('chat-line');
    await window.click('more');
    await openAll(window);
    assert.deepEqual(await findings(window), [], 'live with a viewer who writes');
    await window.click('door');
    await window.click('waiting-room');
    await (await window.find('door')).sendKeys(Key.ESCAPE);
    const second = await browser.open(link);
    await second.is('knocking');
    await window.find('admit');
    await (await window.find('reason')).sendKeys(Key.ESCAPE);
    await window.click('kick');
    await window.find('undo');
    assert.deepEqual(await findings(window), [], 'somebody knocks, and somebody was removed');
    await window.click('admit');
    await second.is('playing');
    const x11 = await X11.open(window.display);
    await x11.askToClose(await x11.window());
    await window.find('close-dialog');
    x11.close();
    assert.deepEqual(await findings(window), [], 'whether to close');
    assert.equal(await window.focused(), 'BUTTON', 'what does no harm has the focus');
    await (await window.find('end-and-close')).sendKeys(Key.ESCAPE);
    await window.until(async () => !(await window.isThere('close-dialog')), 'Escape stays live');
    await window.click('end');
    await window.find('end-now');
    assert.deepEqual(await findings(window), [], 'whether to end');
    await window.click('end-now');
    await window.find('ended');
    assert.deepEqual(await findings(window), [], 'ended');
  });
});

describe('axe finds nothing where it cannot start', () => {
  test('and says what can be done', async () => {
    const window = await openWindow({ args: SOURCES, settings: 'fps = "fast"\n', shows: 'failure' });
    try {
      await window.driver.manage().setTimeouts({ script: 60_000 });
      assert.deepEqual(await findings(window), []);
    } finally {
      await window.close();
    }
  });
});

describe('an evening by keyboard alone', () => {
  let window, browser, tab;
  before(async () => {
    window = await openWindow({ args: SOURCES, width: 1280, height: 800 });
    browser = await openChromium();
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  const press = (...keys) =>
    window.driver
      .actions()
      .sendKeys(...keys)
      .perform();
  const says = (id, words) => window.until(async () => words.test(await window.text(id)), `${id}: ${words}`);
  const pressed = async (id) => (await (await window.find(id)).getAttribute('aria-pressed')) === 'true';

  /** By Tab, or back by Shift and Tab, as far as it takes: what cannot be reached fails. */
  async function go(id, back = false) {
    for (let steps = 0; steps < 120; steps += 1) {
      if ((await window.focused()) === id) return;
      if (back) await window.driver.actions().keyDown(Key.SHIFT).sendKeys(Key.TAB).keyUp(Key.SHIFT).perform();
      else await press(Key.TAB);
    }
    assert.fail(`the keyboard does not get to ${id}`);
  }

  async function goAndPress(id, back = false) {
    await go(id, back);
    await press(Key.ENTER);
  }

  test('go live, share the link, and be seen', async () => {
    await goAndPress('go-live');
    await window.find('end');
    await goAndPress('copy-link');
    await says('copy-link', /Copied/);
    tab = await browser.open(await window.text('watch-link'));
    await tab.is('playing');
    await window.find('viewer-row');
  });

  test('microphone, camera, a break', async () => {
    for (const [key, control] of [
      ['m', 'mute_microphone'],
      ['c', 'camera_off'],
      ['b', 'be_right_back'],
    ]) {
      await press(key);
      await window.until(() => pressed(control), `${control} is on`);
      await press(key);
      await window.until(async () => !(await pressed(control)), `${control} is off`);
      await go(control);
      await press(Key.SPACE);
      await window.until(() => pressed(control), `${control} is on by its button`);
      await press(Key.SPACE);
      await window.until(async () => !(await pressed(control)), `${control} is off by its button`);
    }
  });

  test('say something, pin it, take it down', async () => {
    await go('chat-write');
    await press('Good evening', Key.ENTER);
    await says('chat-line', /Good evening/);
    await press('/pin', Key.ENTER);
    await window.find('chat-pinned');
    await press('/unpin', Key.ENTER);
    await window.until(async () => !(await window.isThere('chat-pinned')), 'it is not pinned any more');
  });

  test('record, and mark a moment', async () => {
    await goAndPress('record', true);
    await says('recording', /Recording \d/);
    await press('k');
    await goAndPress('mark');
    await goAndPress('record', true);
    await says('recording', /Recorded/);
  });

  test('remove a viewer, and undo it', async () => {
    await goAndPress('kick');
    await tab.is('removed');
    await goAndPress('undo');
    await tab.is('playing');
    await window.find('viewer-row');
  });

  test('lock, ask for a passcode, have people wait and let them in', async () => {
    await goAndPress('lock');
    await says('lock', /Locked/);
    await goAndPress('lock');
    await says('lock', /^Lock$/);

    await goAndPress('door');
    await go('passcode');
    await press('owl in the barn', Key.ENTER);
    await says('passcode-state', /Tell your guests/);
    await goAndPress('passcode-remove');
    await go('waiting-room');
    await press(Key.SPACE);
    await press(Key.ESCAPE);
    assert.equal(await window.focused(), 'door', 'Escape leads back');
    const second = await browser.open(await window.text('watch-link'));
    await second.is('knocking');
    await window.find('admit');
    await goAndPress('admit');
    await second.is('playing');
  });

  test('a link for one guest is made, and revoked', async () => {
    await goAndPress('door', true);
    await go('guest-name');
    await press('Anna', Key.ENTER);
    await goAndPress('guest-revoke');
    await window.until(async () => !(await window.isThere('guest-revoke')), 'it is revoked');
    await press(Key.ESCAPE);
    assert.equal(await window.focused(), 'door', 'Escape leads back');
  });

  test('a hand goes up, and is taken down', async () => {
    const asks = (what) => tab.page.waitForFunction((name) => document.activeElement.ariaLabel === name, what);
    await tab.page.keyboard.press('c');
    await asks('Your name');
    await tab.page.keyboard.type('Berta');
    await tab.page.keyboard.press('Enter');
    await asks('Write something');
    await tab.page.locator('.chat .hand').focus();
    await tab.page.keyboard.press('Enter');
    await window.find('hand');
    await goAndPress('hand');
    await window.until(async () => !(await window.isThere('hand')), 'it is down');
    await tab.page.waitForFunction(() => document.querySelector('.chat .hand').ariaPressed === 'false');
  });

  test('who is muted is heard while a key is held', async () => {
    await window.run('document.activeElement.blur()');
    await press('m');
    await window.until(() => pressed('mute_microphone'), 'it is muted');
    await window.driver.actions().keyDown('t').perform();
    await window.until(async () => !(await pressed('mute_microphone')), 'it is heard');
    await window.driver.actions().keyUp('t').perform();
    await window.until(() => pressed('mute_microphone'), 'it is muted again');
    await press('m');
    await window.until(async () => !(await pressed('mute_microphone')), 'it is on');
  });

  test('settings are opened, left by Escape, and the focus is where it was', async () => {
    await goAndPress('settings');
    await window.find('settings-sheet');
    await press(Key.ESCAPE);
    await window.until(async () => !(await window.isThere('settings-sheet')), 'it is closed');
    assert.equal(await window.focused(), 'settings');
  });

  test('end, and mean it', async () => {
    await goAndPress('end', true);
    await window.find('end-now');
    await goAndPress('end-now');
    await window.find('ended');
    await tab.is('ended');
  });
});
