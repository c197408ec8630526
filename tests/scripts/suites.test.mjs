// What ./dev test says at its end is true: "All passed" only where everything was run, and what was left out is named with its reason.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { installed } from '../browser/support/installed.mjs';
import { Machine } from './support/machine.mjs';

/** Where the made machine keeps its libraries. */
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

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
    nginx: '',
    caddy: '',
    openssl: '',
    unshare: '',
    mount: '',
    setpriv: '',
    'dbus-daemon': '',
    'dbus-send': '',
    sway: '',
    swaymsg: '',
    swaybg: '',
    pipewire: '',
    wireplumber: '',
    cc: '',
    chrt: '',
    ...tools,
  }).install();
  t.after(() => made.remove());
  for (const program of ['xdg-desktop-portal', 'xdg-desktop-portal-wlr', 'xdg-permission-store'])
    made.tool(program, '', join(made.folder, 'root/usr/libexec'));
  for (const folder of ['proc/net', LIBRARIES]) mkdirSync(join(made.folder, 'root', folder), { recursive: true });
  writeFileSync(join(made.folder, 'root', LIBRARIES, 'libaom.so.3'), '');
  writeFileSync(
    join(made.folder, 'root/proc/net/if_inet6'),
    'fd000000000000000000000000000002 04 40 00 82 eth0\n00000000000000000000000000000001 01 80 10 80 lo\n',
  );
  for (const suite of ['scripts', 'browser', 'desktop', 'long'])
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

