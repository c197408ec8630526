// The parts of a videobridge that Maven Central has (tests/relays/jitsi), at an address that ice4j takes: started, asked, killed and started again.
// They are no bridge.

import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from './janus.mjs';

/** ice4j leaves loopback's addresses out. */
const ADDRESS = '10.77.0.9';
const INTERFACE = 'jitsi';
const PORT = 18080;

export const HOST = `${ADDRESS}:${PORT}`;

const ip = (...args) => execFileSync('ip', args, { stdio: 'ignore' });

export class Jitsi {
  #process = null;
  #ended = null;
  log = '';

  constructor() {
    ip('link', 'add', INTERFACE, 'type', 'veth', 'peer', 'name', `${INTERFACE}-peer`);
    ip('address', 'add', `${ADDRESS}/32`, 'dev', INTERFACE);
    for (const name of [INTERFACE, `${INTERFACE}-peer`]) ip('link', 'set', name, 'up');
  }

  /** Starts it, and waits until it answers. */
  async start() {
    const folder = process.env.SKYLARK_JITSI;
    const classes = [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
    const options = ['-Dice4j.harvest.mapping.aws.enabled=false', '-Dice4j.harvest.use-ipv6=false'];
    const only = `-Dice4j.harvest.allowed-interfaces.0=${INTERFACE}`;
    const child = spawn('java', ['-Xmx256m', ...options, only, '-cp', classes, 'Parts', String(PORT)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-20_000)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the parts ended by themselves: ${this.log}`);
      return this.seen().catch(() => null);
    }, 'the parts answer');
  }

  /** As a crash does. */
  async kill() {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  async remove() {
    await this.kill();
    ip('link', 'delete', INTERFACE);
  }

  /** What was asked, and what came of it. */
  async seen() {
    return (await fetch(`http://${HOST}/seen`)).json();
  }

  /** Asks by itself, as somebody who writes it otherwise: the status, and what is said. */
  async ask(method, path, body) {
    const response = await fetch(`http://${HOST}/colibri/v2/conferences${path}`, { method, body });
    return { status: response.status, text: await response.text() };
  }
}
