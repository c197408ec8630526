// A settings file that cannot be: the window says what is wrong with it, and starts all the same when it is asked to.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { missing, openWindow } from './support/window.mjs';

const SOURCES = ['--camera', 'pattern', '--microphone', 'tone'];

describe('a wrong value in the settings file', { skip: missing() ?? false, timeout: 120_000 }, () => {
  const settings = 'title = "Choir"\nfps = 99\n';
  let window;

  before(async () => (window = await openWindow({ args: SOURCES, settings, shows: 'usual-settings' })));
  after(() => window?.close());

  test('the window names file, line and remedy, and offers two ways on', async () => {
    const text = await window.text('failure');
    assert.match(text, /skylark\.toml, line 2: fps/);
    assert.ok(await window.isThere('open-folder'));
    assert.equal(readFileSync(window.settingsFile, 'utf8'), settings, 'it stays untouched');
    await window.screenshot('panel-wrong-setting');
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
