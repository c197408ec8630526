// What stands before the stream, as the broadcaster sets it in the window: a passcode, a waiting room, links for single guests.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { missing as noChromium, openChromium } from '../browser/support/chromium.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

describe('the door', { skip: missing() ?? noChromium() ?? false, timeout: 180_000 }, () => {
  let window, browser;

  before(async () => {
    window = await openWindow({
      args: ['--camera', 'pattern', '--microphone', 'tone'],
      settings: 'title = "Lea plays at eight"\n',
      width: 1280,
      height: 800,
    });
    browser = await openChromium();
    await window.click('go-live');
    await window.find('end');
  });

  after(async () => {
    await browser?.close();
    await window?.close();
  });

  /** Somebody new, with a browser that nobody knows. */
  async function comes() {
    const person = await browser.person();
    return person.open(await window.text('watch-link'));
  }

  const card = () => window.run(`return document.getElementById('door').matches(':popover-open')`);
  const says = (id, words) => window.until(async () => (await window.text(id)).includes(words), `${id}: ${words}`);

  test('a passcode is suggested, set, asked of who comes, and not shown again', async () => {
    assert.equal(await window.text('door'), 'Door');
    await window.click('door');
    await says('passcode-state', 'Who comes is asked for it');
    await window.click('passcode-suggest');
    const field = await window.find('passcode');
    const word = await field.getAttribute('value');
    assert.match(word, /^\S.{5,}/);
    await window.screenshot('panel-door');
    await field.sendKeys(Key.ENTER);
    await says('passcode-state', 'Tell your guests');
    await says('door', 'Passcode');
    await field.sendKeys(Key.ESCAPE);
    assert.equal(await card(), false);
    assert.equal(await window.focused(), 'door', 'focus is where it was');
    await window.click('door');
    assert.equal(await field.getAttribute('value'), '');
    assert.ok(!(await window.run('return document.documentElement.outerHTML')).includes(word), 'it stands nowhere');
    await field.sendKeys(Key.ESCAPE);
    const tab = await comes();
    await tab.is('passcode');
    await tab.page.keyboard.type(word);
    await tab.page.keyboard.press('Enter');
    await tab.plays();
    await window.until(async () => (await window.text('count')) === '1', 'it is counted');
  });

  test('who waits is listed with the name they say, and let in or refused by a click', async () => {
    await window.click('door');
    await window.click('passcode-remove');
    await window.click('waiting-room');
    await says('door', 'Waiting room');
    await (await window.find('passcode')).sendKeys(Key.ESCAPE);
    const anna = await comes();
    await anna.is('knocking');
    await window.find('knocks');
    await anna.page.getByLabel('Your name, for the broadcaster').fill('Anna');
    await anna.page.keyboard.press('Enter');
    await says('knocks', 'Anna');
    const ben = await comes();
    await ben.is('knocking');
    await says('knocks', '2 people wait');
    assert.deepEqual(await window.run(HIDDEN), [], 'everything can be clicked');
    await window.screenshot('panel-knocks');
    await window.click('admit');
    await anna.plays();
    const rows = () => window.run(`return document.querySelector('[data-testid="viewer-list"]').innerText`);
    await window.until(async () => (await rows()).includes('Anna'), 'her row bears the name that she said');
    await says('knocks', 'One person waits');
    await window.click('refuse');
    await ben.is('removed');
    await window.until(async () => !(await window.isThere('knocks')), 'nobody waits');
  });

  test("a guest's link is made, listed, and revoked", async () => {
    await window.click('door');
    const name = await window.find('guest-name');
    await name.sendKeys('Clara', Key.ENTER);
    await window.find('guest-revoke');
    await says('door-card', 'one device at once');
    await name.sendKeys('Clara', Key.ENTER);
    await says('door-card', 'There is a link of that name');
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    const [height, inside] = await window.run(
      `const { top, bottom } = document.getElementById('door').getBoundingClientRect();
       return [bottom - top, top >= 0 && bottom <= innerHeight];`,
    );
    assert.ok(inside, `the card is in the window: ${height} high`);
    await window.screenshot('panel-guest-links');
    await window.click('guest-revoke');
    await window.until(async () => !(await window.isThere('guest-revoke')), 'it is gone');
    await name.sendKeys(Key.ESCAPE);
  });
});
