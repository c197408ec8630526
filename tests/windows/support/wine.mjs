// The program for Windows, under Wine: a real `skylark.exe headless` in the machine that ./dev test windows made, started, read, told and
// ended by its process id. SKYLARK_EXE names the program, beside which lies what its window needs, and WINE_MACHINE the machine.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Headless, within } from '../../support/headless.mjs';

const repository = resolve(import.meta.dirname, '../../..');

export const exe = process.env.SKYLARK_EXE ?? '';
const machine = process.env.WINE_MACHINE ?? '';

/** Why nothing can be run here; null where it can. */
export const missing = () =>
  existsSync(exe) && existsSync(machine) ? null : 'SKYLARK_EXE and WINE_MACHINE name no program and no machine';

const enterWine = join(repository, 'scripts/enter-wine.sh');
/** What runs a command in that machine, which sees the folder as /skylark. Its environment is the machine's own, and what is given here. */
const entering = (folder, environment = {}) => [
  ...['--mount', '--propagation', 'private', 'bash', enterWine, machine, folder],
  ...['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
];

/** Runs a command there until it ends: its exit code, and what it printed. */
export function inWine(folder, command, environment) {
  const options = { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 26 };
  const { status, stdout, stderr, error } = spawnSync(
    'unshare',
    [...entering(folder, environment), ...command],
    options,
  );
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Wine opens files in a server of its own, which stays for a moment after the last program: until it is gone, too. */
export function over(folder, environment) {
  execFileSync('unshare', [...entering(folder, environment), 'wineserver', '--wait'], { timeout: 60_000 });
}

/** A folder with the program in it, which Windows' programs see as Z:\\skylark. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'skylark-windows-'));
  for (const name of ['skylark.exe', 'WebView2Loader.dll']) cpSync(join(dirname(exe), name), join(made, name));
  // That of the test before has the folder of that one.
  over(made);
  return { path: made, remove: () => rmSync(made, { recursive: true, force: true }) };
}

/** Starts the program in a folder, with a command line; or `program`, by Windows' path. Wine needs a while for the first. */
export class Skylark extends Headless {
  constructor(folder, args, { environment, program: path = 'Z:\\skylark\\skylark.exe' } = {}) {
    const program = spawn('unshare', [...entering(folder, environment), 'wine', path, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Who was ended has no stdin any more.
    program.stdin.on('error', () => {});
    super(program, { over: 'close', patienceMs: 60_000 });
  }

  /** A broadcast of the pattern and the tone, live. `data` is a folder below its own. */
  static async live(folder, { listen = '127.0.0.1:0', data = 'data', args = [] } = {}) {
    const usual = ['headless', '--camera', 'pattern', '--microphone', 'tone', '--listen', listen, '--data-dir', data];
    const skylark = new Skylark(folder, [...usual, '--no-relief', ...args]);
    skylark.live = await skylark.event(({ event }) => event === 'live', 'it goes live');
    return skylark;
  }

  /** Asks it to end, by the command or a signal, and says its exit code. */
  async end(how = 'quit') {
    if (how === 'quit') this.tell('quit');
    else this.process.kill(how);
    return this.ended();
  }

  /** Its exit code. */
  ended(withinMs = 60_000) {
    return within(this.over, withinMs);
  }

  /** Whatever happened before, it is gone. */
  async gone() {
    if (!this.runs) return;
    this.process.kill('SIGKILL');
    await this.over;
  }
}
