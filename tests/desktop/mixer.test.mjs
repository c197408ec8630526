// The mixer in the window: each strip by pointer and by keys, and what it says is what the program does.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('the mixer', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;

  /** What has this data-testid in a strip. */
  async function part(strip, id) {
    return (await window.find(`strip-${strip}`)).findElement(By.css(`[data-testid="${id}"]`));
  }

  const pressed = async (strip) => (await (await part(strip, 'mute')).getAttribute('aria-pressed')) === 'true';

  /** How far a strip's meter goes, of 1. */
  const level = (strip) =>
    window.run(
      `const level = document.querySelector(arguments[0]).firstElementChild;
       return new DOMMatrix(getComputedStyle(level).transform).a;`,
      `[data-testid="strip-${strip}"] .bar`,
    );

  const args = ['--camera', 'pattern', '--microphone', 'tone'];

  before(async () => (window = await openWindow({ args, width: 1280, height: 800 })));
  after(() => window?.close());

  test('is closed until somebody opens it, by a key', async () => {
    assert.equal(await window.isThere('strip-microphone'), false);
    await (await window.find('mixer')).findElement(By.css('summary')).sendKeys(Key.ENTER);
    await window.find('strip-microphone');
    assert.deepEqual(
      [await pressed('microphone'), await pressed('desktop'), await pressed('tone')],
      [false, true, true],
    );
    await window.until(async () => (await level('microphone')) > 0.3, 'the meter shows the tone');
  });

  test('a strip is made softer by keys, and that is kept', async () => {
    const gain = await part('microphone', 'gain');
    await gain.sendKeys(Key.ARROW_LEFT);
    await window.until(
      async () => (await (await part('microphone', 'gain')).getAttribute('aria-valuetext')) === '−1 dB',
      'the program says so',
    );
    await window.until(async () => /-1 dB/.test(readFileSync(window.settingsFile, 'utf8')), 'it is written');
  });

  test('a fader acts while it is drawn, before it is let go', async () => {
    const written = () => /^tone_strip.*$/m.exec(readFileSync(window.settingsFile, 'utf8'))?.[0] ?? '';
    const gain = await part('tone', 'gain');
    const before = written();
    await window.driver.actions().move({ origin: gain }).press().move({ origin: gain, x: 20 }).perform();
    await window.until(async () => written() !== before, 'the program has it while the finger is down');
    const half = written();
    await window.driver.actions().move({ origin: gain, x: 60 }).release().perform();
    await window.until(async () => ![before, half].includes(written()), 'and where it was let go');
  });

  test('a gate shuts the microphone off below what it is set to, and that is kept', async () => {
    const written = () => /^microphone_strip.*$/m.exec(readFileSync(window.settingsFile, 'utf8'))?.[0] ?? '';
    await (await part('microphone', 'strip-more')).click();
    await (await part('microphone', 'gate')).click();
    await window.until(() => / gate"/.test(written()), 'it is written');
    const opens = await part('microphone', 'gate-db');
    await opens.sendKeys(Key.END);
    await window.until(() => /gate at -10 dB"/.test(written()), 'it is written');
    await (await part('microphone', 'gate')).click();
    await window.until(() => !/ gate[",]/.test(written()), 'it is off');
    await window.until(async () => (await level('microphone')) > 0.6, 'it is heard as it comes');
    await (await part('microphone', 'strip-more')).click();
  });

  test('what the sound is made for is chosen, and that is kept', async () => {
    await window.choose('sound-preset', 'speech');
    await window.until(async () => /sound = "speech"/.test(readFileSync(window.settingsFile, 'utf8')), 'it is written');
  });

  test('the test tone is heard beside it, and left out again', async () => {
    await (await part('tone', 'mute')).click();
    await window.until(async () => !(await pressed('tone')), 'it is in');
    await window.until(async () => (await level('tone')) > 0.3, 'its meter moves');
    await (await part('tone', 'mute')).click();
    await window.until(() => pressed('tone'), 'it is out');
  });

  test('what cannot be listened to says why, and what to do', async () => {
    await (await part('desktop', 'mute')).click();
    await window.until(
      async () => /neither runs: start one of them/.test(await window.text('strip-desktop')),
      'there is no sound server here',
    );
    await (await part('desktop', 'mute')).click();
    await window.until(() => pressed('desktop'), 'it is out');
    await window.until(async () => !/PulseAudio/.test(await window.text('strip-desktop')), 'and complains no more');
    await (await window.find('toast')).findElement(By.css('[aria-label="Dismiss"]')).click();
    await window.until(async () => !(await window.isThere('toast')), 'the notice is gone');
  });

  test('fits into every size, in both themes', async () => {
    await (await part('microphone', 'strip-more')).click();
    await part('microphone', 'channels');
    // The preset for speech said so.
    const without = async () => (await part('microphone', 'noise-suppression')).getAttribute('aria-pressed');
    await window.until(async () => (await without()) === 'true', 'without noise');
    for (const theme of ['dark', 'light']) {
      await window.run(`document.documentElement.dataset.theme = arguments[0]`, theme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
        await window.run(`document.querySelector('[data-testid="mixer"]').scrollIntoView({ block: 'center' })`);
        await window.screenshot(`panel-mixer-${theme}-${width}`);
      }
    }
  });
});
