// How it goes, in the window: how many more could watch, one sentence of it all, and the graphs of the last hour with their file.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { missing as missingChromium, openChromium } from '../browser/support/chromium.mjs';
import { HIDDEN } from './support/controls.mjs';
import { missing, openWindow } from './support/window.mjs';

const GRAPHS = ['watching', 'sent', 'cpu', 'left_out', 'latency'];
const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('how it goes', { skip: missing() ?? missingChromium() ?? false, timeout: 180_000 }, () => {
  let window, browser;

  before(async () => {
    // Room for one at the full picture, five at half of it, or twelve at a quarter.
    window = await openWindow({
      args: ['--camera', 'pattern', '--microphone', 'tone'],
      settings: 'max_upload_kbps = 3500\n',
      width: 1280,
      height: 800,
    });
    browser = await openChromium();
    await window.run(
      `globalThis.refused = [];
       addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective));`,
    );
  });
  after(async () => {
    await browser?.close();
    await window?.close();
  });

  const says = (id, pattern, within) =>
    window.until(async () => pattern.test(await window.text(id)), `${id} says ${pattern}`, within);

  /** The colours in a graph, but for its ground. */
  const colours = (graph) =>
    window.run(
      `const canvas = document.querySelector(arguments[0]);
       if (!canvas) return [];
       const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
       const found = new Set();
       for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
       return [...found];`,
      `[data-testid="graph-${graph}"] canvas`,
    );

  async function screenshots(name) {
    for (const theme of ['dark', 'light']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', theme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        assert.deepEqual(await window.run(HIDDEN), [], `${name}: ${width}x${height}`);
        await window.run(`document.querySelector('[data-testid="how-it-goes"]').scrollIntoView({ block: 'start' })`);
        await window.screenshot(`panel-${name}-${width}-${theme}`);
      }
    }
    await window.run('document.documentElement.dataset.theme = "dark"');
    await window.resize(1280, 800);
  }

  test('is closed until somebody opens it, by a key, and before the broadcast there is nothing to draw', async () => {
    assert.equal(await window.isThere('overall'), false);
    assert.equal(await window.isThere('room'), false, 'nothing is said where nothing is known');
    await (await window.find('how-it-goes')).findElement(By.css('summary')).sendKeys(Key.ENTER);
    await says('overall', /^You are not live/);
    await says('figures-none', /^No figures yet/);
    assert.equal(await window.isThere('room-known'), false);
    await screenshots('figures-none');
  });

  test('what the cap leaves is said, and changes with who comes', async () => {
    await window.click('go-live');
    await window.find('end');
    await says('room', /^Room for 1 more at 720p, 5 at 360p, 12 at 180p$/);
    await says('overall', /^All is well; nobody watches yet\.$/);
    await says('room-known', /^By the upload cap in the settings/);
    await browser.open(await window.text('watch-link'));
    await says('room', /^Room for 1 more at 360p, 2 at 180p$/, 30_000);
    await says('overall', /^All is well: one person watches\.$|^One person watches, 1 of them/, 30_000);
  });

  test('says in which order less is sent', async () => {
    await (await window.find('room-order')).findElement(By.css('summary')).sendKeys(Key.ENTER);
    await says('room-order', /largest picture that still fits.*Only when not even the smallest picture fits/s);
    await (await window.find('room-order')).findElement(By.css('summary')).sendKeys(Key.ENTER);
  });

  test('draws the last hour, with words for who sees no graph', async () => {
    await window.find('graph-watching', 30_000);
    for (const graph of GRAPHS) {
      await window.until(async () => (await colours(graph)).length > 0, `${graph} is drawn`);
      const label = await (await window.find(`graph-${graph}`)).getAttribute('aria-label');
      assert.match(label, /^[A-Z][a-z ]+: (.+ now, .+ at most|not measured)$/);
    }
    await window.until(
      async () =>
        /^Viewers: 1 now, 1 at most$/.test(await (await window.find('graph-watching')).getAttribute('aria-label')),
      'who watches is in the graph with the next point',
    );
    assert.deepEqual(await window.run('return refused'), [], 'the page is allowed all that the library does');
  });

  test('each moment is told, by keys', async () => {
    const told = async () => (await window.find('figures-when')).getAttribute('aria-valuetext');
    // Two points at least.
    await window.until(
      async () => Number(await (await window.find('figures-when')).getAttribute('max')) >= 2,
      'time goes by',
    );
    const last = await told();
    assert.match(last, /^\d.* · Viewers: 1 · Sent: .* · Processor: .* % · Pictures left out: \d+ · Latency: /);
    await (await window.find('figures-when')).sendKeys(Key.HOME);
    await window.until(async () => (await told()) !== last, 'the first is another moment');
    const first = await told();
    assert.match(first, /Viewers: [01] /);
    assert.equal(await window.text('figures-at'), first);
    // It stays there as others come.
    const max = async () => Number(await (await window.find('figures-when')).getAttribute('max'));
    const before = await max();
    await window.until(async () => (await max()) > before, 'another point came');
    assert.equal(await told(), first);
    const cursor = await window.run(
      `const line = document.querySelector('[data-testid="graph-sent"] .u-cursor-x');
       return new DOMMatrix(getComputedStyle(line).transform).e;`,
    );
    assert.ok(Math.abs(cursor) <= 1, `the mark is at the beginning: ${cursor}`);
    await (await window.find('figures-when')).sendKeys(Key.END);
  });

  test('fits into every size, in both themes, whose colours it has', async () => {
    // What lies under the line, as the theme has it.
    const ground = { dark: '23,48,63', light: '220,238,250' };
    for (const theme of ['light', 'dark']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', theme);
      await window.until(async () => (await colours('sent')).includes(ground[theme]), `it is ${theme}`);
    }
    await screenshots('figures');
  });

  test('is saved by a click', async () => {
    await window.click('figures-save');
    await says('toast', /rows are saved in .*history-\d{14}\.csv/);
    const [file] = readdirSync(join(window.folder, 'skylark')).filter((name) => /^history-/.test(name));
    const [header, ...rows] = readFileSync(join(window.folder, 'skylark', file), 'utf8')
      .trim()
      .split('\r\n');
    assert.equal(header, 'time,viewers,sent_kbps,encoded_kbps,fps,cpu_percent,left_out,latency_ms');
    assert.ok(rows.length >= 3, `${rows.length} rows`);
    const columns = rows.at(-1).split(',');
    assert.equal(columns.length, 8);
    assert.match(columns[0], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(columns[1], '1');
    assert.ok(Number(columns[2]) > 0 && Number(columns[3]) > 0, 'something was encoded and sent');
  });

  test('the figures stay after the broadcast, and the room does not', async () => {
    await window.click('end');
    await window.click('end-now');
    await window.find('go-live');
    await window.until(async () => !(await window.isThere('room')), 'nobody can come');
    assert.equal(await window.isThere('graph-watching'), true);
    await says('overall', /^You are not live/);
  });
});
