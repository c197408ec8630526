// What ./dev does when a step of building fails: nothing after it, no stamp that says it was done, and never an old program.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

function machine(t, tools) {
  const made = new Machine(tools).install();
  t.after(() => made.remove());
  return made;
}

/** What was built before, for either kind. */
function withOldProgram(made) {
  for (const kind of ['headless', 'window', 'release']) {
    const path = join(made.clone, 'target', kind, 'skylark');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '#!/bin/sh\necho "AN OLD PROGRAM"\n');
    chmodSync(path, 0o755);
  }
  return made;
}

const builds = (made) => made.calls('cargo').filter((call) => / build /.test(call));

test('from nothing to a program that runs, and the second time nothing is installed or built for the pages', async (t) => {
  const made = machine(t);
  const { code, out, said } = await made.dev(['run', '--camera', 'pattern']);
  assert.equal(code, 0, said);
  assert.equal(out, 'a new program: headless --camera pattern\n');
  assert.match(said, /neither DISPLAY nor WAYLAND_DISPLAY is set/);
  const before = made.calls('npm').length;
  assert.equal((await made.dev(['build', '--headless'])).out, `${made.clone}/target/headless/skylark\n`);
  assert.equal(made.calls('npm').length, before);
  made.write('ui/src/page.ts', 'changed');
  await made.dev(['build', '--headless']);
  assert.equal(made.calls('npm').length, before + 1, 'a changed page is built');
  rmSync(join(made.clone, 'ui/src/page.ts'));
  await made.dev(['build', '--headless']);
  assert.equal(made.calls('npm').length, before + 2, 'a page that is gone is a change');
});

for (const [words, code, wanted] of [
  [['bench', 'forwards'], 1, /no '.\/dev bench forwards'[^]*forward pipeline/],
  [['bench', '--help'], 0, /forward pipeline/],
]) {
  test(`./dev ${words.join(' ')} is answered before anything is built`, async (t) => {
    const made = machine(t);
    const answer = await made.dev(words);
    assert.equal(answer.code, code, answer.said);
    assert.match(answer.said + answer.out, wanted);
    assert.deepEqual(builds(made), []);
  });
}

for (const words of [['run'], ['build'], ['build', '--headless'], ['package'], ['bench']]) {
  test(`./dev ${words.join(' ')}: after a compile error the old program is neither started nor named`, async (t) => {
    const made = withOldProgram(
      machine(t, {
        cargo:
          'case " $* " in *" metadata "*) printf \'{"target_directory":"%s/target"}\' "$PWD" ;; *" build "*) echo "error[E0308]: mismatched types" >&2; exit 101 ;; esac',
        'pkg-config': 'echo 1',
        cc: 'echo none',
      }),
    );
    const { code, out, said } = await made.dev(words);
    assert.notEqual(code, 0, said);
    assert.equal(out, '');
    assert.match(said, /E0308[^]*could not be built/);
  });
}

test('npm that fails says why, leaves no stamp, and nothing is built; the next time it is tried again', async (t) => {
  const made = withOldProgram(
    machine(t, {
      npm: 'mkdir -p ui/node_modules; [ -e "$FAKE/net" ] || { echo "npm error network ETIMEDOUT" >&2; exit 1; }; mkdir -p ui/dist',
    }),
  );
  for (const attempt of [1, 2]) {
    const { code, out, said } = await made.dev(['run']);
    assert.notEqual(code, 0, said);
    assert.equal(out, '');
    assert.match(said, /ETIMEDOUT[^]*npm could not install the JavaScript dependencies of ui/);
    assert.equal(made.calls('npm').length, attempt);
    assert.doesNotMatch(made.calls('npm')[0], /--silent/);
  }
  assert.deepEqual(builds(made), []);
  writeFileSync(join(made.folder, 'net'), '');
  const { code, out } = await made.dev(['run']);
  assert.equal(code, 0);
  assert.match(out, /a new program/);
});

test('half of a new installation does not pass for the old one', async (t) => {
  const made = machine(t);
  await made.dev(['build', '--headless']);
  made.write('ui/package-lock.json', '{"new":true}');
  made.tool('npm', 'exit 1');
  assert.notEqual((await made.dev(['build', '--headless'])).code, 0);
  made.write('ui/package-lock.json', '{}');
  const before = made.calls('npm').length;
  await made.dev(['build', '--headless']);
  assert.equal(made.calls('npm').length, before + 1, 'the lock file of before is installed anew');
});

test('pages that cannot be built leave no stamp, and nothing is built on them', async (t) => {
  const made = withOldProgram(
    machine(t, {
      npm: 'case " $* " in *" build"*) mkdir -p ui/dist; echo "vite: no such file" >&2; exit 1 ;; *) mkdir -p ui/node_modules ;; esac',
    }),
  );
  for (const attempt of [1, 2]) {
    const { code, out, said } = await made.dev(['run']);
    assert.notEqual(code, 0);
    assert.equal(out, '');
    assert.match(said, /vite: no such file[^]*The pages could not be built/);
    assert.equal(made.calls('npm').filter((call) => / build/.test(call)).length, attempt, 'it is tried again');
  }
  assert.equal(made.has('clone/ui/dist/.built'), false);
  assert.deepEqual(builds(made), []);
});

