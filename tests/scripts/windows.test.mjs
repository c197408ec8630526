// ./dev build --windows and what goes with it: what is missing is installed or said, libvpx is built once from the distribution's own
// source, a program that asks for a DLL which nobody has is not handed out, and the installer is made of what was built.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

const TARGET = 'x86_64-pc-windows-gnu';

const CARGO = `
case " $* " in
  *" metadata "*) printf '{"target_directory":"%s/target"}' "$PWD" ;;
  *" build "*)
    { echo "$VPX_STATIC $VPX_VERSION $VPX_LIB_DIR"; echo "$CARGO_ENCODED_RUSTFLAGS"; } >"$FAKE/built with"
    mkdir -p target/${TARGET}/shipped
    echo "for Windows: $*" >target/${TARGET}/shipped/skylark.exe
    touch target/${TARGET}/shipped/WebView2Loader.dll ;;
esac`;

/** apt that has libvpx's source, whose configure and make do what libvpx's do. */
const APT = `
case " $* " in
  *" install "*) for word in "$@"; do case $word in -*|install) ;; *) echo "$word" >>"$FAKE/installed" ;; esac; done ;;
  *" indextargets "*) printf '%s\\n' 'Debian http://deb.example/debian/ bookworm main' 'Else http://else.example/ stable main' ;;
  *" source "*)
    [ ! -e "$FAKE/no source" ] || { echo "E: Unable to find a source package" >&2; exit 100; }
    cp apt/sources.list "$FAKE/sources"
    mkdir libvpx-1.12.0
    { echo '#!/bin/sh'; echo 'echo "#define HAVE_PTHREAD_H 1" >vpx_config.h; for word in "$@"; do case $word in --prefix=*) echo "\${word#--prefix=}" >prefix ;; esac; done'; } >libvpx-1.12.0/configure
    chmod +x libvpx-1.12.0/configure ;;
esac`;

const MAKE = `
case "$1" in
  install) read -r prefix <prefix; mkdir -p "$prefix/lib"; cp vpx_config.h "$prefix/lib/libvpx.a" ;;
esac`;

/** A machine on which nothing is missing, unless a test says so. */
function machine(t, { std = true, dlls = ['KERNEL32.dll', 'WS2_32.dll'] } = {}, tools = {}) {
  const made = new Machine({
    cargo: CARGO,
    'apt-get': APT,
    make: MAKE,
    nproc: 'echo 2',
    rustc: `
case " $* " in
  *" target-libdir "*) echo "$FAKE/std" ;;
  *) echo "rustc 1.95.0 (0000000 2026-01-01)" ;;
esac`,
    'dpkg-query': `
case " $* " in
  *source:Version*) echo 1.12.0-1+deb12u5 ;;
  *) for name in "$@"; do case $name in -*) continue ;; esac; if grep -qx "$name" "$FAKE/installed" 2>/dev/null; then echo "$name install ok installed"; fi; done ;;
esac`,
    'x86_64-w64-mingw32-g++': 'touch "$FAKE/libssp.a" "$FAKE/libstdc++.a"; echo "$FAKE/${1#-print-file-name=}"',
    'x86_64-w64-mingw32-objdump': dlls.map((name) => `echo "	DLL Name: ${name}"`).join('; '),
    'x86_64-w64-mingw32-strip': 'cp "$3" "$2"',
    du: 'printf \'27000\\t%s\\n\' "$3"',
    makensis: 'for word in "$@"; do echo "$word"; done >"$FAKE/makensis"',
    node: `case "$1" in scripts/copyright.mjs) echo "licences for $2" ;; *) exec ${process.execPath.replaceAll(' ', '\\ ')} "$@" ;; esac`,
    ...tools,
  }).install();
  t.after(() => made.remove());
  const installed = join(made.folder, 'installed');
  writeFileSync(installed, `${readFileSync(installed, 'utf8')}gcc-mingw-w64-x86-64\ng++-mingw-w64-x86-64\n`);
  mkdirSync(join(made.folder, 'std'));
  if (std) writeFileSync(join(made.folder, 'std/libstd-0.rlib'), '');
  return made;
}

const build = (made) => made.dev(['build', '--windows', '--headless']);
const LOADER = 'WebView2Loader.dll';
const clippy = (made) => made.calls('cargo').filter((call) => / clippy /.test(call));
const libvpx = '.cache/skylark-windows/libvpx-1.12.0-1+deb12u5';

