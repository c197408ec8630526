// The .deb that `./dev package` made is one that a distribution would take, installs, goes live, is watched, and leaves nothing running.
// SKYLARK_DEB names the file. Installing needs root and a machine without Skylark; else the package is only unpacked, and a test says so.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { missingCommand } from '../support/needs.mjs';

const deb = process.env.SKYLARK_DEB ?? '';
const folder = mkdtempSync(join(tmpdir(), 'skylark-deb-'));
const unpacked = join(folder, 'root');
const english = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
const notInstalled = cannotInstall();
let installed = false;

/** Why it is not installed here; null where it can be. Somebody's own Skylark is neither replaced nor removed. */
function cannotInstall() {
  if (process.getuid() !== 0) return 'installing needs root';
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', 'skylark'], { env: english, encoding: 'utf8' });
  return stdout?.includes('ok installed') ? 'a Skylark is installed on this machine, and stays' : null;
}

before(() => {
  assert.ok(existsSync(deb), `SKYLARK_DEB should name the package; it is "${deb}"`);
  execFileSync('dpkg-deb', ['-x', deb, unpacked]);
});

after(() => {
  if (installed) execFileSync('dpkg', ['--purge', 'skylark'], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

test('the package brings the program, a menu entry, icons, a manual page and what is to be said with it', () => {
  const files = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8', env: english });
  for (const file of [
    'usr/bin/skylark',
    'usr/share/applications/live.skylark.panel.desktop',
    'usr/share/icons/hicolor/128x128/apps/skylark.png',
    'usr/share/icons/hicolor/scalable/apps/skylark.svg',
    'usr/share/metainfo/live.skylark.panel.metainfo.xml',
    'usr/share/man/man1/skylark.1.gz',
    'usr/share/doc/skylark/changelog.gz',
    'usr/share/doc/skylark/copyright',
  ])
    assert.match(files, new RegExp(`root/root .*\\./${file}$`, 'm'), file);
});

test('it names what it needs by version, carries libvpx within, and is stripped', () => {
  const depends = execFileSync('dpkg-deb', ['-f', deb, 'Depends'], { encoding: 'utf8', env: english });
  for (const name of ['libc6', 'libgtk-3-0', 'libwebkit2gtk-4.1-0', 'libasound2'])
    assert.match(depends, new RegExp(`\\b${name}(t64)? \\(>= [0-9]`), depends);
  // Its package has another name in every second release.
  assert.doesNotMatch(depends, /libvpx/);
  // What is opened while the program runs, where it is there.
  assert.doesNotMatch(depends, /libaom/);
  assert.equal(
    execFileSync('dpkg-deb', ['-f', deb, 'Recommends'], { encoding: 'utf8', env: english }).trim(),
    'libaom3',
  );
  const sections = execFileSync('objdump', ['-h', join(unpacked, 'usr/bin/skylark')], { encoding: 'utf8' });
  assert.doesNotMatch(sections, /\.symtab|\.debug_info/);
});

test('the notices of what is linked in are there, and the manual page has the options', () => {
  const copyright = readFileSync(join(unpacked, 'usr/share/doc/skylark/copyright'), 'utf8');
  for (const part of [
    'aws-lc-sys ',
    'openh264-sys2 ',
    'opusic-sys ',
    'yuv-sys ',
    'turbojpeg-sys ',
    'tauri ',
    'svelte ',
    'libvpx ',
  ])
    assert.match(copyright, new RegExp(`^ ${part}`, 'm'), part);
  assert.match(copyright, /Cisco Systems/, "OpenH264's notice");
  const manual = gunzipSync(readFileSync(join(unpacked, 'usr/share/man/man1/skylark.1.gz'))).toString();
  assert.match(manual, /\\-\\-camera/);
  assert.doesNotMatch(manual, /@[A-Z]+@/);
});

test('lintian finds no error', { skip: missingCommand('lintian') ?? false }, () => {
  const { stdout, stderr } = spawnSync('lintian', [deb], { encoding: 'utf8', env: english });
  assert.doesNotMatch(stdout, /^E: /m, stdout);
  assert.doesNotMatch(stderr, /\berror\b/i, stderr);
});

test('software centres can read what it says of itself', { skip: missingCommand('appstreamcli') ?? false }, () => {
  const file = join(unpacked, 'usr/share/metainfo/live.skylark.panel.metainfo.xml');
  const { status, stdout } = spawnSync('appstreamcli', ['validate', '--no-net', file], {
    encoding: 'utf8',
    env: english,
  });
  assert.equal(status, 0, stdout);
});

test('it installs with what it needs', { skip: notInstalled ?? false }, () => {
  installed = true;
  const { status, stderr } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-remove', deb], {
    env: english,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.ok(existsSync('/usr/bin/skylark'));
});

test('the installed program goes live and serves its watch page', { timeout: 60_000 }, async () => {
  const program = spawn(
    join(installed ? '/' : unpacked, 'usr/bin/skylark'),
    [
      'headless',
      '--camera',
      'pattern',
      '--microphone',
      'tone',
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      join(folder, 'data'),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
  try {
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const live = JSON.parse((await lines.next()).value);
    assert.equal(live.event, 'live');
    const page = await fetch(live.watch);
    assert.equal(page.status, 200);
    const files = (await page.text()).match(/\bassets\/[\w.-]+\.\w+/g) ?? [];
    assert.ok(
      files.some((file) => file.endsWith('.js')),
      'the document names what it sends for',
    );
    for (const file of files) {
      const part = await fetch(new URL(file, live.watch));
      assert.equal(part.status, 200, `${file} is in the package`);
    }
    program.stdin.write('{"command":"quit"}\n');
    assert.equal(await ended, 0, 'quit ends the program with 0');
  } finally {
    program.kill('SIGKILL');
  }
});
