// Recording from the window: one button before and while live, how it does always in sight, and where it is when it is done.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fakeOpener } from './support/opener.mjs';
import { binary, missing, openWindow } from './support/window.mjs';

const SOURCES = ['--camera', 'pattern', '--microphone', 'tone', '--size', '320x180', '--bitrate', '400k'];
const SIZES = [
  [420, 720],
  [1280, 800],
];

describe('recording', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window, opener;

  before(async () => {
    opener = fakeOpener();
    window = await openWindow({ args: SOURCES, width: 1280, height: 800, environment: opener.environment });
  });
  after(async () => {
    await window?.close();
    opener?.remove();
  });

  const says = (pattern) =>
    window.until(async () => pattern.test(await window.text('recording')), `it says ${pattern}`);
  const videos = () => join(window.folder, 'Videos', 'Skylark');

  /** At both sizes, in the dark and in the light. */
  async function screenshots(name) {
    for (const theme of ['dark', 'light']) {
      await window.run('document.documentElement.dataset.theme = arguments[0]', theme);
      for (const [width, height] of SIZES) {
        await window.resize(width, height);
        await window.run(`document.querySelector('[data-testid="record"]').scrollIntoView({ block: 'nearest' })`);
        await window.screenshot(`panel-${name}-${width}x${height}-${theme}`);
      }
    }
    await window.run('document.documentElement.dataset.theme = "dark"');
  }

  test('before the broadcast it is made ready, and can be called off', async () => {
    await says(/^Not recording$/);
    await screenshots('recording-off');
    await window.click('record');
    await says(/^Records when you go live$/);
    await window.click('record');
    await says(/^Not recording$/);
    assert.deepEqual(readdirSync(videos()), [], 'nothing was begun');
    await window.click('record');
    await says(/^Records when you go live$/);
  });

  test('while it is live it says for how long, and a moment can be marked', async () => {
    await window.click('go-live');
    await says(/^Recording 0:0[2-9], \d+ MB$/);
    await window.click('mark');
    await screenshots('recording');
  });

  test('when it is done it says what there is, and the broadcast goes on', async () => {
    await window.click('record');
    await says(/^Recorded \d+:\d\d, \d+ MB\s*Skylark .*\.mp4$/);
    const [file] = readdirSync(videos());
    assert.ok(statSync(join(videos(), file)).size > 100_000);
    assert.ok(await window.isThere('end'), 'the broadcast goes on');
  });

  test('its folder is a click away', async () => {
    await window.click('show-recording');
    await window.until(async () => opener.opened().includes(videos()), 'the system is asked to open it');
    assert.equal(await window.isThere('toast'), false, 'and nothing is refused');
  });
});

describe('a recording that cannot be', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;

  before(async () => {
    // No folder can be made there, by nobody.
    window = await openWindow({ args: SOURCES, settings: 'recordings = "/proc/recordings"\n' });
  });
  after(() => window?.close());

  test('says why below its button, and nowhere else', async () => {
    await window.click('record');
    assert.match(await window.text('recording-trouble'), /\/proc\/recordings/);
    assert.equal(await window.isThere('toast'), false, 'a notice would say it again');
    await window.screenshot('panel-recording-failed');
  });
});

describe('a recording that was cut off', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;
  let folder;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skylark-cut-off-'));
    await recordAndKill();
    window = await openWindow({ args: [...SOURCES, '--data-dir', folder], width: 1280, height: 800 });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Has another program record for three seconds, and kills it. */
  async function recordAndKill() {
    const options = [
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      folder,
      '--record',
      join(folder, 'Sunday.mp4'),
      '--no-relief',
    ];
    const program = spawn(binary, ['headless', ...SOURCES, ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: program.stdout })) {
      const { event, state, seconds } = JSON.parse(line);
      if (event === 'recording' && state === 'recording' && seconds >= 3) program.kill('SIGKILL');
    }
  }

  test('is offered at the next start, and mended with a click', async () => {
    assert.match(await window.text('unfinished'), /Sunday\.mp4 was not finished/);
    await window.screenshot('panel-recording-unfinished');
    await window.click('mend');
    await window.until(async () => !(await window.isThere('unfinished')), 'there is nothing to mend any more');
  });
});
