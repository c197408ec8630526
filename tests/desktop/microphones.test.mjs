// Several microphones in the window: one is added, has a strip of its own, is another device, and goes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { microphone } from '../support/devices.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const ears = missing() ? null : await microphone({ level: 0.25, desktop: 700 });
const skip = missing() ?? (ears ? false : 'there is no PulseAudio on this machine');

describe('several microphones', { skip, timeout: 120_000 }, () => {
  let window;

  const part = async (strip, id) => (await window.find(`strip-${strip}`)).findElement(By.css(`[data-testid="${id}"]`));

  const level = (strip) =>
    window.run(
      `const level = document.querySelector(arguments[0])?.firstElementChild;
       return level ? new DOMMatrix(getComputedStyle(level).transform).a : null;`,
      `[data-testid="strip-${strip}"] .bar`,
    );

  const written = (key) => new RegExp(`^${key} = .*$`, 'm').exec(readFileSync(window.settingsFile, 'utf8'))?.[0] ?? '';

  before(async () => {
    const args = ['--camera', 'pattern', '--microphone', ears.name];
    window = await openWindow({ args, environment: ears.environment, width: 1280, height: 800 });
    await (await window.find('mixer')).findElement(By.css('summary')).sendKeys(Key.ENTER);
    await window.find('strip-microphone');
  });
  after(async () => {
    await window?.close();
    ears?.remove();
  });

  test('one more is added by its name, and is heard', async () => {
    assert.equal(await window.isThere('strip-microphone2'), false);
    const offered = () =>
      window.run(`return !!document.querySelector('[data-testid="add-microphone"] [value="out.monitor"]')`);
    await window.until(offered, 'the devices are listed');
    await window.choose('add-microphone', 'out.monitor');
    await window.find('strip-microphone2');
    // A quarter of full scale is -12 dB, on a meter of 60.
    for (const strip of ['microphone2', 'microphone'])
      await window.until(async () => Math.abs((await level(strip)) - 0.8) < 0.03, `the tone is heard of ${strip}`);
    assert.equal(written('microphone2'), 'microphone2 = "out.monitor"');
  });

  test('each has its own gain, mute and gate', async () => {
    await (await part('microphone2', 'gain')).sendKeys(Key.ARROW_LEFT);
    await window.until(async () => /-1 dB/.test(written('microphone2_strip')), 'softer, and that is kept');
    await (await part('microphone2', 'strip-more')).click();
    await (await part('microphone2', 'gate')).click();
    await window.until(async () => / gate"/.test(written('microphone2_strip')), 'with a gate');
    assert.equal(written('microphone_strip'), '', 'the first one is as it was');
    await (await part('microphone2', 'mute')).click();
    await window.until(async () => (await level('microphone2')) === 0, 'nobody listens to it');
    assert.equal(await (await part('microphone', 'mute')).getAttribute('aria-pressed'), 'false');
    await (await part('microphone2', 'mute')).click();
    await window.until(async () => (await level('microphone2')) > 0.7, 'it is heard again');
  });

  test('it fits into every size', async () => {
    for (const [width, height] of [
      [420, 720],
      [1280, 800],
    ]) {
      await window.resize(width, height);
      assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
      await window.run(
        `document.querySelector('[data-testid="strip-microphone2"]').scrollIntoView({ block: 'center' })`,
      );
      await window.screenshot(`panel-microphones-${width}`);
    }
  });

  test('what is refused is said, and changes nothing', async () => {
    await window.choose('add-microphone', ears.name);
    await window.until(async () => /has a strip already/.test(await window.text('toast')), 'the first one is that');
    assert.equal(await window.isThere('strip-microphone3'), false);
  });

  test('the broadcaster listens to one strip, or to all', async () => {
    const pressed = async () => (await (await part('microphone2', 'solo')).getAttribute('aria-pressed')) === 'true';
    assert.equal(
      await window.run(`return document.querySelector('[data-testid="solo"]')`),
      null,
      'nobody listens anywhere',
    );
    // Neither what the computer plays nor anything else is heard of this output.
    await window.choose('headphones', 'ears');
    await (await part('microphone2', 'solo')).click();
    await window.until(pressed, 'to this alone');
    assert.equal(await window.text('headphones-trouble'), '');
    await window.choose('headphones', 'out');
    const echo = async () => /viewers would hear them as an echo/.test(await window.text('headphones-trouble'));
    await window.until(echo, 'the second microphone would hear them');
    await (await part('microphone2', 'mute')).click();
    await window.until(async () => (await window.text('headphones-trouble')) === '', 'it does not listen any more');
    await (await part('microphone2', 'mute')).click();
    await window.choose('headphones', '');
    await window.until(
      () => window.run(`return !document.querySelector('[data-testid="solo"]')`),
      'nobody listens any more',
    );
  });

  test('one program is heard alone', async () => {
    await (await part('desktop', 'strip-more')).click();
    const offered = () =>
      window.run(`return [...document.querySelectorAll('[data-testid="program"] option')].map(({ value }) => value)`);
    await (await part('desktop', 'program')).sendKeys(Key.NULL);
    await window.until(async () => (await offered()).includes('paplay'), 'what plays the tones is offered');
    // WebKit goes by the place that an option had when its picker was focused, and the programs came after that.
    await window.run('document.activeElement.blur()');
    await window.choose('program', 'paplay');
    await window.until(async () => /paplay/.test(written('desktop_program')), 'and kept');
    await (await part('desktop', 'mute')).click();
    await window.until(async () => Math.abs((await level('desktop')) - 0.8) < 0.03, 'its tone is heard');
    await window.choose('program', 'everything');
    await window.until(async () => written('desktop_program') === '', 'everything again');
    await (await part('desktop', 'mute')).click();
    await (await part('microphone2', 'strip-more')).click();
  });

  test('it goes', async () => {
    await (await part('microphone2', 'remove')).click();
    await window.until(async () => !(await window.isThere('strip-microphone2')), 'its strip is gone');
    assert.deepEqual([written('microphone2'), written('microphone2_strip')], ['', '']);
  });
});