test('the last line is the program’s path, and libvpx is built once, of the version that Linux has', async (t) => {
  const made = machine(t);
  for (const times of [1, 2]) {
    const { code, out, said } = await build(made);
    assert.equal(code, 0, said);
    assert.equal(out, `${made.clone}/target/windows-headless/skylark.exe\n`);
    assert.equal(made.calls('make').length, 2, `built once, not ${times} times`);
  }
  const [cargo] = made.calls('cargo').filter((call) => / build /.test(call));
  assert.match(cargo, new RegExp(`--profile shipped .*--no-default-features --target ${TARGET}`));
  assert.equal(made.read('sources'), 'deb-src http://deb.example/debian/ bookworm main\n', 'the distribution’s alone');
  assert.equal(made.read(`home/${libvpx}/lib/libvpx.a`), '#define HAVE_PTHREAD_H 0\n', 'with Windows’ own threads');
  const [vpx, flags] = made.read('built with').split('\n');
  assert.equal(vpx, `1 1.12.0 ${made.home}/${libvpx}/lib`);
  assert.deepEqual(flags.split('\x1f').slice(0, 4), [
    '-L',
    `native=${made.home}/.cache/skylark-windows/static`,
    '-C',
    'link-arg=-lssp',
  ]);
  assert.deepEqual(readdirSync(join(made.home, '.cache/skylark-windows/static')).sort(), ['libssp.a', 'libstdc++.a']);
});

test('a source that cannot be had is said, and half a library does not pass for one', async (t) => {
  const made = machine(t);
  writeFileSync(join(made.folder, 'no source'), '');
  const { code, out, said } = await build(made);
  assert.equal(code, 1, said);
  assert.equal(out, '');
  assert.match(said, /Unable to find a source package[^]*libvpx could not be built for Windows/);
  assert.deepEqual(readdirSync(join(made.home, '.cache/skylark-windows')), ['libvpx.log']);
});

test('a program that asks for a DLL which no Windows has is named, and not handed out', async (t) => {
  const made = machine(t, { dlls: ['KERNEL32.dll', 'libstdc++-6.dll', 'api-ms-win-core-synch-l1-2-0.dll'] });
  const { code, out, said } = await build(made);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(said, /libraries that no Windows has of itself: libstdc\+\+-6\.dll\n/);
});

test('Rust’s standard library comes by rustup where rustup is, or it is said how it comes', async (t) => {
  const got = machine(t, { std: false }, { rustup: 'case "$1" in target) touch "$FAKE/std/libstd-0.rlib" ;; esac' });
  assert.equal((await build(got)).code, 0);
  assert.deepEqual(got.calls('rustup'), [`rustup target add ${TARGET}`]);

  for (const [tools, tried] of [
    [{}, /(?:)/],
    [
      { rustup: 'case "$1" in target) echo "error: no network" >&2; exit 1 ;; esac' },
      /no network[^]*rustup could not get/,
    ],
  ]) {
    const made = machine(t, { std: false }, tools);
    const { code, out, said } = await build(made);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(said, tried);
    assert.match(said, new RegExp(`standard library for ${TARGET} is not installed\\..*libstd-rust-dev-windows`));
  }
});

test('mingw-w64 is installed where it is missing', async (t) => {
  const made = machine(t);
  writeFileSync(join(made.folder, 'installed'), made.read('installed').replace('g++-mingw-w64-x86-64\n', ''));
  assert.equal((await build(made)).code, 0);
  assert.match(
    made.calls('apt-get').find((call) => / install /.test(call)),
    /g\+\+-mingw-w64-x86-64/,
  );
});

test('with the window it is another program, and what finds WebView2 lies beside it', async (t) => {
  const made = machine(t, { dlls: ['KERNEL32.dll', LOADER] });
  writeFileSync(join(made.folder, 'installed'), made.read('installed').replace('libwebkit2gtk-4.1-dev\n', ''));
  const { code, out, said } = await made.dev(['build', '--windows']);
  assert.equal(code, 0, said);
  assert.equal(out, `${made.clone}/target/windows/skylark.exe\n`);
  assert.doesNotMatch(made.read('clone/target/windows/skylark.exe'), /--no-default-features/);
  assert.ok(made.has(`clone/target/windows/${LOADER}`));
  assert.doesNotMatch(made.read('installed'), /webkit/, 'nothing is installed for Linux’s window');

  const headless = await build(made);
  assert.equal(headless.code, 1, 'where nothing lies beside, nobody has it');
  assert.match(headless.said, new RegExp(`no Windows has of itself: ${LOADER}`));
});