test('what takes an hour is run where it is asked for, and only there', async (t) => {
  const made = machine(t);
  made.write(
    'tests/long/one.test.mjs',
    'import { test } from "node:test"; test("an hour", () => console.log("it was run"));',
  );
  const asked = await made.dev(['test', 'long']);
  assert.equal(asked.code, 0, asked.said);
  assert.match(asked.out + asked.said, /it was run/);
  assert.match(lastLine(asked), /^==> Passed: long\. Left out: /);
  const usual = await made.dev(['test', ...MOST]);
  assert.doesNotMatch(usual.out + usual.said, /it was run|long \(not asked for\)/);
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

test('where the Rust tests lack nothing, nothing of them is said to be skipped', async (t) => {
  const ended = await machine(t).dev(['test', 'rust']);
  assert.equal(ended.code, 0, ended.said);
  assert.match(lastLine(ended), /^==> Passed: rust\. Left out: /);
});

for (const [tool, ...reasons] of [
  ['ffmpeg', /rust: .*decode.*recorded # ffmpeg is not installed/],
  ['pulseaudio', /rust: .*microphone.* # pulseaudio is not installed/],
  ['paplay', /rust: .*microphone.* # paplay is not installed/],
  ['ethtool', /rust: .*lossy lines.* # ethtool is not installed/],
  ['ip', /rust: .*lossy lines.* # ip is not installed/, /rust: .*without a router # ip is not installed/],
  ['nginx', /rust: .*behind nginx # nginx is not installed/],
  ['caddy', /rust: .*behind Caddy # caddy is not installed/],
  ['openssl', /rust: .*nginx # openssl is not installed/, /rust: .*Caddy # openssl is not installed/],
  ['unshare', /rust: .*names that change.*disks that are full.* # unshare is not installed/],
  [
    'setpriv',
    /rust: .*folder that may not be changed # setpriv is not installed/,
    /rust: Wayland’s screens # setpriv is not installed/,
  ],
  ['sway', /rust: Wayland’s screens # sway is not installed/],
  ['chrt', /rust: the threads’ priority # chrt is not installed/],
  ['Xvfb', /rust: the window’s threads, and X11’s screens and windows # Xvfb is not installed/],
]) {
  test(`without ${tool} it is said what of the Rust tests is skipped`, async (t) => {
    const ended = await machine(t, { [tool]: null }).dev(['test', 'rust']);
    for (const reason of reasons) assert.match(ended.said.replaceAll("'", '’'), reason);
    assert.match(lastLine(ended), new RegExp(`Skipped: ${reasons.length},`));
  });
}

test('a server is found where systems keep them, outside of PATH', async (t) => {
  const made = machine(t, { nginx: null });
  made.tool('nginx', '', join(made.folder, 'root/usr/sbin'));
  assert.doesNotMatch((await made.dev(['test', 'rust'])).said, /nginx is not installed/);
});

test('the parts of a desktop that stand in no PATH are found, or missed, where systems keep them', async (t) => {
  const made = machine(t);
  rmSync(join(made.folder, 'root/usr/libexec/xdg-desktop-portal-wlr'));
  const without = await made.dev(['test', 'rust']);
  assert.match(without.said, /rust: Wayland's screens # xdg-desktop-portal-wlr is not installed/);
  made.tool('xdg-desktop-portal-wlr', '', join(made.folder, 'root/usr/lib/xdg-desktop-portal'));
  assert.doesNotMatch((await made.dev(['test', 'rust'])).said, /xdg-desktop-portal-wlr is not installed/);
});

test('without root, or without its leave, there are no networks of namespaces, and nothing is mounted', async (t) => {
  const user = await machine(t).dev(['test', 'rust'], { FAKE_UID: '1000' });
  assert.match(user.said, /lossy lines.* # network namespaces need root/);
  assert.match(user.said, /without a router # network namespaces need root/);
  assert.match(user.said, /names that change.* # mounting needs root/);
  assert.match(lastLine(user), /Skipped: 3,/);
  const refused = { ip: 'exit 2', unshare: 'exit 1', setpriv: 'exit 1', chrt: 'exit 1' };
  const root = await machine(t, refused).dev(['test', 'rust']);
  assert.match(root.said, /lossy lines.* # root has no leave here to make a network namespace/);
  assert.match(root.said, /without a router # root has no leave here to make a network namespace/);
  assert.match(root.said, /names that change.* # root has no leave here to mount anything/);
  assert.match(root.said, /folder that may not be changed # root cannot give up/);
  assert.match(root.said, /threads' priority # the system gives this user's threads no real time/);
  assert.match(lastLine(root), /Skipped: 5,/);
});

test('where nobody has cameras made of nothing, or loopback no IPv6, or there is no libaom, that is said', async (t) => {
  const made = machine(t, {
    cargo: `case " $* " in
  *" metadata "*) printf '{"target_directory":"%s/target"}' "$PWD" ;;
  *" build "*) mkdir -p target/debug; printf '#!/bin/sh\necho "fakecam: no user namespaces"; exit 77\n' >target/debug/fakecam; chmod +x target/debug/fakecam ;;
esac`,
  });
  for (const folder of ['proc', LIBRARIES]) rmSync(join(made.folder, 'root', folder), { recursive: true });
  const ended = await made.dev(['test', 'rust']);
  assert.match(ended.said, /rust: the tests that encode AV1 # libaom is not installed/);
  assert.match(ended.said, /rust: the tests with cameras # fakecam: no user namespaces/);
  assert.match(ended.said, /rust: the watching by IPv6 # this machine has no IPv6/);
  assert.match(lastLine(ended), /Skipped: 3,/);
});

test('each test of Rust that ends early has its line in scripts/test.sh', () => {
  // Whoever prints that something is skipped, and the words of the need that says so to whoever reads the last line.
  const known = {
    'tests/stories/address.rs': 'IPv6',
    'tests/stories/cameras.rs': 'cameras',
    'tests/stories/priority.rs': "threads' priority",
    'tests/stories/public_name.rs': 'names that change',
    'tests/stories/record.rs': 'disks that are full',
    'tests/stories/support/alone.rs': 'without a router',
    'tests/stories/support/display.rs': "window's threads",
    'tests/stories/support/network.rs': 'lossy lines',
    'tests/stories/support/proxy.rs': 'behind nginx',
    'tests/stories/support/recorded.rs': 'what was recorded',
    'src-tauri/crates/fakecam/tests/program.rs': 'cameras',
    'src-tauri/crates/media/src/encode/tests/av1.rs': 'encode AV1',
    'src-tauri/crates/media/src/encode/tests/mod.rs': 'decode what the encoders make',
    'src-tauri/crates/media/src/pipeline/codecs/av1.rs': 'encode AV1',
    'src-tauri/crates/media/src/screen/x11/tests.rs': "X11's screens",
    'src-tauri/crates/media/tests/support/camera.rs': 'cameras',
    'src-tauri/crates/media/tests/support/sound_server.rs': 'microphone',
    'src-tauri/crates/media/tests/support/wayland_desktop.rs': "Wayland's screens",
    'src-tauri/crates/record/tests/played.rs': 'what was recorded',
    'src-tauri/crates/studio/src/files.rs': 'files in places that are mounted',
    'src-tauri/crates/threads/tests/priority.rs': "threads' priority",
  };
  const root = resolve(import.meta.dirname, '../..');
  const said = readFileSync(join(root, 'scripts/test.sh'), 'utf8').match(/^ {2}needs "[^"]+"/gm);
  assert.ok(said.length > 8);
  const found = ['tests', 'src-tauri/src', 'src-tauri/crates']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.rs') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /print(ln)?!\([^;]*skipped/.test(readFileSync(path, 'utf8')));
  assert.deepEqual(
    found.map((path) => relative(root, path)).sort(),
    Object.keys(known).sort(),
    'who prints that it is skipped: a new one needs a line in rust_needs (scripts/test.sh) and one here',
  );
  for (const [path, words] of Object.entries(known))
    assert.ok(
      said.some((line) => line.includes(words)),
      `${path}: no need in scripts/test.sh speaks of ${words}`,
    );
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
  const files = ['browser', 'desktop', 'relays'].flatMap((suite) => {
    const folder = resolve(import.meta.dirname, '..', suite);
    const names = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
    return names.map((name) => [`${suite}/${name}`, readFileSync(join(folder, name), 'utf8')]);
  });
  const opens = files.filter(([, text]) => /open(Chromium|Firefox)\(/.test(text));
  assert.ok(opens.length > 10);
  const asks = /import \{[^}]*\bmissing\b[^}]*\} from '[^']*(chromium|firefox)\.mjs'|\b(chromium|firefox)\.missing\(\)/;
  const unasked = opens.filter(([, text]) => !asks.test(text)).map(([name]) => name);
  assert.deepEqual(unasked, [], 'they ask `missing` of the browser’s support file, and skip where it says why');
  // In the browsers' own suite whole files need one: there the tests come from support/needs.mjs.
  const unsaid = opens.filter(
    ([name, text]) => name.startsWith('browser/') && /^import .* from 'node:test'/m.test(text),
  );
  assert.deepEqual(
    unsaid.map(([name]) => name),
    [],
  );
});
