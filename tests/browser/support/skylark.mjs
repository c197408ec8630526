// A real `skylark headless`: started, read, told and ended by its process id.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ENGLISH } from '../../support/english.mjs';
import { Headless, within } from '../../support/headless.mjs';

export const repository = resolve(import.meta.dirname, '../../..');

export const binary =
  process.env.SKYLARK_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(repository, 'target'), 'debug', 'skylark');

/**
 * Starts a broadcast of the test pattern and the tone (or of `microphone`), and waits until it is live.
 * `title` is what its page is called, `before` stands in front of the command (`['ip', 'netns', 'exec', NAME]`), `dataDir` is a folder of an earlier run.
 */
export async function broadcast(wanted = {}) {
  const { args = [], listen = '127.0.0.1:0', microphone = 'tone', title = null, dataDir, before = [] } = wanted;
  if (!existsSync(binary))
    throw new Error(`${binary} is missing: build it by ./dev build --headless, or name one in SKYLARK_BIN`);
  const skylark = new Skylark(
    listen,
    dataDir ?? mkdtempSync(join(tmpdir(), 'skylark-browser-')),
    ['--microphone', microphone, ...args],
    before,
  );
  skylark.live = await skylark.event((event) => event.event === 'live', 'it goes live');
  if (title !== null) {
    skylark.tell('configure', { settings: { title } });
    await skylark.event(({ event }) => event === 'settings', 'the title is set');
  }
  return skylark;
}

class Skylark extends Headless {
  constructor(listen, dataDir, args, before) {
    const command = [...before, binary, 'headless', '--camera', 'pattern'];
    // A busy machine's pictures are as large as those of any other.
    command.push('--no-relief', '--listen', listen, '--data-dir', dataDir, '--metrics', 'loopback', ...args);
    const env = { ...process.env, ...ENGLISH };
    super(spawn(command[0], command.slice(1), { env, stdio: ['pipe', 'pipe', 'pipe'] }));
    this.dataDir = dataDir;
  }

  get pid() {
    return this.process.pid;
  }

  /** The viewer that joined after `since`. */
  async viewer(since = 0) {
    const { viewer } = await this.event((event) => event.event === 'viewer_joined', 'a viewer joins', { since });
    return viewer;
  }

  /** Ends it as Ctrl-C would, or, with SIGKILL, as a crash does. The data folder stays. */
  async stop(signal = 'SIGINT') {
    this.process.kill(signal);
    return within(this.over, 10_000);
  }

  /** Ends it and removes its data folder. */
  async remove() {
    if (this.runs) await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
