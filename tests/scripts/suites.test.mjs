// What ./dev test says at its end is true: "All passed" only where everything was run, and what was left out is named with its reason.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { installed } from '../browser/support/installed.mjs';
import { Machine } from './support/machine.mjs';

function machine(t, tools) {
  const made = new Machine({
    ip: '',
    tc: '',
    nft: '',
    ethtool: '',
    pulseaudio: '',
    paplay: '',
    ffmpeg: '',
    Xvfb: '',
    WebKitWebDriver: '',
    'tauri-driver': '',
    ...tools,
  }).install();
  t.after(() => made.remove());
  for (const suite of ['scripts', 'browser', 'desktop'])
    made.write(`tests/${suite}/one.test.mjs`, 'import { test } from "node:test"; test("it works", () => {});');
  return made;
}

const lastLine = ({ said }) =>
  said
    .trim()
    .split('\n')
    .at(-1)
    .replace(/\x1b\[[0-9;]*m/g, '');
/** Every suite but the one that needs a package to be built. */
const MOST = ['scripts', 'ui', 'rust', 'browser', 'desktop'];

test('one suite that passes is not all', async (t) => {
  const ended = await machine(t).dev(['test', 'ui']);
  assert.equal(ended.code, 0, ended.said);
  assert.match(lastLine(ended), /^==> Passed: ui\. Left out: scripts \(not asked for\), rust \(not asked for\)/);
  assert.doesNotMatch(ended.said, /All passed/);
});

test('a suite of which everything is skipped is left out, with the reason', async (t) => {
  const made = machine(t);
  made.write(
    'tests/browser/one.test.mjs',
    'import { test } from "node:test"; test("it plays", { skip: "Chromium is not installed" }, () => {});',
  );
  const ended = await made.dev(['test', ...MOST]);
  assert.equal(ended.code, 0, ended.said);
  assert.match(ended.said, /browser: it plays .*# Chromium is not installed/);
  assert.match(
    lastLine(ended),
    /Passed: scripts ui rust desktop\. Skipped: 1, listed above\. Left out: browser \(all skipped\), relays \(not asked for\), package \(not asked for\)\./,
  );
});

for (const [tool, reason] of [
  ['ffmpeg', /rust: .*decode.* # ffmpeg is not installed/],
  ['pulseaudio', /rust: .*microphone.* # pulseaudio or paplay is not installed/],
  ['ethtool', /rust: .*lossy lines.* # ethtool is not installed/],
]) {
  test(`without ${tool} it is said what of the Rust tests is skipped`, async (t) => {
    const ended = await machine(t, { [tool]: null }).dev(['test', 'rust']);
    assert.match(ended.said, reason);
    assert.match(lastLine(ended), /Skipped: 1/);
  });
}

test('without root, or without its leave, there are no networks of namespaces', async (t) => {
  const user = await machine(t).dev(['test', 'rust'], { FAKE_UID: '1000' });
  assert.match(user.said, /# network namespaces need root/);
  const root = await machine(t, { ip: 'exit 2' }).dev(['test', 'rust']);
  assert.match(root.said, /# root has no leave here to make a network namespace/);
});

test('a suite that fails is named, the others are run all the same, and the end is a failure', async (t) => {
  const made = machine(t);
  made.write(
    'tests/scripts/one.test.mjs',
    'import { test } from "node:test"; test("it works", () => { throw new Error("no"); });',
  );
  const ended = await made.dev(['test', ...MOST]);
  assert.equal(ended.code, 1);
  assert.match(lastLine(ended), /^Failed: scripts\. Passed: ui rust browser desktop\./);
});

test('what failed is said once more at the end, with its reason, and every program of tests is run', async (t) => {
  const made = machine(t, {
    cargo:
      'case "$*" in test*) printf "test reads_the_end ... FAILED\\nthread \'reads_the_end\' (7) panicked at tests/end.rs:3:5:\\n3559 bytes are kept\\nstack backtrace:\\n"; exit 101 ;; esac',
  });
  made.write(
    'tests/scripts/one.test.mjs',
    'import { test } from "node:test"; test("it works", () => { throw new Error("the lamp is off"); });',
  );
  const ended = await made.dev(['test', 'scripts', 'rust']);
  assert.equal(ended.code, 1);
  const end = ended.said.slice(ended.said.indexOf('What failed:'));
  assert.match(end, /scripts:\n.*failing tests/);
  assert.match(end, /the lamp is off/);
  assert.match(
    end,
    /rust:\n *test reads_the_end \.\.\. FAILED\n.*panicked at tests\/end\.rs:3:5:\n *3559 bytes are kept/,
  );
  assert.doesNotMatch(end, /backtrace/);
  assert.ok(made.calls('cargo').some((call) => /\btest .*--no-fail-fast/.test(call)));
  assert.match(lastLine(ended), /^Failed: scripts rust\./);
});

test('a step of a suite that fails is not passed over', async (t) => {
  const made = machine(t, {
    npm: 'case " $* " in *" check"*) echo "a type is wrong" >&2; exit 1 ;; *" build"*) mkdir -p ui/dist ;; *) mkdir -p ui/node_modules tests/node_modules ;; esac',
  });
  const ended = await made.dev(['test', 'ui']);
  assert.equal(ended.code, 1);
  assert.match(lastLine(ended), /^Failed: ui\./);
  assert.equal(
    made.calls('npm').some((call) => / ui test/.test(call)),
    false,
  );
});

test('a script that would have a snap installed is no browser; a browser is', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-browsers-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const made = (name, text) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
    return join(folder, name);
  };
  const snap = made(
    'firefox',
    '#!/bin/sh\nif ! [ -x /snap/bin/firefox ]; then echo "requires the firefox snap to be installed" >&2; fi\nexec /snap/bin/firefox "$@"\n',
  );
  const broken = made('broken', '#!/bin/sh\nexit 1\n');
  const browser = made('chromium', '#!/bin/sh\necho Chromium 140\n');
  assert.equal(installed([join(folder, 'nothing'), snap, broken]), null);
  assert.equal(installed([snap, broken, browser]), browser);
});

test('tests of what is missing are skipped with the reason, and nothing is prepared for them', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-needs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const needs = resolve(import.meta.dirname, '../support/needs.mjs');
  writeFileSync(
    join(folder, 'one.test.mjs'),
    `import { needs } from ${JSON.stringify(needs)};
     const { before, test } = needs('the moon is not installed');
     before(() => { throw new Error('prepared'); });
     test('it shines', () => { throw new Error('run'); });`,
  );
  const { NODE_TEST_CONTEXT: _inner, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', folder + '/one.test.mjs'], {
    encoding: 'utf8',
    env,
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /﹣ it shines .*# the moon is not installed/);
});

test('every test that opens a browser says that it needs one', () => {
  const folder = resolve(import.meta.dirname, '../browser');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
  const unsaid = files.filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return /open(Chromium|Firefox)/.test(text) && /from 'node:test'/.test(text);
  });
  assert.ok(files.length > 10);
  assert.deepEqual(unsaid, [], 'they take `test` from support/needs.mjs, so that they are skipped where it is missing');
});
