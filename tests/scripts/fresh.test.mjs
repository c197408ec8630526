// ./dev test fresh, without a machine: what is done once is not done again, what cannot be tried is named, a failure keeps its log and
// takes nothing with it, and the last line is true. The chroots are folders, and what would be run in them is written down.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

const STEPS = ['norights-sentence', 'sudo-run', 'sudo-ui', 'root-setup', 'root-run', 'root-suites', 'oldest-deb'];

const TOOLS = {
  git: `
case " $* " in
  *" rev-parse "*) cat "$FAKE/commit" ;;
  *" clone "*) mkdir -p "$5" ;;
esac`,
  debootstrap: `
for word in "$@"; do case $word in "$FAKE"/*) base=$word ;; esac; done
if [ -e "$FAKE/no-mirror-of-$(basename "$(dirname "$base")")" ]; then echo "E: Failed getting release file https://mirror.example/dists/InRelease" >&2; exit 1; fi
if [ -e "$FAKE/bad-mirror" ]; then echo "E: Tried to extract package, but file already exists" >&2; exit 1; fi
mkdir -p "$base/etc/apt/apt.conf.d" "$base/tmp"
echo "deb https://mirror.example/debian suite main" >"$base/etc/apt/sources.list"`,
  'apt-config': '',
  findmnt: '',
  chroot: '[ ! -e "$FAKE/no-locale" ] || { echo "cannot open locale definition file" >&2; exit 1; }',
  dpkg: '',
  'dpkg-deb': 'mkdir -p "$3/usr/share/keyrings"; : >"$3/usr/share/keyrings/ubuntu-archive-keyring.gpg"',
  rustc: 'case "$*" in *sysroot*) echo /opt ;; *) echo "rustc 1.95.0 (0000000 2026-01-01)" ;; esac',
  // --mount --pid --fork --kill-child --propagation private bash scripts/enter-machine.sh MACHINE RUST PERSON HOME FOLDER … -- COMMAND…
  unshare: `
shift 8
machine=$1
while [ "$1" != -- ]; do shift; done
shift
mkdir -p "$machine/etc/sudoers.d"
echo "$*" >>"$FAKE/inside"
if [ -e "$FAKE/fails" ] && echo "$*" | grep -qf "$FAKE/fails"; then echo "half of it is done"; echo "the moon fell down"; exit 3; fi
case "$*" in
  "./dev test") mkdir -p target; if [ -e "$FAKE/skips" ]; then cat "$FAKE/skips"; else echo "==> All passed: everything"; fi ;;
  *"apt-get download"*) [ ! -e "$FAKE/no-keys" ] || { echo "E: Failed to fetch" >&2; exit 100; }; : >"$machine/tmp/ubuntu-keyring_1.deb" ;;
  *) echo "well" ;;
esac`,
};

function machine(t, tools) {
  const made = new Machine({ ...TOOLS, ...tools }).install();
  t.after(() => made.remove());
  writeFileSync(join(made.folder, 'installed'), `${made.read('installed')}debootstrap\n`);
  writeFileSync(join(made.folder, 'commit'), 'c0ffee\n');
  return made;
}

