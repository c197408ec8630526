// Rehearsing from the window: a button beside that for going live, a private link, and a line for each thing that is looked at.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { HIDDEN } from './support/controls.mjs';
import { fakeOpener } from './support/opener.mjs';
import { missing, openWindow } from './support/window.mjs';

const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('a rehearsal', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window, opener, link;

  before(async () => {
    opener = fakeOpener();
    const args = ['--camera', 'pattern', '--microphone', 'tone', '--size', '320x180', '--bitrate', '400k'];
    window = await openWindow({ args, width: 1280, height: 800, environment: opener.environment });
  });
  after(async () => {
    await window?.close();
    opener?.remove();
  });

  const code = async (of) => (await window.find(`found-${of}`)).getAttribute('data-code');
  const becomes = (of, wanted) => window.until(async () => (await code(of)) === wanted, `${of} becomes ${wanted}`);

  test('is begun by a key, and has a link of its own', async () => {
    await (await window.find('rehearse')).sendKeys(Key.ENTER);
    link = await window.text('rehearsal-link');
    assert.match(link, /\/w\/[0-9a-f]{32}$/);
    assert.notEqual(link, await window.text('watch-link'));
    assert.match(await window.text('air'), /REHEARSAL/);
    assert.equal(await window.driver.getTitle(), 'Rehearsal · Skylark');
    assert.equal(await window.isThere('end'), false, 'nothing is live');
    assert.equal(await window.isThere('rehearse'), false);
  });

  test('opens the link in the browser of the system', async () => {
    await window.click('rehearsal-open');
    await window.until(async () => opener.opened().includes(link), 'the system is asked to open it');
  });

  test('says of each thing whether it is good, what to look at, and what it does not know yet', async () => {
    await becomes('picture', 'picture_good');
    await becomes('sound', 'sound_good');
    assert.equal(await code('playback'), 'playback_unknown');
    assert.match(await window.text('found-playback'), /Open the private link/);
    assert.match(await window.text('found-sound'), /^Loudness\s*Good\s*-\d\d LUFS/);
    await window.until(
      async () => (await window.text('rehearsal-summary')) === 'Nothing to look at',
      'nothing is wrong',
    );
    await window.click('camera_off');
    await becomes('picture', 'picture_card');
    assert.match(await window.text('found-picture'), /^Picture\s*Look at this\s*A card is sent/);
    assert.equal(await window.text('rehearsal-summary'), 'One thing to look at');
  });

  test('fits into every size, in both themes', async () => {
    for (const theme of ['dark', 'light']) {
      await window.run(`document.documentElement.dataset.theme = arguments[0]`, theme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
        await window.run(`document.querySelector('[data-testid="rehearsal"]').scrollIntoView({ block: 'center' })`);
        await window.screenshot(`panel-rehearsal-${theme}-${width}`);
      }
    }
    await window.run('document.documentElement.dataset.theme = "dark"');
  });

  test('is ended without anything being live, and begun again by another link', async () => {
    await window.click('rehearsal-end');
    await window.find('rehearse');
    assert.equal(await window.isThere('rehearsal'), false);
    await window.click('rehearse');
    assert.notEqual(await window.text('rehearsal-link'), link);
  });

  test('becomes live with one click', async () => {
    await window.click('go-live');
    await window.find('end');
    assert.equal(await window.isThere('rehearsal'), false);
    const air = await window.find('air');
    assert.equal((await air.findElements(By.css('.badge'))).length, 1);
    assert.match(await window.text('air'), /LIVE/);
  });
});
