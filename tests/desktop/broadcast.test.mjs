// A broadcaster's first broadcast, in the real window: a camera and a microphone, Go live, a viewer, a kick, the undo, End.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { missing as noChromium, openChromium } from '../browser/support/chromium.mjs';
import { camera, microphone, noCamera } from '../support/devices.mjs';
import { X11 } from '../support/x11.mjs';
import { missing, openWindow } from './support/window.mjs';

/** The colour of the window where nothing is. */
const GROUND = 0x0e1216;

describe('a first broadcast', { skip: missing() ?? noChromium() ?? noCamera() ?? false, timeout: 180_000 }, () => {
  let window, eyes, ears, browser, tab;

  before(async () => {
    eyes = camera();
    ears = await microphone();
    window = await openWindow({
      args: ['--camera', eyes.name, '--microphone', ears?.name ?? 'tone'],
      before: eyes.before,
      environment: { ...ears?.environment },
    });
    browser = await openChromium();
  });

  after(async () => {
    await browser?.close();
    await window?.close();
    ears?.remove();
    eyes?.remove();
  });

  test('the window shows the camera and hears the microphone before anything is live', async () => {
    await window.until(() => moving(window), 'the preview moves');
    await window.until(() => loud(window), 'the level meter moves');
    assert.match(await window.text('watch-link'), /^http:\/\/127\.0\.0\.1:\d+\/w\/[0-9a-f]{32}$/);
    await window.screenshot('panel-ready');
  });

  test('Go live: the badge, the clock, and words for an empty room', async () => {
    await window.click('go-live');
    await window.find('end');
    await window.until(async () => (await window.text('elapsed')) >= '00:00:01', 'the clock runs');
    await window.screenshot('panel-live-empty');
    assert.match(await window.text('empty'), /Share the link to let people in/);
    await window.click('lock');
    await window.until(async () => /unlock it/.test(await window.text('empty')), 'the link alone lets nobody in');
    await window.click('lock');
    await window.until(async () => /Share the link/.test(await window.text('empty')), 'it does again');
  });

  test('who opens the link sees moving pictures and is in the list', async () => {
    const person = await browser.person();
    tab = await person.open(await window.text('watch-link'));
    await tab.is('playing');
    await window.find('viewer-row');
    assert.match(await window.text('viewer-row'), /Viewer \d+.*Chrome, Linux/s);
    await window.until(
      async () => /^(Good|Fair)$/.test(await window.text('health')),
      'one word says how it goes there',
    );
    assert.equal(await window.isThere('figures'), false, 'figures are for who asks for them');
    await window.click('more');
    await window.until(async () => /720p/.test(await window.text('figures')), 'the figures say what is sent');
    assert.equal(await window.text('count'), '1');
    await window.until(
      async () => /\d+ ms behind/.test(await window.text('figures')),
      'the figures say how late it is',
    );
    assert.match(await window.text('latency'), /latency \d+ \/ \d+ \/ \d+ ms/);
    await window.screenshot('panel-live-viewer');
    await (await window.find('reason')).sendKeys(Key.ESCAPE);
    assert.equal(await window.isThere('figures'), false, 'Escape closes them');
    assert.equal(await window.focused(), 'more', 'and the focus is where they were opened');
  });

  test('a kick: the row goes, the page says so, and an undo is at hand', async () => {
    await window.click('kick');
    await tab.is('removed');
    assert.match(await tab.words(), /removed/i);
    await window.until(async () => !(await window.isThere('viewer-row')), 'the row is gone');
    assert.ok(await window.isThere('undo'), 'an undo is offered');
    assert.ok(await inList(window), 'the focus stays in the list, and on no button');
    await window.screenshot('panel-kicked');
  });

  test('the undo lets the viewer back in', async () => {
    await window.click('undo');
    await tab.is('playing');
    await window.find('viewer-row');
    assert.equal(await window.isThere('undo'), false, 'the undo is used up');
    assert.ok(await inList(window), 'the focus stays in the list');
  });

  test('the lock shows, and opens again', async () => {
    await window.click('lock');
    await window.until(async () => (await window.text('lock')) === 'Locked', 'it is locked');
    await window.click('lock');
    await window.until(async () => (await window.text('lock')) === 'Lock', 'it is open');
  });

  test('an unplugged camera is said, and its return brings the picture back', async () => {
    eyes.set('unplugged');
    assert.match(await window.text('camera-trouble'), /^Unplugged\. /, 'the panel says what happened');
    await window.screenshot('panel-camera-gone');
    eyes.set('ok');
    await window.until(async () => !(await window.isThere('camera-trouble')), 'the notice goes');
    await window.until(() => moving(window), 'the preview moves again');
    assert.equal(await window.isThere('toast'), false, 'what the stage said is not told when it is over');
    assert.equal(await tab.state(), 'playing', 'the viewer stayed');
  });

  test('the settings sheet keeps a title, and the page shows it', async () => {
    await window.click('settings');
    await (await window.find('title')).sendKeys('Birds at dawn');
    await window.screenshot('panel-settings');
    await window.click('save');
    await window.until(async () => !(await window.isThere('settings-sheet')), 'the sheet closes');
    await tab.until(
      async () => /Birds at dawn/.test(await tab.words()),
      5000,
      async () => 'the page shows the title',
    );
  });

  test('the keyboard alone reaches every control, in order', async () => {
    const order = await window.run(`
      const seen = [];
      for (const element of document.querySelectorAll('button, select, input, summary, a[href]'))
        if (element.tabIndex >= 0 && !element.disabled && element.offsetParent !== null)
          seen.push(element.dataset.testid ?? element.textContent.trim());
      return seen;`);
    const wanted = ['end', 'camera', 'microphone', 'copy-link', 'qr-button', 'new-link', 'settings', 'lock', 'kick'];
    assert.deepEqual(
      order.filter((id) => wanted.includes(id)),
      wanted,
    );
  });

  test('the rows and their buttons have names, and the page has headings', async () => {
    const row = await window.find('viewer-row');
    const name = await row.getAttribute('aria-label');
    assert.match(name, /^Viewer \d+, Chrome, Linux, 127\.0\.0\.1$/);
    assert.equal(await (await window.find('kick')).getAttribute('aria-label'), `Remove ${name}`);
    assert.equal(await (await window.find('more')).getAttribute('aria-label'), `More about ${name}`);
    assert.equal(await window.run(`return document.querySelectorAll('h1').length`), 1);
  });

  test('the window’s title says LIVE, for how long, and how many watch', async () => {
    await window.until(
      async () => /^LIVE 00:\d\d:\d\d · 1 watching/.test(await window.driver.getTitle()),
      'it says so',
    );
    const x11 = await X11.open(window.display);
    try {
      const shown = await x11.window();
      await window.until(async () => /^LIVE 00:\d\d:\d\d .* 1 watching/.test(await x11.title(shown)), 'the system too');
    } finally {
      x11.close();
    }
  });

  test('End with somebody watching asks once, where nothing was clicked before', async () => {
    const place = await (await window.find('end')).getRect();
    await window.click('end');
    await window.find('end-ask');
    assert.equal(await window.focused(), 'end-not', 'the harmless answer has the focus');
    assert.equal(await window.run(`return document.querySelector('h1').id`), 'end-ask', 'the question is the heading');
    await window.screenshot('panel-end-asked');
    for (const answer of ['end-now', 'end-not']) {
      const { x, width } = await (await window.find(answer)).getRect();
      assert.ok(x + width <= place.x || x >= place.x + place.width, `a double click does not answer ${answer}`);
    }
    await (await window.find('end-not')).sendKeys(Key.ESCAPE);
    await window.until(async () => (await window.focused()) === 'end', 'Escape leads back');
    assert.equal(await tab.state(), 'playing', 'the broadcast went on');
  });

  test('End: the viewer is told, the window says how it went and is ready again', async () => {
    await window.click('end');
    await window.click('end-now');
    await tab.is('ended');
    await window.find('go-live');
    assert.match(await window.text('ended'), /^Ended after \d+:\d\d, at most 1 watching$/);
    await window.until(async () => !(await window.isThere('viewer-row')), 'nobody is listed');
    await window.screenshot('panel-ended');
  });
});

