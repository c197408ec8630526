// The list of viewers in the real window: why somebody sees less, other orders, and a list of which not all rows are there.

import assert from 'node:assert/strict';
import { Key } from 'selenium-webdriver';
import { missing as missingChromium, openChromium } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { listen } from './support/listeners.mjs';
import { missing, openWindow } from './support/window.mjs';

const { after, before, describe, test } = needs(missing() ?? missingChromium());

/** More than the hundred of which all rows are there. */
const MANY = 130;

const inRows = (window, what) =>
  window.run(
    `return [...document.querySelectorAll('[data-testid="viewer-row"]')].map((row) => ${what}).filter((one) => one !== null)`,
  );

describe('a viewer who sees less', () => {
  let window, browser, tabs;

  before(async () => {
    // Room for one at the full picture, and for one at half of it.
    window = await openWindow({
      args: ['--camera', 'pattern'],
      settings: 'max_upload_kbps = 3500\n',
    });
    browser = await openChromium();
    await window.click('go-live');
    await window.find('end');
    const link = await window.text('watch-link');
    tabs = [];
    for (const person of [1, 2]) {
      tabs.push(await browser.open(link));
      await window.until(async () => (await window.text('count')) === String(person), `${person} watch`);
    }
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  test('has the reason in the row, and is counted above the list', async () => {
    await window.until(
      async () => (await window.text('why')) === 'your upload cap leaves them 360p',
      'the row says why',
      30_000,
    );
    // The other one may have seen less while it came, and that is said for as long as a word about a viewer lasts.
    const one = async () => (await window.text('less')) === '1 of 2 see less than the best';
    await window.until(one, 'one is counted', 30_000);
    await window.screenshot('panel-less');
  });

  test('and who chose it is told of, and not counted', async () => {
    const choose = async (tab, key, times) => {
      await tab.page.keyboard.press('q');
      await tab.until(
        () => tab.page.evaluate(() => document.querySelectorAll('.choices input').length === 4),
        10_000,
        async () => 'there is something to choose',
      );
      for (let n = 0; n < times; n += 1) await tab.page.keyboard.press(key);
      await tab.page.keyboard.press('Escape');
    };
    await choose(tabs[1], 'ArrowDown', 2);
    await window.until(async () => !(await window.isThere('less')), 'nobody is counted any more', 30_000);
    const whys = () => inRows(window, `row.querySelector('[data-testid="why"]')?.textContent ?? null`);
    await window.until(async () => (await whys()).join() === 'they chose 360p', 'the row says that they chose it');
    await window.screenshot('panel-chosen');
    await choose(tabs[1], 'ArrowUp', 2);
    await window.find('less', 30_000);
  });

  test('who has left is not counted', async () => {
    for (const tab of tabs) await tab.close();
    await window.until(async () => (await window.text('count')) === '0', 'all have left');
    await window.until(async () => !(await window.isThere('less')), 'nobody is counted');
  });
});

describe('a long list', () => {
  let window, browser;

  before(async () => {
    window = await openWindow({
      args: ['--camera', 'pattern', '--microphone', 'tone', '--size', '320x180'],
    });
    browser = await openChromium();
    await window.click('go-live');
    await window.find('end');
    const tab = await browser.open(await window.text('watch-link'));
    await tab.page.evaluate(listen, MANY);
    await window.until(async () => Number(await window.text('count')) > MANY, 'all are in the list', 60_000);
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  const numbers = () => inRows(window, `Number(row.getAttribute('aria-posinset'))`);
  const viewers = () => inRows(window, `Number(row.dataset.viewer)`);
  const scroll = (to) =>
    window.run(
      `const list = document.querySelector('[data-testid="viewer-list"]');
       list.scrollTop = arguments[0] * (list.scrollHeight - list.clientHeight);`,
      to,
    );

  test('has the rows that are in sight, and at its end the last', async () => {
    const there = await numbers();
    assert.ok(there.length > 5 && there.length < 60, `${there.length} rows are there`);
    assert.equal(there[0], 1);
    for (const [width, height] of [
      [1180, 780],
      [420, 720],
      [1180, 780],
    ]) {
      await window.resize(width, height);
      for (const [to, wanted] of [
        [1, MANY + 1],
        [0, 1],
      ]) {
        if (width > 832) await scroll(to);
        else
          await window.run(
            `
          const rows = document.querySelector('[data-testid="viewer-list"]');
          rows.scrollIntoView({ block: arguments[0] ? 'end' : 'start' });`,
            to,
          );
        await window.until(
          async () => (await numbers()).includes(wanted),
          `row ${wanted} is there at ${width}x${height}`,
        );
        const gaps = () =>
          window.run(
            `const rows = [...document.querySelectorAll('[data-testid="viewer-row"]')].map((row) => row.getBoundingClientRect());
             return rows.slice(1).filter((row, at) => Math.abs(row.top - rows[at].bottom) > 1).length;`,
          );
        await window.until(async () => (await gaps()) === 0, 'one stands below the other');
      }
    }
    await window.screenshot('panel-long-list');
  });

  test('is put in another order, and searched', async () => {
    const first = async () => (await viewers()).slice(0, 10);
    await window.choose('order', 'name');
    await window.until(
      async () => (await first()).every((id, at, ids) => at === 0 || id > ids[at - 1]),
      'those without a name stand by their numbers',
    );
    const lowest = Math.max(...(await first()));
    await window.choose('order', 'time');
    // Who is admitted first is not always connected first.
    await window.until(async () => (await first()).every((id) => id > lowest + MANY / 2), 'the newest stand first');
    const [some] = await viewers();
    const search = await window.find('search');
    await search.sendKeys(`viewer ${some}`);
    await window.until(
      async () => (await viewers()).every((id) => String(id).startsWith(String(some))),
      'they are found',
    );
    await search.sendKeys(Key.chord(Key.CONTROL, 'a'), Key.DELETE);
    await window.until(async () => (await viewers()).length > 5, 'all are back');
  });

  test('who has the focus stays, wherever one scrolls', async () => {
    await scroll(0);
    await window.until(async () => (await numbers()).includes(1), 'the first is there');
    const first = await window.find('more');
    await window.run('arguments[0].focus()', first);
    const [viewer] = await viewers();
    await scroll(1);
    await window.until(async () => (await numbers()).includes(MANY + 1), 'the end is there');
    assert.equal(
      await window.run(`return Number(document.activeElement.closest('[data-viewer]')?.dataset.viewer)`),
      viewer,
    );
  });
});