test('what was installed for this user alone is found by every command', async (t) => {
  const made = machine(t, { cargo: null, rustc: null, 'tauri-driver': null });
  const bin = join(made.home, '.cargo/bin');
  for (const tool of ['cargo', 'rustc'])
    made.tool(
      tool,
      made.read(`bin/${tool}`) ||
        (tool === 'rustc'
          ? 'echo "rustc 1.95.0"'
          : 'case " $* " in *" metadata "*) printf \'{"target_directory":"%s/target"}\' "$PWD" ;; *" build "*) mkdir -p target/release; : >target/release/skylark; command -v tauri-driver >"$FAKE/driver" ;; esac'),
      bin,
    );
  made.tool('tauri-driver', '', bin);
  for (const words of [['build'], ['build', '--headless'], ['types'], ['lint']]) {
    const { said } = await made.dev(words);
    assert.doesNotMatch(said, /not found|is needed/, words.join(' '));
  }
  assert.equal(made.read('driver').trim(), join(bin, 'tauri-driver'));
});

test('a Node of Skylark’s own is used by the command that got it, and by the next', async (t) => {
  const made = machine(t);
  const own = join(made.home, '.local/share/skylark-dev/node/node_modules/.bin');
  const real = made.read('bin/node');
  made.tool('node', 'echo v18.20.4');
  made.tool(
    'npm',
    `case " $* " in *" node@"*) mkdir -p "${own}"; cp "$FAKE/new-node" "${own}/node"; chmod +x "${own}/node"; cp "$0" "${own}/npm" ;; *" build"*) mkdir -p ui/dist ;; *) mkdir -p ui/node_modules ;; esac`,
  );
  writeFileSync(join(made.folder, 'new-node'), real);
  const { code, said } = await made.dev(['build', '--headless']);
  assert.equal(code, 0, said);
  assert.match(said, /found: v18\.20\.4/);
  assert.equal((await made.dev(['build', '--headless'])).said.includes('found: v18'), false);
});

test('Rust that is too old and cannot be renewed ends everything', async (t) => {
  const made = machine(t, { rustc: 'echo "rustc 1.63.0"', rustup: 'echo "error: could not download" >&2; exit 1' });
  const { code, said } = await made.dev(['run']);
  assert.notEqual(code, 0);
  assert.match(said, /could not download[^]*rustup could not get Rust/);
  assert.deepEqual(made.calls('npm'), []);
});

test('a display that nobody answers at is no display, and one that somebody does is', async (t) => {
  const made = machine(t);
  const sockets = join(made.folder, 'x');
  mkdirSync(sockets);
  const environment = { SKYLARK_X_SOCKETS: sockets, DISPLAY: ':4711' };
  const { out, said } = await made.dev(['run'], environment);
  assert.match(said, /no display here \(nothing answers at DISPLAY=:4711\)/);
  assert.match(out, /a new program: headless/);
  const server = createServer().listen(join(sockets, 'X4711'));
  await new Promise((listening) => server.once('listening', listening));
  t.after(() => server.close());
  const window = await made.dev(['run'], environment);
  assert.match(window.said, /Opening the window/);
  assert.equal(window.out, 'a new program: \n');
});

test('a newer script that comes while the old one runs is not run into', async (t) => {
  const made = machine(t, {
    npm: 'mkdir -p ui/dist ui/node_modules tests/node_modules; line=0; while [ $line -lt 2000 ]; do echo "exit 7"; line=$((line + 1)); done >dev; cp dev scripts/build.sh',
  });
  const { code, out, said } = await made.dev(['build', '--headless']);
  assert.equal(code, 0, said);
  assert.match(out, /headless\/skylark\n$/);
});

test('fresh machines need root, and that is said', async (t) => {
  const made = machine(t);
  const { code, said } = await made.dev(['test', 'fresh', 'debian13'], { FAKE_UID: '1000' });
  assert.equal(code, 1);
  assert.match(said, /needs root: sudo .\/dev test fresh debian13/);
  assert.deepEqual(made.calls('apt-get'), []);
});

for (const [words, refusal] of [
  [['setup', '--fast'], /setup takes .*, not: --fast/],
  [['setup', '--tests', 'peers'], /not: peers/],
  [['build', '--debug'], /build takes --windows --headless, not: --debug/],
  [['lint', 'rust'], /lint takes newest windows, not: rust/],
  [['types', 'all'], /types takes nothing/],
  [['package', 'rpm'], /package takes --windows/],
  [['advisories', 'now'], /advisories takes nothing/],
  [['test', 'everything'], /no test suite 'everything'/],
  [['test', 'fresh', 'debian7'], /no fresh machine 'debian7'/],
  [['fuzz', 'nothing'], /no fuzz target 'nothing'/],
  [['dance'], /no '.\/dev dance'/],
]) {
  test(`./dev ${words.join(' ')} is refused, and nothing is done`, async (t) => {
    const made = machine(t);
    const { code, said } = await made.dev(words);
    assert.equal(code, 1);
    assert.match(said, refusal);
    for (const tool of ['apt-get', 'npm', 'cargo']) assert.deepEqual(made.calls(tool), []);
  });
}
