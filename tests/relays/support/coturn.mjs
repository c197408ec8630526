// A real TURN server, coturn: started, and asked by nobody but those who were told of it.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './janus.mjs';

const ADDRESS = '127.0.0.77';
const PORT = 17478;

/** Why there can be none; null where there can. */
export const missing = () => (spawnSync('turnserver', ['--version']).error ? 'coturn is not installed' : null);

export class Coturn {
  #process = null;
  #ended = null;
  log = '';
  ports = '32000-32099';
  password = 'a-secret-of-the-turn-server';

  /** What a WHIP server says of it. */
  get link() {
    const url = `turn:${ADDRESS}:${PORT}?transport=udp`;
    return `<${url}>; rel="ice-server"; username="somebody"; credential="${this.password}"; credential-type="password"`;
  }

  /** Starts it, and waits until it listens. */
  async start() {
    this.folder = mkdtempSync(join(tmpdir(), 'skylark-coturn-'));
    const [first, last] = this.ports.split('-');
    const where = ['--listening-ip', ADDRESS, '--listening-port', PORT, '--relay-ip', ADDRESS];
    const who = ['--lt-cred-mech', '--realm', 'skylark', '--user', `somebody:${this.password}`];
    const only = ['--no-tls', '--no-dtls', '--no-tcp', '--no-tcp-relay', '--no-cli', '--allow-loopback-peers'];
    const files = ['--pidfile', join(this.folder, 'pid'), '--userdb', join(this.folder, 'db'), '--log-file', 'stdout'];
    const args = ['-n', '--verbose', ...where, '--min-port', first, '--max-port', last, ...who, ...only, ...files];
    const child = spawn('turnserver', args.map(String), { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-100_000)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`coturn ended by itself: ${this.log}`);
      return this.log.includes('UDP listener opened on');
    }, 'coturn listens').catch((error) => {
      throw new Error(`${error.message}: ${this.log}`);
    });
  }

  async remove() {
    this.#process?.kill('SIGKILL');
    await this.#ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
