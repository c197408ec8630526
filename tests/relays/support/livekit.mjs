// A real LiveKit: started, asked by its own API, killed and started again.

import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './janus.mjs';

/** The interface's that it takes: who reaches it comes from there, too. */
const ADDRESS = process.env.SKYLARK_RELAYS_ADDRESS ?? '127.0.0.77';
const PORT = 17880;
export const SOCKET = `ws://${ADDRESS}:${PORT}`;

export const KEYS = { api_key: 'the-key-of-tests', api_secret: 'a-secret-of-32-characters-or-more' };

/** Each node has ports of its own; those on one Redis are one LiveKit. */
const config = (port, redis) => `port: ${port}
bind_addresses: [${ADDRESS}]
keys: {${KEYS.api_key}: ${KEYS.api_secret}}
rtc:
  udp_port: ${port + 2}
  tcp_port: ${port + 1}
  use_external_ip: false
  node_ip: ${ADDRESS}
  interfaces: {includes: [${process.env.SKYLARK_RELAYS_INTERFACE}]}
  # Its address is one of loopback's.
  enable_loopback_candidate: true
  # None that could be asked.
  stun_servers: ["127.0.0.1:3478"]
logging: {level: info}
${redis ? `redis: {address: ${redis}}` : ''}
`;

/** A token of somebody who may do this. */
export function token(identity, video) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: KEYS.api_key, sub: identity, nbf: now - 10, exp: now + 60, video };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', KEYS.api_secret).update(signed).digest('base64url')}`;
}

export class LiveKit {
  #process = null;
  #ended = null;
  log = '';

  /** `node`: which of several, by number; `redis`: where they meet. */
  constructor({ node = 0, redis } = {}) {
    const port = PORT + 10 * node;
    this.socket = `ws://${ADDRESS}:${port}`;
    this.api = `http://${ADDRESS}:${port}`;
    this.folder = mkdtempSync(join(tmpdir(), 'skylark-livekit-'));
    writeFileSync(join(this.folder, 'livekit.yaml'), config(port, redis));
  }

  /** Starts it, and waits until it answers. */
  async start() {
    const child = spawn(process.env.SKYLARK_LIVEKIT, ['--config', join(this.folder, 'livekit.yaml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-20_000)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`LiveKit ended by itself: ${this.log}`);
      return (await fetch(this.api).catch(() => null))?.ok;
    }, 'LiveKit answers');
  }

  get pid() {
    return this.#process.pid;
  }

  /** It stands still, and reads nothing, until it goes on. */
  stand(still) {
    this.#process.kill(still ? 'SIGSTOP' : 'SIGCONT');
  }

  /** As a crash does. */
  async kill() {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  async remove() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Asks about a room, as who runs it. */
  async ask(method, room, more = {}) {
    const response = await fetch(`${this.api}/twirp/livekit.RoomService/${method}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${token('who runs it', { roomAdmin: true, roomCreate: true, roomList: true, room })}`,
      },
      body: JSON.stringify({ room, ...more }),
    });
    if (!response.ok) throw new Error(`LiveKit refuses ${method}: ${await response.text()}`);
    return response.json();
  }

  /** Who is in a room, hidden or not; nobody where there is none. */
  async participants(room) {
    return (await this.ask('ListParticipants', room).catch(() => ({}))).participants ?? [];
  }
}
