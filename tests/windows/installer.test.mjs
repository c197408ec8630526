// The installer for Windows, under a Wine of its own that has nothing on it yet: installs without a question, is run, refuses while Skylark
// runs, uninstalls, and leaves nothing but what the user made. SKYLARK_INSTALLER names it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { missingCommand, needs } from '../support/needs.mjs';
import { X11 } from '../support/x11.mjs';
import { display } from './support/display.mjs';
import { inWine, missing, over, Skylark } from './support/wine.mjs';

const installer = process.env.SKYLARK_INSTALLER ?? '';
const { after, before, test } = needs(
  missing() ?? (existsSync(installer) ? null : 'SKYLARK_INSTALLER names no installer'),
);

const repository = resolve(import.meta.dirname, '../..');
const version = readFileSync(join(repository, 'Cargo.toml'), 'utf8').match(/^version = "(.*)"$/m)[1];
const setup = `Z:\\skylark\\${basename(installer)}`;
const home = 'C:\\users\\root\\AppData\\Local\\Programs\\Skylark';
const entry = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Skylark';
/** A Windows of its own, in the folder. */
const environment = { WINEPREFIX: '/skylark/windows' };
/** Microsoft's installer of WebView2, whose place is taken by a program that writes down how it was called, and what that one would write. */
const BOOTSTRAPPER = `
#include <stdio.h>
#include <windows.h>
int main(void) {
  FILE *called = fopen("Z:\\\\skylark\\\\called", "a");
  fputs(GetCommandLineA(), called);
  fclose(called);
  return RegSetKeyValueA(HKEY_CURRENT_USER, "Software\\\\Microsoft\\\\EdgeUpdate\\\\Clients\\\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}",
    "pv", REG_SZ, "120.0.2210.61", 14);
}`;

let folder;
let clean;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'skylark-installer-'));
  copyFileSync(installer, join(folder, basename(installer)));
  run('wineboot', '--init');
  clean = files();
});

