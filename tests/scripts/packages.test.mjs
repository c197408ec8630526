// What ./dev installs, in which words it asks apt, what it does where apt is in use, and what it says where nobody may install.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

/** A machine that goes away with the test. */
function machine(t, tools) {
  const made = new Machine(tools);
  t.after(() => made.remove());
  return made;
}

const installs = (made) => made.calls('apt-get').filter((call) => / install /.test(call) && !/ -s /.test(call));

test('everything that is missing is asked for in one round, whatever language apt speaks and however much it says', async (t) => {
  const made = machine(t, { npm: null, rustc: null });
  made.tool('rustup', '');
  const { said } = await made.dev(['setup', '--tests', '--peers']);
  assert.equal(installs(made).length, 1, said);
  for (const name of ['build-essential', 'libwebkit2gtk-4.1-dev', 'xvfb', 'chromium', 'firefox-esr', 'npm', 'janus'])
    assert.match(installs(made)[0], new RegExp(` ${name}( |$)`), name);
  assert.doesNotMatch(said, /has no package/);
});

test('what a distribution lacks is named and left out, and nothing that building needs may be', async (t) => {
  const made = machine(t);
  writeFileSync(`${made.folder}/unknown`, 'chromium\nfirefox-esr\n');
  const { code, said } = await made.dev(['setup', '--tests']);
  assert.equal(code, 0, said);
  assert.match(said, /no package chromium; the tests that need it will be skipped/);
  assert.doesNotMatch(installs(made)[0], /chromium|firefox/);

  const poor = machine(t);
  writeFileSync(`${poor.folder}/unknown`, 'libvpx-dev\n');
  const refused = await poor.dev(['setup']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.said, /apt knows no package libvpx-dev/);
  assert.deepEqual(installs(poor), []);
});

test('nothing is asked for where everything is there', async (t) => {
  const made = machine(t).install();
  const { code } = await made.dev(['setup']);
  assert.equal(code, 0);
  assert.deepEqual(made.calls('apt-get'), []);
});

test('nothing of somebody’s is removed for what tests want', async (t) => {
  const made = machine(t, {
    'apt-get': `
case " $* " in
  *" --no-remove "*" pulseaudio "*) echo "E: Packages need to be removed but remove is disabled." >&2; exit 100 ;;
  *" pulseaudio "*) echo "their sound server is gone" >"$FAKE/removed" ;;
esac`,
  });
  const { code, said } = await made.dev(['setup', '--tests']);
  assert.equal(code, 0, said);
  assert.match(said, /pulseaudio does not fit beside what is installed here/);
  assert.doesNotMatch(installs(made).at(-1), / pulseaudio /);
  assert.match(installs(made).at(-1), / chromium /);
  assert.equal(made.read('removed'), '');
});

for (const [what, lock] of [
  ['update', '/var/lib/apt/lists/lock'],
  ['install', '/var/lib/dpkg/lock-frontend'],
]) {
  const locked = (times) => `
case " $* " in *" -s "*) exit ;; *" ${what} "*) ;; *) exit ;; esac
echo try >>"$FAKE/tries"
if [ "$(wc -l <"$FAKE/tries")" -le ${times} ]; then
  echo "E: Could not get lock ${lock}. It is held by process 4711 (unattended-upgr)" >&2
  exit 100
fi`;

  test(`apt-get ${what} waits while another holds its lock, and says so once`, async (t) => {
    const made = machine(t, { 'apt-get': locked(3) });
    const { code, said } = await made.dev(['setup'], { SKYLARK_LOCK_PAUSE: '0' });
    assert.equal(code, 0, said);
    assert.equal(said.match(/in use by unattended-upgr \(process 4711\)/g)?.length, 1, said);
    assert.equal(made.read('tries').split('\n').length - 1, 4);
  });

  test(`apt-get ${what} does not wait for ever, and nothing is done after it`, async (t) => {
    const made = machine(t, { 'apt-get': locked(1_000_000) });
    const { code, said } = await made.dev(['run'], { SKYLARK_LOCK_PATIENCE: '0' });
    assert.notEqual(code, 0);
    assert.match(said, /still in use by unattended-upgr.*Run this again/s);
    assert.deepEqual(made.calls('npm'), []);
    assert.deepEqual(
      made.calls('cargo').filter((call) => / build /.test(call)),
      [],
    );
  });
}

test('apt-get that fails ends everything, with its own words', async (t) => {
  const made = machine(t, {
    'apt-get': 'case " $* " in *" -s "*|*" update "*) ;; *) echo "E: Kein Platz auf dem Gerät" >&2; exit 100 ;; esac',
  });
  const { code, said } = await made.dev(['run']);
  assert.notEqual(code, 0);
  assert.match(said, /Kein Platz auf dem Gerät/);
  assert.match(said, /could not be installed/);
  assert.deepEqual(made.calls('npm'), []);
});

test('lists that cannot all be fetched are no reason to stop where those that are here suffice', async (t) => {
  const made = machine(t, {
    'apt-get': 'case " $* " in *" update "*) echo "E: The repository of somebody else is gone" >&2; exit 100 ;; esac',
  });
  const { code, said } = await made.dev(['setup']);
  assert.equal(code, 0, said);
  assert.match(said, /Not all lists of packages could be fetched/);
});

for (const [why, tools] of [
  ['there is no sudo here', { sudo: null }],
  ['sudo was refused', { sudo: 'echo "gast ist nicht in der sudoers-Datei." >&2; exit 1' }],
]) {
  test(`without rights (${why}) one line says what to do, and nothing is done`, async (t) => {
    const made = machine(t, { ...tools, npm: null });
    const { code, said } = await made.dev(['test'], { FAKE_UID: '1000' });
    assert.notEqual(code, 0);
    assert.ok(said.includes(why), said);
    assert.match(
      said,
      /As root, run:\n {2}apt-get update && apt-get install -y --no-install-recommends .*libwebkit2gtk-4.1-dev .*npm .*chromium.*\nthen run this again/,
    );
    assert.deepEqual(made.calls('apt-get'), []);
  });
}

test('without rights tests run with what is there, and it is said what could be more', async (t) => {
  const made = machine(t, { sudo: null }).install();
  const { code, said } = await made.dev(['setup', '--tests'], { FAKE_UID: '1000' });
  assert.equal(code, 0, said);
  assert.match(said, /Some tests will be skipped.*apt-get install -y --no-install-recommends xvfb /s);
});

test('with sudo one call of it installs everything', async (t) => {
  const made = machine(t);
  const { code, said } = await made.dev(['setup', '--tests'], { FAKE_UID: '1000' });
  assert.equal(code, 0, said);
  assert.equal(made.calls('sudo').filter((call) => /apt-as-root/.test(call)).length, 1);
});