const fresh = (made, ...words) => made.dev(['test', 'fresh', ...words]);
/** What was run in machines since the last question. */
function inside(made) {
  const run = made.read('inside').trim().split('\n').filter(Boolean);
  writeFileSync(join(made.folder, 'inside'), '');
  return run;
}
const kept = (made, path) => join(made.home, '.cache/skylark-fresh', path);
const lines = ({ said }) =>
  said
    .replace(/\x1b\[[0-9;]*m/g, '')
    .trim()
    .split('\n');
const lastLine = (ended) => lines(ended).at(-1);
/** The table at the end: what became of this step. */
const of = (ended, name) => lines(ended).findLast((line) => line.startsWith(`  ${name}:`));

/** The package that the suites would have left. */
function withDeb(made) {
  const path = kept(made, 'debian12/root/root/Mein Café/skylark/target/deb/skylark.deb');
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
}

test('each step is run in its machine, and one without its .deb is skipped by name', async (t) => {
  const made = machine(t);
  const ended = await fresh(made, 'debian12');
  assert.equal(ended.code, 0, ended.said);
  for (const step of STEPS.slice(0, -1)) assert.match(of(ended, `debian12 ${step}`), /: passed, \d+ s: /, step);
  assert.match(of(ended, 'debian12 oldest-deb'), /: skipped, there is no \.deb yet/);
  assert.equal(lastLine(ended), '==> Passed: 6. Left out: 1, listed above.');
  assert.doesNotMatch(lastLine(ended), /All passed/);
  const run = inside(made);
  assert.ok(run.includes('./dev test') && run.includes('bash tests/fresh/until-sentence.sh'), run.join('\n'));
  assert.ok(!run.some((words) => /installed\.sh/.test(words)));
});

test('a second run of the same commit does nothing again, and says so; another commit is tried anew', async (t) => {
  const made = machine(t);
  await fresh(made, 'debian13/norights-sentence', 'debian13/root-run');
  inside(made);
  const again = await fresh(made, 'debian13/norights-sentence', 'debian13/root-run', 'debian13/sudo-run');
  assert.equal(again.code, 0, again.said);
  assert.match(of(again, 'debian13 norights-sentence'), /: passed earlier, \d+ s: well$/);
  assert.match(of(again, 'debian13 root-run'), /: passed earlier, \d+ s: well$/);
  assert.match(of(again, 'debian13 sudo-run'), /: passed, \d+ s: well$/);
  assert.equal(inside(made).filter((words) => /until-live/.test(words)).length, 1, 'only what was open');
  assert.equal(made.calls('debootstrap').length, 1, 'the release is made once');

  writeFileSync(join(made.folder, 'commit'), 'decade\n');
  const anew = await fresh(made, 'debian13/root-run');
  assert.match(of(anew, 'debian13 root-run'), /: passed, /);
  assert.equal(readFileSync(kept(made, 'debian13/root.commit'), 'utf8'), 'decade\n');
  assert.equal(made.calls('debootstrap').length, 1, 'and still once');
});

test('a release whose mirror is out of reach is skipped by name, and the next one is tried', async (t) => {
  const made = machine(t);
  writeFileSync(join(made.folder, 'no-mirror-of-debian12'), '');
  const ended = await fresh(made, 'debian12', 'debian13/norights-sentence');
  assert.equal(ended.code, 0, ended.said);
  assert.match(of(ended, 'debian12'), /: skipped, its mirror is out of reach$/);
  assert.match(of(ended, 'debian13 norights-sentence'), /: passed, /);
  assert.equal(lastLine(ended), '==> Passed: 1. Left out: 1, listed above.');
  const alone = await fresh(made, 'debian12');
  assert.equal(alone.code, 0, alone.said);
  assert.equal(lastLine(alone), '==> Passed: 0. Left out: 1, listed above.');
});

test('Ubuntu without its keys, or with keys that cannot be fetched, is skipped by name', async (t) => {
  const made = machine(t);
  writeFileSync(join(made.folder, 'unknown'), 'ubuntu-keyring\n');
  const ended = await fresh(made, 'ubuntu24.04');
  assert.equal(ended.code, 0, ended.said);
  assert.match(
    of(ended, 'ubuntu24.04'),
    /: skipped, Ubuntu's keys are not here; \.\/dev test fresh debian13 gets them$/,
  );
  await fresh(made, 'debian13/norights-sentence');
  writeFileSync(join(made.folder, 'no-keys'), '');
  const unfetched = await fresh(made, 'ubuntu24.04', 'debian13/norights-sentence');
  assert.equal(unfetched.code, 0, unfetched.said);
  assert.match(of(unfetched, 'ubuntu24.04'), /: skipped, Ubuntu's keys are not here/);
  assert.match(of(unfetched, 'debian13 norights-sentence'), /: passed earlier/);
});

for (const [how, file, log] of [
  ['debootstrap fails of itself', 'bad-mirror', /file already exists/],
  ['what is set up in it fails', 'no-locale', /cannot open locale definition file/],
]) {
  test(`a release that cannot be made (${how}) is a failure with its log, and the next one is tried`, async (t) => {
    const made = machine(t);
    writeFileSync(join(made.folder, file), '');
    const ended = await fresh(made, 'debian12', 'debian13');
    assert.equal(ended.code, 1, ended.said);
    for (const release of ['debian12', 'debian13']) {
      assert.match(of(ended, release), /: FAILED to be made, see .*base\.log$/);
      assert.match(readFileSync(kept(made, `${release}/logs/base.log`), 'utf8'), log);
      assert.equal(existsSync(kept(made, `${release}/done/base`)), false, 'it is made anew the next time');
    }
    assert.equal(lastLine(ended), 'Failed: 2 of 2.');
  });
}

test('a step that fails keeps its log, the next ones run, the end is a failure, and it is tried again', async (t) => {
  const made = machine(t);
  writeFileSync(join(made.folder, 'fails'), 'no-service\n');
  const ended = await fresh(made, 'debian12');
  assert.equal(ended.code, 1, ended.said);
  assert.match(of(ended, 'debian12 root-setup'), /: FAILED after \d+ s: the moon fell down$/);
  assert.equal(
    readFileSync(kept(made, 'debian12/logs/root-setup.log'), 'utf8'),
    'half of it is done\nthe moon fell down\n',
  );
  assert.match(of(ended, 'debian12 root-suites'), /: passed, /);
  assert.equal(lastLine(ended), 'Failed: 1 of 7.');

  writeFileSync(join(made.folder, 'fails'), 'nothing of that\n');
  const again = await fresh(made, 'debian12/root-setup');
  assert.equal(again.code, 0, again.said);
  assert.match(of(again, 'debian12 root-setup'), /: passed, /);
  assert.equal(lastLine(again), '==> All passed: debian12/root-setup');
});

test('suites that left something out are passed in part, also the next time', async (t) => {
  const made = machine(t);
  for (const words of [
    'Passed: scripts ui. Skipped: 2, listed above.',
    'Passed: scripts. Skipped: 3, listed above. Left out: browser (all skipped).',
  ]) {
    writeFileSync(join(made.folder, 'skips'), `\x1b[1m==> ${words}\x1b[0m\n`);
    writeFileSync(join(made.folder, 'commit'), `${words.length}\n`);
    for (const attempt of ['passed', 'passed earlier']) {
      const ended = await fresh(made, 'debian12/root-suites', 'debian12/root-run');
      assert.equal(ended.code, 0, ended.said);
      assert.ok(of(ended, 'debian12 root-suites').endsWith(words), ended.said);
      assert.match(of(ended, 'debian12 root-suites'), new RegExp(`: ${attempt}, `));
      assert.equal(lastLine(ended), '==> Passed: 2, 1 of them in part: what it skipped stands in its log.');
    }
  }
});

test('the .deb of the oldest release is given to the others', async (t) => {
  const made = machine(t);
  withDeb(made);
  const ended = await fresh(made, 'debian13/oldest-deb');
  assert.equal(ended.code, 0, ended.said);
  assert.deepEqual(inside(made), ['bash tests/fresh/installed.sh /tmp/skylark.deb']);
  assert.ok(existsSync(kept(made, 'debian13/bare/tmp/skylark.deb')));
  assert.equal(lastLine(ended), '==> All passed: debian13/oldest-deb');
});

test('nothing is removed below which something is mounted', async (t) => {
  const made = machine(t);
  await fresh(made, 'debian13/norights-sentence');
  writeFileSync(join(made.folder, 'commit'), 'decade\n');
  made.tool('findmnt', `echo "${kept(made, 'debian13/gast')}/proc"`);
  const ended = await fresh(made, 'debian13/norights-sentence');
  assert.equal(ended.code, 1);
  assert.match(of(ended, 'debian13 norights-sentence'), /Something is still mounted below .*gast/);
  assert.ok(existsSync(kept(made, 'debian13/gast')));
});
