// What ./dev lint says of advisories and of a newer Rust is true: what could not be looked at is said, what is open ends it, and the day
// of a look is written down.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

/** `cargo deny`, beside what the machine's cargo does: `fetch` and `check` do what the files by their names say. */
const CARGO = `
case " $* " in
  *" metadata "*) printf '{"target_directory":"%s/target"}' "$PWD" ;;
  *" fetch db "*) [ -e "$FAKE/online" ] || { echo "error: failed to fetch" >&2; exit 1; } ;;
  *" check advisories "*) [ ! -e "$FAKE/open" ] || { echo "error[vulnerability]: RUSTSEC-2026-0001" >&2; exit 1; } ;;
esac`;

function machine(t, { online = false, database = false, open = false } = {}, tools = {}) {
  const made = new Machine({
    cargo: CARGO,
    'cargo-deny': '',
    timeout: 'shift; exec "$@"',
    git: 'case " $* " in *" log "*) echo 2026-11-28 ;; esac',
    ...tools,
  }).install();
  t.after(() => made.remove());
  made.write('deny.toml', '# Last look: never\n[advisories]\n');
  for (const [name, there] of Object.entries({ online, open })) if (there) writeFileSync(join(made.folder, name), '');
  if (database) mkdirSync(join(made.home, '.cargo/advisory-dbs/advisory-db-0'), { recursive: true });
  return made;
}

const written = (made) => readFileSync(join(made.clone, 'deny.toml'), 'utf8');
const looks = (made) => made.calls('cargo').filter((call) => / check advisories/.test(call));

test('without a database of advisories, and without one of before, it is said that nobody looked', async (t) => {
  const made = machine(t);
  const { code, said } = await made.dev(['lint']);
  assert.equal(code, 0, said);
  assert.match(said, /Advisories are not looked at now: their database cannot be fetched, and was not before/);
  assert.match(said, /last look that was written down: never/);
  assert.doesNotMatch(said, /nothing that deny\.toml does not list/);
  assert.deepEqual(looks(made), []);

  const asked = await made.dev(['advisories']);
  assert.equal(asked.code, 1);
  assert.match(asked.said, /Nothing was written down/);
  assert.match(written(made), /^# Last look: never\n/);
});

test('a database that was fetched before is looked at where it cannot be fetched now, and that is said', async (t) => {
  const made = machine(t, { database: true });
  const { code, said } = await made.dev(['lint']);
  assert.equal(code, 0, said);
  assert.match(said, /it is the one that was fetched last/);
  assert.match(said, /nothing that deny\.toml does not list\. Database: 2026-11-28/);
  assert.match(looks(made)[0], /--offline/);
});

test('an open advisory ends it, and no day is written down', async (t) => {
  const made = machine(t, { online: true, database: true, open: true });
  for (const words of [['lint'], ['advisories']]) {
    const { code, said } = await made.dev(words);
    assert.equal(code, 1, said);
    assert.match(said, /RUSTSEC-2026-0001[^]*An advisory is open, see above/);
  }
  assert.match(written(made), /^# Last look: never\n/);
});

test('the day of a look is written down, with the database’s, and ./dev lint says it', async (t) => {
  const made = machine(t, { online: true, database: true });
  const before = new Date().toISOString().slice(0, 10);
  const { code, said } = await made.dev(['advisories']);
  const after = new Date().toISOString().slice(0, 10);
  assert.equal(code, 0, said);
  assert.doesNotMatch(looks(made)[0], /--offline/);
  const [, day, rest] = written(made).match(/^# Last look: (\S+), (.*)\n\[advisories\]\n$/);
  assert.ok(day === before || day === after, day);
  assert.match(rest, /^at the database of 2026-11-28: no open vulnerability/);
  assert.match((await made.dev(['lint'])).said, new RegExp(`last look that was written down: ${day}, at the database`));
});

/** A rustup with these toolchains, which runs what it is asked to by the machine's cargo. */
const rustup = (...toolchains) => `
case "$1 $2" in
  "toolchain list") printf '%s\\n' ${toolchains.map((name) => `'${name}'`).join(' ')} ;;
  "run nightly") shift 2; RUSTUP_TOOLCHAIN=nightly "$@" ;;
esac`;

test('./dev lint newest asks the nightly Rust, in a folder of its own, and nothing else', async (t) => {
  const made = machine(
    t,
    {},
    { rustup: rustup('stable-x86_64-unknown-linux-gnu (default)', 'nightly-x86_64-unknown-linux-gnu') },
  );
  made.tool(
    'cargo',
    `${CARGO}\ncase " $* " in *" clippy "*) echo "$RUSTUP_TOOLCHAIN $CARGO_TARGET_DIR" >"$FAKE/linted" ;; esac`,
  );
  const { code, said } = await made.dev(['lint', 'newest']);
  assert.equal(code, 0, said);
  assert.equal(made.read('linted'), `nightly ${made.clone}/target/nightly\n`);
  const clippy = made.calls('cargo').filter((call) => / clippy /.test(` ${call} `));
  assert.equal(clippy.length, 1);
  assert.match(clippy[0], /--workspace --all-targets --features media\/measuring -- -D warnings/);
  assert.match(said, /builds and lints without a warning/);
});

test('./dev lint newest ends with what the newest Rust complains of', async (t) => {
  const made = machine(t, {}, { rustup: rustup('nightly-x86_64-unknown-linux-gnu') });
  made.tool('cargo', `${CARGO}\ncase " $* " in *" clippy "*) echo "error: this is new" >&2; exit 101 ;; esac`);
  const { code, said } = await made.dev(['lint', 'newest']);
  assert.equal(code, 1);
  assert.match(said, /this is new[^]*does not take it as it is/);
});

for (const [what, tools] of [
  ['no nightly', { rustup: rustup('stable-x86_64-unknown-linux-gnu (default)', '1.95.0-x86_64-unknown-linux-gnu') }],
  ['no rustup', {}],
]) {
  test(`where there is ${what} ./dev lint newest says that nothing was tried, and how to have it`, async (t) => {
    const made = machine(t, {}, tools);
    const { code, said } = await made.dev(['lint', 'newest']);
    assert.equal(code, 0, said);
    assert.match(
      said,
      /A newer Rust was not tried: there is no nightly one here\. Get it with: rustup toolchain install nightly/,
    );
    assert.doesNotMatch(said, /without a warning/);
    assert.deepEqual(
      made.calls('cargo').filter((call) => /clippy/.test(call)),
      [],
    );
  });
}

test('./dev lint itself leaves the newest Rust alone', async (t) => {
  const made = machine(t, {}, { rustup: rustup('nightly-x86_64-unknown-linux-gnu') });
  assert.equal((await made.dev(['lint'])).code, 0);
  assert.deepEqual(
    made.calls('rustup').filter((call) => /nightly/.test(call)),
    [],
  );
});
