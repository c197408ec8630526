// What the panel says of those who are not in: who cannot open the link, who waits, who was turned away. And what it shows of a picture
// that is none.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { missing as noChromium, openChromium } from '../browser/support/chromium.mjs';
import { look } from '../support/framebuffer.mjs';
import { HIDDEN } from './support/controls.mjs';
import { listen } from './support/listeners.mjs';
import { missing, openWindow } from './support/window.mjs';

/** So many more that not all of them are seen at once; they only listen. */
const LISTENERS = 10;
/** So many lines of the chat that not all of them are seen at once. */
const LINES = 16;
/** The colour of what is written. */
const TEXT = 0xeaeff4;

describe('those who are not in', { skip: missing() ?? noChromium() ?? false, timeout: 180_000 }, () => {
  let window, browser;
  const tabs = [];

  before(async () => {
    window = await openWindow({
      args: ['--camera', 'pattern', '--microphone', 'tone'],
      settings: 'title = "Lea plays at eight"\n',
      width: 1280,
      height: 800,
    });
    browser = await openChromium();
  });

  after(async () => {
    await browser?.close();
    await window?.close();
  });

  async function comes() {
    const person = await browser.person();
    tabs.push(await person.open(await window.text('watch-link')));
    return tabs.at(-1);
  }

  const outside = async (words, why) =>
    window.until(async () => (await window.text('outside')).replace(/\s+/g, ' ') === words, why);

  test('beside the link stands who cannot open it, and three steps for anyone else', async () => {
    assert.match(await window.text('reach'), /^Only this computer\./);
    assert.match(await window.text('cannot'), /Other computers and phones cannot/);
    await window.click('elsewhere');
    const steps = () =>
      window.run(`return [...document.querySelectorAll('[data-testid="elsewhere-steps"] li')]
        .filter((step) => step.checkVisibility()).map((step) => step.innerText)`);
    const shown = await steps();
    assert.equal(shown.length, 3);
    assert.match(shown.join(' '), new RegExp(`port ${new URL(await window.text('watch-link')).port}\\b`));
    const [card, height] = await window.run(
      `return [document.getElementById('elsewhere').getBoundingClientRect().height, innerHeight]`,
    );
    assert.ok(card < 0.8 * height, `the card is as high as its words: ${card} of ${height}`);
    await window.screenshot('panel-elsewhere');
    await window.run(`document.getElementById('elsewhere').hidePopover()`);
    assert.deepEqual(await steps(), []);
  });

  test('who waits is shown before going live', async () => {
    assert.equal(await window.text('outside'), '');
    await comes();
    await outside('1 waiting', 'somebody opened the page');
    await comes();
    await outside('2 waiting', 'and somebody else');
    await window.screenshot('panel-waiting');
  });

  test('they are in when it begins, and wait no longer', async () => {
    await window.click('go-live');
    await window.find('end');
    for (const tab of tabs) await tab.is('playing');
    await outside('', 'nobody waits');
    assert.equal(await window.text('count'), '2');
  });

  test('each row has its words, however narrow or wide the window becomes', async () => {
    await tabs[0].page.evaluate(listen, LISTENERS);
    const all = LISTENERS + tabs.length;
    await window.until(async () => Number(await window.text('count')) === all, 'they are in the list');
    const rows = (end) =>
      window.run(
        `const rows = [...document.querySelectorAll('[data-testid="viewer-row"]')];
         rows.at(arguments[0] === 'first' ? 0 : -1).scrollIntoView({ block: 'nearest' });
         return rows.map((row) => row.querySelector('.who').getBoundingClientRect().toJSON())
           .filter(({ left, top, right, bottom }) => [top + 1, bottom - 1].every(
             (y) => [left + 1, right - 1].every((x) => document.elementFromPoint(x, y)?.closest('.who'))));`,
        end,
      );
    for (const [width, height] of [
      [1280, 800],
      [420, 720],
      [1280, 800],
      [420, 560],
    ]) {
      await window.resize(width, height);
      for (const end of ['last', 'first']) {
        const seen = await rows(end);
        assert.ok(seen.length > 2, `rows are seen at ${width}x${height}: ${seen.length}`);
        await window.painted();
        for (const { left, top, width: across, height: down } of seen) {
          const place = [left, top, across, down].map(Math.floor);
          const [x, y] = place;
          const written = look(window.folder, { x, y, width: place[2], height: place[3] }).count(TEXT);
          assert.ok(written > 50, `nothing is written at ${place}, ${width}x${height}, the ${end} in sight`);
        }
      }
    }
    await tabs[0].page.evaluate(() => window.listeners.forEach((pc) => pc.close()));
    await window.resize(1280, 800);
  });

  test('the newest of the chat stays in sight when the window becomes lower', async () => {
    const field = await window.find('chat-write');
    for (let line = 1; line <= LINES; line += 1) await field.sendKeys(`Line ${line}`, Key.ENTER);
    const said = () => window.run(`return document.querySelectorAll('[data-testid="chat-line"]').length`);
    await window.until(async () => (await said()) === LINES, 'all of it was said');
    const list = (what) =>
      window.run(`const list = document.querySelector('[data-testid="chat"] .log'); return ${what}`);
    const hidden = 'list.scrollHeight - list.scrollTop - list.clientHeight';
    for (const height of [560, 800]) {
      await window.resize(1280, height);
      await window.painted();
      assert.ok((await list('list.scrollHeight > list.clientHeight')) === true, 'there is more than is seen');
      assert.ok((await list(hidden)) < 2, `${await list(hidden)} px below it at a height of ${height}`);
    }
    await list('list.scrollTo(0, 0)');
    await window.painted();
    await window.resize(1280, 800);
    await window.painted();
    assert.equal(await list('list.scrollTop'), 0, 'who reads further up is left there');
  });

  test('who was turned away since the lock fell is shown until it opens', async () => {
    await window.click('lock');
    await window.until(async () => (await window.text('lock')) === 'Locked', 'it is locked');
    const person = await browser.person();
    await (await person.context.newPage()).goto(await window.text('watch-link'));
    await window.until(async () => /1 turned away since you locked/.test(await window.text('outside')), 'it is said');
    await window.screenshot('panel-turned-away');
    await window.click('lock');
    await window.until(async () => !/turned away/.test(await window.text('outside')), 'it is open');
  });

  test('without a camera the stage shows what viewers see, with nothing over it', async () => {
    await window.choose('camera', 'off');
    await window.until(
      async () => (await window.run('return document.body.innerText')).includes('Viewers see this still card'),
      'it says so',
    );
    const over = () =>
      window.run(`
        const picture = document.querySelector('[data-testid="preview-place"]');
        const { left, top, width, height } = picture.getBoundingClientRect();
        const points = [[0.5, 0.5], [0.1, 0.4], [0.9, 0.9], [0.5, 0.1]];
        return points.every(([x, y]) => picture.contains(document.elementFromPoint(left + x * width, top + y * height)));`);
    await window.until(over, 'the slate is seen whole');
    await window.screenshot('panel-slate');
  });
});

