// Debian's simple-whip-server, which puts what it is given into a room of Janus.

import { spawn } from 'node:child_process';
import { SOCKET, until } from './janus.mjs';

const PORT = 17080;
// Of the interface that Janus takes: who reaches it comes from there, too.
const BASE = `http://127.0.0.77:${PORT}/whip`;

export class WhipServer {
  #process;
  #ended;
  log = '';

  /** Starts it, and waits until it takes endpoints. */
  async start() {
    const folder = process.env.SKYLARK_WHIP_SERVER;
    const env = {
      ...process.env,
      WHIP_PORT: String(PORT),
      JANUS_WS: SOCKET,
      DEBUG: 'whip:*',
      DEBUG_COLORS: '0',
    };
    this.#process = spawn(process.execPath, [`${folder}/src/server.js`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((ended) => this.#process.once('exit', ended));
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-100_000)));
    await until(async () => (await fetch(`${BASE}/healthcheck`).catch(() => null))?.ok, 'the WHIP server answers');
  }

  /** An endpoint into this room for who has the token; the relay's URL. */
  async endpoint(id, room, token) {
    const body = JSON.stringify({ id, room, token });
    const made = await fetch(`${BASE}/create`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    if (!made.ok) throw new Error(`no endpoint: ${await made.text()}`);
    return `whip+${BASE}/endpoint/${id}`;
  }

  async stop() {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