/** What the installer is made of, by name. */
const defined = (made) =>
  Object.fromEntries([...made.read('makensis').matchAll(/^-D(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

test('the installer is made of the stripped program, what lies beside it, and what belongs to it', async (t) => {
  const made = machine(t, { dlls: ['KERNEL32.dll', LOADER] });
  made.write('tauri.conf.json', '{ "identifier": "live.skylark.panel" }');
  const { code, out, said } = await made.dev(['package', '--windows']);
  assert.equal(code, 0, said);
  const folder = `${made.clone}/target/installer`;
  assert.equal(out, `${folder}/Skylark_0.1.0_x64-setup.exe\n`);
  assert.deepEqual(defined(made), {
    VERSION: '0.1.0',
    HOMEPAGE: 'https://github.com/skylark-live/skylark',
    PUBLISHER: 'The Skylark authors',
    IDENTIFIER: 'live.skylark.panel',
    ROOT: `${folder}/root`,
    SIZE_KB: '27000',
    ICON: `${made.clone}/icons/icon.ico`,
    OUT: `${folder}/Skylark_0.1.0_x64-setup.exe`,
  });
  assert.deepEqual(readdirSync(`${folder}/root`).sort(), [LOADER, 'licences.txt', 'skylark.exe']);
  assert.equal(made.read('clone/target/installer/root/licences.txt'), `licences for ${TARGET}\n`);
  assert.match(made.read('installed'), /^nsis$/m);
});

test('a signer that is named signs the program before it is packed, and is handed to what makes the installer', async (t) => {
  const made = machine(t, { dlls: ['KERNEL32.dll', LOADER] }, { signer: 'echo signed >>"$1"' });
  made.write('tauri.conf.json', '{ "identifier": "live.skylark.panel" }');
  const signer = join(made.folder, 'bin/signer');
  assert.equal((await made.dev(['package', '--windows'], { SKYLARK_SIGN: signer })).code, 0);
  assert.match(made.read('clone/target/installer/root/skylark.exe'), /\nsigned\n$/);
  assert.equal(defined(made).SIGN, signer);

  made.tool('signer', 'echo "no key" >&2; exit 1');
  const { code, out, said } = await made.dev(['package', '--windows'], { SKYLARK_SIGN: signer });
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(said, /no key[^]*could not sign/);
});

test('an installer that cannot be made is none', async (t) => {
  const made = machine(t, { dlls: ['KERNEL32.dll', LOADER] }, { makensis: 'echo "Error in script" >&2; exit 1' });
  made.write('tauri.conf.json', '{ "identifier": "live.skylark.panel" }');
  const { code, out, said } = await made.dev(['package', '--windows']);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(said, /Error in script[^]*The installer could not be made/);
});

test('./dev test windows says what it lacks, and does not pass for passed', async (t) => {
  const made = machine(t, {}, { id: 'echo 1000', sudo: 'exit 1' });
  const { code, said } = await made.dev(['test', 'windows']);
  assert.equal(code, 0, said);
  assert.match(said, /windows # a machine with Wine \(a chroot\) needs root/);
  assert.match(said, /Passed: nothing\. Skipped: 1, listed above\. Left out: .*windows \(all skipped\)/);
});

test('./dev test without a suite’s name does not speak of Windows', () => {
  const said = readFileSync(join(resolve(import.meta.dirname, '../..'), 'scripts/test.sh'), 'utf8');
  assert.doesNotMatch(said.match(/^SUITES="(.*)"$/m)[1], /windows/);
});

test('./dev lint windows says that nothing was checked where it cannot be', async (t) => {
  const made = machine(t, { std: false });
  const { code, said } = await made.dev(['lint', 'windows']);
  assert.equal(code, 0, said);
  assert.match(said, /Windows was not checked: Rust's standard library/);
  assert.deepEqual(clippy(made), []);
});

test('./dev lint checks Windows’ program where its compiler is, and what comes after is Linux’ again', async (t) => {
  const tools = {
    cargo: `${CARGO.replace('esac', '')}\n  *" clippy "*|*" doc "*) echo "flags=$CARGO_ENCODED_RUSTFLAGS" >>"$FAKE/calls" ;;\nesac`,
    timeout: 'shift; exec "$@"',
    'cargo-deny': '',
    git: '',
  };
  const made = machine(t, {}, tools);
  made.write('deny.toml', '# Last look: never\n');
  const { code, said } = await made.dev(['lint']);
  assert.equal(code, 0, said);
  const calls = made.read('calls').split('\n');
  const flags = (fits) => calls[calls.findIndex((call) => fits.test(call)) + 1];
  assert.match(flags(/^cargo clippy .*--no-default-features .*--target x86_64-pc-windows-gnu/), /^flags=-L./);
  assert.equal(flags(/^cargo doc /), 'flags=');
  assert.match(
    calls.findLast((call) => /^cargo (clippy|doc) /.test(call)),
    /doc/,
    'it is not the last of them',
  );

  const without = machine(t, { std: false }, tools);
  without.write('deny.toml', '# Last look: never\n');
  const left = await without.dev(['lint']);
  assert.equal(left.code, 0, left.said);
  assert.match(left.said, /Windows was not checked/);
  assert.ok(clippy(without).every((call) => !call.includes(TARGET)));
});
