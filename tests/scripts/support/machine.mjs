// A machine for ./dev that is made of scripts: its PATH has the project's script, harmless tools of this machine, and an apt-get, a
// sudo, a cargo and an npm that do what a test says. Everything is in one folder, whose path has a space and an é.

import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../..');

/** Of this machine: nothing that installs, builds or asks anybody. */
const HARMLESS =
  'bash sh awk basename cat chmod cmp comm cp cut date dirname env false find fold grep gzip head install ls mkdir mktemp mv printf pwd readlink realpath rm rmdir sed sha256sum sleep sort tail tee touch tr true uname wc xargs'.split(
    ' ',
  );

/** What the tools do unless a test says otherwise. Each call is written down first, by its name and words. */
const TOOLS = {
  id: 'echo "${FAKE_UID:-0}"',
  sudo: '"$@"',
  'apt-get': `
case " $* " in
  *" -s "*|*" update "*) ;;
  *" install "*) for word in "$@"; do case $word in -*|install) ;; *) echo "$word" >>"$FAKE/installed" ;; esac; done ;;
esac`,
  // As apt speaks to a German, unless it is told otherwise, and at a length that no pipe holds.
  'apt-cache': `
word=Installationskandidat none='(keine)'
if [ "\${LC_ALL:-}" = C ]; then word=Candidate none='(none)'; fi
shift
for name in "$@"; do
  echo "$name:"
  if grep -qx "$name" "$FAKE/unknown" 2>/dev/null; then echo "  $word: $none"; continue; fi
  echo "  $word: 1.0"
  line=0
  while [ $line -lt 100 ]; do echo "     1.0 500 and more words, so that all of it is longer than a pipe holds at once"; line=$((line + 1)); done
done`,
  'dpkg-query': `
status=0
for name in "$@"; do
  case $name in -*|'\${'*) continue ;; esac
  if grep -qx "$name" "$FAKE/installed" 2>/dev/null; then echo "$name install ok installed"; else status=1; fi
done
exit $status`,
  systemctl: '',
  rustc: 'echo "rustc 1.95.0 (0000000 2026-01-01)"',
  cargo: `
case " $* " in
  *" metadata "*) printf '{"target_directory":"%s/target"}' "$PWD" ;;
  *" tree "*) echo one; echo two ;;
  *" build "*)
    mkdir -p target/release/deps target/debug
    printf '#!/bin/sh\\necho "a new program: $*"\\n' | tee target/release/skylark >target/debug/skylark
    echo '#!/bin/sh' >target/debug/fakecam
    chmod +x target/release/skylark target/debug/* ;;
esac`,
  npm: `
case " $* " in
  *" install "*) mkdir -p ui/node_modules tests/node_modules ;;
  *" run "*" build"*) mkdir -p ui/dist ;;
esac`,
  node: `exec ${process.execPath.replaceAll(' ', '\\ ')} "$@"`,
};

export class Machine {
  /** `tools` replaces what tools do (see TOOLS), or takes one away (null). */
  constructor(tools = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'skylark dév '));
    this.clone = join(this.folder, 'clone');
    this.bin = join(this.folder, 'bin');
    this.home = join(this.folder, 'home');
    const system = join(this.folder, 'system');
    for (const path of [
      this.clone,
      this.bin,
      this.home,
      system,
      join(this.clone, 'ui/src'),
      join(this.clone, 'tests'),
      join(this.clone, 'icons'),
    ])
      mkdirSync(path, { recursive: true });
    for (const part of ['dev', 'scripts', 'packaging', 'Cargo.toml'])
      cpSync(join(repository, part), join(this.clone, part), { recursive: true });
    for (const part of ['ui', 'tests'])
      for (const file of ['package.json', 'package-lock.json']) writeFileSync(join(this.clone, part, file), '{}');
    for (const file of ['ui/vite.config.ts', 'ui/svelte.config.js', 'ui/src/page.ts', 'icons/skylark.svg'])
      this.write(file, '');
    for (const tool of HARMLESS) {
      const found = process.env.PATH.split(delimiter)
        .map((folder) => join(folder, tool))
        .find(existsSync);
      if (found) symlinkSync(found, join(system, tool));
    }
    for (const [name, body] of Object.entries({ ...TOOLS, ...tools })) if (body !== null) this.tool(name, body);
    this.environment = {
      PATH: `${this.bin}:${system}`,
      HOME: this.home,
      FAKE: this.folder,
      LANG: 'de_DE.UTF-8',
      SKYLARK_SYSTEM_ROOT: join(this.folder, 'root'),
      SKYLARK_LOCK_PAUSE: '0',
      TMPDIR: tmpdir(),
    };
  }

  /** Makes a tool of a shell script, in the machine's own folder or another one. */
  tool(name, body, folder = this.bin) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"$FAKE/calls"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** A file in the clone. */
  write(path, text) {
    mkdirSync(join(this.clone, path, '..'), { recursive: true });
    writeFileSync(join(this.clone, path), text);
  }

  /** A file of the machine, by its path in its own folder; empty where there is none. */
  read(path) {
    return existsSync(join(this.folder, path)) ? readFileSync(join(this.folder, path), 'utf8') : '';
  }

  has(path) {
    return existsSync(join(this.folder, path));
  }

  /** These packages are there already; all that building needs, if none is named. */
  install(...packages) {
    const listed = (name) =>
      readFileSync(join(repository, 'scripts/packages.sh'), 'utf8').match(new RegExp(`^${name}="(.*)"$`, 'm'))[1];
    const names =
      packages.length > 0 ? packages : `${listed('BUILD_PACKAGES')} ${listed('WINDOW_PACKAGES')}`.split(' ');
    writeFileSync(join(this.folder, 'installed'), names.map((name) => `${name}\n`).join(''));
    return this;
  }

  /** The calls of a tool since the last question, each as one line. */
  calls(tool) {
    return this.read('calls')
      .split('\n')
      .filter((line) => line.startsWith(`${tool} `));
  }

  /** Runs ./dev to its end. */
  dev(words, environment = {}) {
    const child = spawn(join(this.clone, 'dev'), words, {
      env: { ...this.environment, ...environment },
      cwd: this.home,
      timeout: 300_000,
    });
    let out = '';
    let said = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (said += text));
    return new Promise((ended) => child.once('close', (code, signal) => ended({ code: code ?? signal, out, said })));
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
