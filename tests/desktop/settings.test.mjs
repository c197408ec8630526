// What cannot be: a settings file, a port, a value on the sheet. The window says what is wrong, and has buttons that do something about it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { fakeOpener } from './support/opener.mjs';
import { missing, openWindow } from './support/window.mjs';

const SOURCES = ['--camera', 'pattern', '--microphone', 'tone'];

describe('a wrong value in the settings file', { skip: missing() ?? false, timeout: 120_000 }, () => {
  const settings = 'title = "Choir"\nfps = 99\n';
  let window;

  let opener;

  before(async () => {
    opener = fakeOpener();
    window = await openWindow({
      args: SOURCES,
      settings,
      shows: 'usual-settings',
      environment: opener.environment,
    });
  });
  after(async () => {
    await window?.close();
    opener?.remove();
  });

  test('the window names file, line and remedy, and offers ways on', async () => {
    const text = await window.text('failure');
    assert.match(text, /skylark\.toml, line 2: fps/);
    assert.equal(readFileSync(window.settingsFile, 'utf8'), settings, 'it stays untouched');
    await window.screenshot('panel-wrong-setting');
  });

  test('the file can be opened from there', async () => {
    await window.click('open-file');
    await window.until(async () => opener.opened().includes(window.settingsFile), 'the system is asked to open it');
  });

  test('trying again says the same as long as the file is the same', async () => {
    const said = () => window.log.match(/skylark\.toml, line 2: fps/g).length;
    const before = said();
    await window.click('again');
    await window.until(async () => said() > before && !(await trying(window)), 'it was tried');
    assert.match(await window.text('failure'), /skylark\.toml, line 2: fps/);
  });

  test('with the usual settings it starts, and the file is kept', async () => {
    await window.click('usual-settings');
    await window.find('go-live');
    await window.until(async () => /skylark\.toml\.unreadable-1/.test(await window.text('toast')), 'it says where');
    assert.equal(readFileSync(`${window.settingsFile}.unreadable-1`, 'utf8'), settings);
    await window.screenshot('panel-usual-settings');
    await window.click('go-live');
    await window.find('end');
  });
});

describe('a settings file that is none', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;

  before(async () => (window = await openWindow({ args: SOURCES, settings: '\0'.repeat(512) })));
  after(() => window?.close());

  test('the usual settings are used, and the copy is named as long as it takes to read', async () => {
    await window.until(async () => /skylark\.toml\.unreadable-1/.test(await window.text('toast')), 'it says where');
    assert.ok(await window.isThere('open-folder'));
    await window.screenshot('panel-unreadable-settings');
  });
});

describe('a port that another program has', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let holder, port, window;

  before(async () => {
    holder = createServer();
    port = await new Promise((listening) => holder.listen(0, '127.0.0.1', () => listening(holder.address().port)));
    window = await openWindow({ args: SOURCES, listen: `127.0.0.1:${port}`, shows: 'other-port' });
  });
  after(async () => {
    await window?.close();
    holder?.close();
  });

  test('the window says who has it, and nothing about a command line', async () => {
    const text = await window.text('failure');
    assert.match(text, new RegExp(`Port ${port} \\(TCP\\) is taken`));
    assert.doesNotMatch(text, /--/);
    await window.screenshot('panel-port-taken');
  });

  test('it can be tried again, and on another port it starts', async () => {
    await window.click('again');
    await window.until(async () => !(await trying(window)), 'it was tried');
    await window.click('other-port');
    await window.find('go-live');
    const link = new URL(await window.text('watch-link'));
    assert.equal(link.hostname, '127.0.0.1', 'who listens on one address goes on doing so');
    assert.notEqual(Number(link.port), port);
    assert.equal((await fetch(new URL('/healthz', link))).status, 200);
  });
});

describe('a port that becomes free', { skip: missing() ?? false, timeout: 120_000 }, () => {
  test('trying again is enough', async () => {
    const holder = createServer();
    const port = await new Promise((listening) =>
      holder.listen(0, '127.0.0.1', () => listening(holder.address().port)),
    );
    const window = await openWindow({ args: SOURCES, listen: `127.0.0.1:${port}`, shows: 'other-port' });
    try {
      await new Promise((closed) => holder.close(closed));
      await window.click('again');
      await window.find('go-live');
      assert.equal(new URL(await window.text('watch-link')).port, String(port));
    } finally {
      await window.close();
    }
  });
});

describe('the settings sheet', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;

  before(async () => (window = await openWindow({ args: SOURCES })));
  after(() => window?.close());

  async function write(field, text) {
    const input = await window.find(field);
    await input.clear();
    await input.sendKeys(text);
    await window.click('save');
  }

  /** What is said under a field: it is there, and not behind the sheet. */
  async function saidUnder(field) {
    await window.find('wrong');
    assert.equal(
      await window.run(
        `const wrong = document.querySelector('[data-testid="wrong"]');
         const { left, top, width, height } = wrong.getBoundingClientRect();
         const seen = document.elementFromPoint(left + width / 2, top + height / 2);
         return seen === wrong && wrong.previousElementSibling.name === arguments[0];`,
        field,
      ),
      true,
      `it is seen, under ${field}`,
    );
    return window.text('wrong');
  }

  test('what cannot be is said under its field, with an example, and the field has the focus', async () => {
    for (const [field, text, said] of [
      ['bitrate_kbps', '99999', /99999 kbit\/s cannot be sent.*For example: 2500/],
      ['bitrate_kbps', 'fast', /“fast” is no whole number.*For example: 2500/],
      ['public', 'a b', /For example: live\.example\.org:8787/],
    ]) {
      await window.click('settings');
      await write(field, text);
      assert.match(await saidUnder(field), said);
      assert.equal(await window.focused(), field);
      assert.equal(await window.isThere('toast'), false, 'and nowhere else');
      await window.screenshot(`panel-settings-wrong-${field}`);
      await (await window.find(field)).sendKeys(Key.ESCAPE);
      await window.until(async () => !(await window.isThere('settings-sheet')), 'Escape closes the sheet');
    }
  });

  test('how the window looks is seen while it is chosen, kept by Save, and taken back by Cancel', async () => {
    const look = () => window.run('return document.documentElement.dataset.theme');
    for (const [button, kept] of [
      ['cancel', 'dark'],
      ['save', 'light'],
    ]) {
      assert.equal(await look(), 'dark');
      await window.click('settings');
      await window.find('settings-sheet');
      await window.choose('theme', 'light');
      await window.until(async () => (await look()) === 'light', 'it is seen');
      await window.click(button);
      await window.until(async () => !(await window.isThere('settings-sheet')), 'the sheet closes');
      assert.equal(await look(), kept, button);
    }
    await window.run(`localStorage.removeItem('skylark-theme'); location.reload()`);
    await window.find('go-live');
  });

  test('any whole number in between is taken', async () => {
    await window.click('settings');
    await write('bitrate_kbps', '2550');
    await window.until(async () => !(await window.isThere('settings-sheet')), 'the sheet closes');
    await window.click('settings');
    assert.equal(await (await window.find('bitrate_kbps')).getAttribute('value'), '2550');
  });
});

async function trying(window) {
  return (await (await window.find('failure')).getAttribute('aria-busy')) === 'true';
}
