// A real Redis, by which several nodes of an engine are one. It keeps nothing.

import { spawn, spawnSync } from 'node:child_process';
import { until } from './janus.mjs';

const ADDRESS = process.env.SKYLARK_RELAYS_ADDRESS ?? '127.0.0.77';
const PORT = 17379;

/** Why there can be none; null where there can. */
export const missing = () => (spawnSync('redis-server', ['--version']).error ? 'redis is not installed' : null);

export class Redis {
  #process = null;
  #ended = null;
  log = '';
  address = `${ADDRESS}:${PORT}`;

  /** Starts it, and waits until it listens. */
  async start() {
    // It takes this address for one of others, and there are none in this network.
    const open = ['--bind', ADDRESS, '--port', String(PORT), '--protected-mode', 'no'];
    const args = [...open, '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.log += text));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`Redis ended by itself: ${this.log}`);
      return this.log.includes('Ready to accept connections');
    }, 'Redis listens');
  }

  async remove() {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }
}