after(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Runs it there, and waits for all that it started: an uninstaller goes on in a copy of itself. */
function run(...command) {
  const done = inWine(folder, command, environment);
  over(folder, environment);
  return done;
}

const installs = (...words) => run('wine', setup, '/S', ...words).status;
const uninstalls = (...words) => run('wine', `${home}\\uninstall.exe`, '/S', ...words).status;

/** All files of that Windows, without what is thrown away at its next start. */
function files() {
  const found = readdirSync(join(folder, 'windows/drive_c'), { recursive: true, withFileTypes: true });
  const paths = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return paths
    .map((path) => path.slice(join(folder, 'windows/drive_c').length + 1))
    .filter((path) => !/AppData\/Local\/Temp\/|^windows\/temp\//i.test(path))
    .sort();
}

const added = () => files().filter((path) => !clean.includes(path));

/** What stands in the list of programs, by name. */
function told() {
  const { status, stdout } = run('wine', 'reg', 'query', entry);
  if (status !== 0) return null;
  return Object.fromEntries(
    [...stdout.matchAll(/^ +(\w+) +REG_\w+ +(.*?)\r?$/gm)].map(([, name, value]) => [name, value]),
  );
}

const APPLICATION = [
  'users/root/AppData/Local/Programs/Skylark/WebView2Loader.dll',
  'users/root/AppData/Local/Programs/Skylark/licences.txt',
  'users/root/AppData/Local/Programs/Skylark/skylark.exe',
  'users/root/AppData/Local/Programs/Skylark/uninstall.exe',
  'users/root/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Skylark.lnk',
];

test('it installs for this user without a question, and the list of programs says what it is', () => {
  assert.equal(installs(), 0);
  assert.deepEqual(added(), APPLICATION);
  const { EstimatedSize, ...rest } = told();
  assert.deepEqual(rest, {
    DisplayName: 'Skylark',
    DisplayVersion: version,
    Publisher: 'The Skylark authors',
    DisplayIcon: `${home}\\skylark.exe`,
    URLInfoAbout: 'https://github.com/skylark-live/skylark',
    InstallLocation: home,
    UninstallString: `"${home}\\uninstall.exe"`,
    QuietUninstallString: `"${home}\\uninstall.exe" /S`,
    NoModify: '0x1',
    NoRepair: '0x1',
  });
  assert.ok(Number(EstimatedSize) > 10_000, `it takes ${EstimatedSize} KB`);
});

test('what is installed says its version, by the command line and to who asks the file', () => {
  assert.equal(run('wine', `${home}\\skylark.exe`, '--version').stdout.trim(), `skylark ${version}`);
  const program = readFileSync(join(folder, 'windows/drive_c', APPLICATION[2]));
  // Windows' firewall names a program by this word of its, when it first listens.
  const name = (text) => Buffer.from(text, 'utf16le');
  const at = program.indexOf(name('FileDescription\0'));
  assert.ok(at > 0, 'it has a description');
  assert.ok(program.subarray(at, at + 80).includes(name('Skylark\0')), 'which is its name');
});

test('while it is live it is neither replaced nor removed, and the broadcast goes on', async () => {
  const args = ['headless', '--camera', 'pattern', '--microphone', 'tone', '--listen', '127.0.0.1:0', '--no-relief'];
  const skylark = new Skylark(folder, args, { environment, program: `${home}\\skylark.exe` });
  try {
    const { watch } = await skylark.event(({ event }) => event === 'live', 'it goes live');
    assert.equal(inWine(folder, ['wine', setup, '/S'], environment).status, 2);
    inWine(folder, ['wine', `${home}\\uninstall.exe`, '/S'], environment);
    assert.equal((await fetch(watch)).status, 200);
    for (const path of APPLICATION) assert.ok(existsSync(join(folder, 'windows/drive_c', path)), path);
    skylark.tell('quit');
    assert.equal(await skylark.ended(), 0, skylark.log);
  } finally {
    await skylark.gone();
    over(folder, environment);
  }
});

test('installed over itself it is the same, and keeps what the user made', () => {
  const made = added();
  assert.ok(made.length > APPLICATION.length, `it made files of its own: ${made}`);
  assert.equal(installs(), 0);
  assert.deepEqual(added(), made);
});

test('uninstalled it leaves nothing but what the user made', () => {
  const own = added().filter((path) => !APPLICATION.includes(path));
  assert.equal(uninstalls(), 0);
  assert.deepEqual(added(), own);
  for (const path of own) assert.match(path, /^users\/root\/AppData\/(Local|Roaming)\/Skylark\//);
  assert.equal(told(), null);
});

test('told to, it takes that away as well', () => {
  assert.equal(installs(), 0);
  assert.equal(uninstalls('/DELETEDATA'), 0);
  assert.deepEqual(added(), []);
});

test('Microsoft’s installer of WebView2 is run where it was named, once; one that only lies beside is not', (t) => {
  const lacking = missingCommand('x86_64-w64-mingw32-gcc');
  if (lacking) return t.skip(lacking);
  writeFileSync(join(folder, 'bootstrapper.c'), BOOTSTRAPPER);
  const program = join(folder, 'MicrosoftEdgeWebview2Setup.exe');
  execFileSync('x86_64-w64-mingw32-gcc', ['-o', program, join(folder, 'bootstrapper.c'), '-ladvapi32']);
  assert.equal(installs(), 0);
  assert.ok(!existsSync(join(folder, 'called')), 'any page could have put it there');
  for (const time of ['the first', 'a second']) {
    assert.equal(installs('/WEBVIEW2=Z:\\skylark\\MicrosoftEdgeWebview2Setup.exe'), 0, `${time} time`);
    assert.match(readFileSync(join(folder, 'called'), 'latin1'), /^"[^"]*WebView2Setup\.exe" \/silent \/install$/i);
  }
  assert.equal(uninstalls(), 0);
});

for (const [language, title] of [
  ['C.UTF-8', 'Skylark Setup'],
  ['de_DE.UTF-8', 'Installation von Skylark'],
])
  test(`with windows it speaks the system's language (${language})`, async (t) => {
    const lacking = missingCommand('Xvfb');
    if (lacking) return t.skip(lacking);
    const screen = await display();
    const shown = new Skylark(folder, [], {
      environment: { ...environment, DISPLAY: screen.name, LC_ALL: language },
      program: setup,
    });
    try {
      const x11 = await X11.open(screen.name);
      // NSIS writes a blank behind it.
      await screen.window(x11, `${title} `);
      screen.picture(`windows-installer-${language.slice(0, 2).toLowerCase()}`);
      x11.close();
    } finally {
      await shown.gone();
      screen.remove();
      inWine(folder, ['wineserver', '--kill'], environment);
      over(folder, environment);
    }
  });