describe('a list with much above and below it', { skip: missing() ?? noChromium() ?? false, timeout: 120_000 }, () => {
  let window, browser;

  before(async () => {
    window = await openWindow({ args: ['--camera', 'pattern', '--microphone', 'tone'], width: 1280, height: 800 });
    browser = await openChromium();
    await window.click('go-live');
    await window.find('end');
    for (let person = 1; person <= 3; person += 1) await browser.open(await window.text('watch-link'));
    await window.until(async () => (await window.text('count')) === '3', 'three watch');
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  test('keeps room for its rows, and no control of it is hidden', async () => {
    for (const left of ['2', '1']) {
      await window.click('kick');
      await window.until(async () => (await window.text('count')) === left, `${left} watch`);
    }
    assert.ok(await window.isThere('undo'));
    await window.run(`document.querySelector('[data-testid="removed"]').open = true`);
    for (const [width, height] of [
      [1280, 560],
      [833, 560],
      [420, 720],
      [1280, 800],
    ]) {
      await window.resize(width, height);
      assert.deepEqual(await window.run(HIDDEN), [], `${width}x${height}`);
      const rows = await window.run(
        `return document.querySelector('[data-testid="viewer-list"]').getBoundingClientRect().height`,
      );
      // The row alone, where all of the page scrolls; with room for a second where the list does.
      assert.ok(rows >= (width > 832 ? 100 : 40), `${rows} px for the rows at ${width}x${height}`);
      await window.screenshot(`panel-much-to-say-${width}x${height}`);
    }
  });
});