describe('the looks of the panel', { skip: missing() ?? false, timeout: 120_000 }, () => {
  for (const [name, width, height] of [
    ['narrow', 420, 720],
    ['wide', 1280, 800],
  ]) {
    test(`${name}: nothing is cut off`, async () => {
      const window = await openWindow({ args: ['--camera', 'pattern', '--microphone', 'tone'], width, height });
      try {
        await window.driver.manage().window().setRect({ x: 0, y: 0, width, height });
        await window.click('go-live');
        await window.find('end');
        await window.until(() => moving(window), 'the preview moves');
        await window.screenshot(`panel-${name}`);
        assert.equal(
          await window.run('return document.documentElement.scrollWidth <= innerWidth'),
          true,
          'nothing is wider than the window',
        );
      } finally {
        await window.close();
      }
    });
  }

  test('a camera that is not there: the window says so, and going live stays possible', async () => {
    const window = await openWindow({ args: ['--camera', 'No Such Camera', '--microphone', 'off'] });
    try {
      await window.until(async () => (await picture(window)) !== null, 'the slate is shown as viewers would see it');
      assert.match(
        await window.text('camera-trouble'),
        /No Such Camera/,
        'why, and buttons that do something about it',
      );
      await window.screenshot('panel-no-camera');
      await window.click('go-live');
      await window.find('end');
      assert.match(await window.text('stream-health'), /^Your stream:\sNo picture$/);
      await window.click('camera-pattern');
      await window.until(async () => !(await window.isThere('camera-trouble')), 'the pattern is shown instead');
      // How many pictures a second a busy machine makes is another matter.
      await window.until(async () => !/No picture$/.test(await window.text('stream-health')), 'and there is a picture');
    } finally {
      await window.close();
    }
  });

  test('light', async () => {
    const window = await openWindow({ args: ['--camera', 'pattern', '--microphone', 'tone'] });
    try {
      await window.run(`localStorage.setItem('skylark-theme', 'light'); location.reload();`);
      await window.find('go-live');
      await window.until(() => moving(window), 'the preview moves');
      await window.screenshot('panel-light');
      assert.equal(await window.run('return document.documentElement.dataset.theme'), 'light');
    } finally {
      await window.close();
    }
  });
});

function inList(window) {
  return window.run(`return document.activeElement.matches('aside *') && !document.activeElement.matches('button')`);
}

/** Two pictures of the preview differ. */
async function moving(window) {
  const first = await picture(window);
  await new Promise((done) => setTimeout(done, 150));
  const second = await picture(window);
  return first !== null && second !== null && first !== second;
}

/** What is on the screen in the place of the preview as one number; null before there is anything but the window's ground. */
async function picture(window) {
  const seen = await window.seen('preview-place');
  const middle = seen.pixels.readUInt32LE(4 * (seen.width * Math.floor(seen.height / 2) + Math.floor(seen.width / 2)));
  return (middle & 0xffffff) === GROUND ? null : seen.sum;
}

async function loud(window) {
  return window.run(`
    const bar = document.querySelector('[data-testid="levels"] .rms');
    return new DOMMatrix(getComputedStyle(bar).transform).a > 0.2;`);
}
