// A real mediasoup behind the front that docs/relays.md hands out: started, asked, killed and started again.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './janus.mjs';

/** The interface's that others take, too. */
const ADDRESS = process.env.SKYLARK_RELAYS_ADDRESS ?? '127.0.0.77';
const PORT = 17443;
const front = join(import.meta.dirname, '../../../docs/mediasoup/front.mjs');

export const HOST = `${ADDRESS}:${PORT}`;
export const SECRETS = { bearer: 'a-key-of-sixteen-and-more' };

export class Mediasoup {
  #process = null;
  #ended = null;
  #folder = process.env.SKYLARK_MEDIASOUP;
  log = '';

  /** `sealed`: by TLS, with a certificate of its own. */
  constructor({ sealed = false } = {}) {
    this.url = `${sealed ? 'https' : 'http'}://${HOST}`;
    this.keys = mkdtempSync(join(tmpdir(), 'skylark-mediasoup-'));
    if (!sealed) return;
    this.ca = join(this.keys, 'cert.pem');
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=mediasoup',
      '-days',
      '2',
    ];
    const names = ['-addext', `subjectAltName=IP:${ADDRESS}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
    const files = ['-keyout', join(this.keys, 'key.pem'), '-out', this.ca, ...names];
    execFileSync('openssl', ['req', '-x509', ...made, ...files], { stdio: 'ignore' });
  }

  /** Starts it, and waits until it answers. */
  async start() {
    // Beside what it needs of npm.
    copyFileSync(front, join(this.#folder, 'front.mjs'));
    const env = {
      ...process.env,
      KEY: SECRETS.bearer,
      LISTEN: ADDRESS,
      PORT: String(PORT),
      CORES: '2',
      ...(this.ca ? { CERT: this.ca, CERT_KEY: join(this.keys, 'key.pem') } : {}),
      MEDIASOUP_WORKER_BIN: join(this.#folder, 'mediasoup-worker'),
    };
    const child = spawn(process.execPath, [join(this.#folder, 'front.mjs')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-20_000)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`mediasoup ended by itself: ${this.log}`);
      return (await this.#get('').catch(() => null))?.status === 404;
    }, 'mediasoup answers');
  }

  get pid() {
    return this.#process.pid;
  }

  /** It stands still, and reads nothing, until it goes on: the front and its workers. */
  stand(still) {
    process.kill(-this.#process.pid, still ? 'SIGSTOP' : 'SIGCONT');
  }

  /** As a crash does. Workers are processes of their own. */
  async kill() {
    if (this.#process?.exitCode === null && this.#process.signalCode === null)
      process.kill(-this.#process.pid, 'SIGKILL');
    await this.#ended;
  }

  async remove() {
    await this.kill();
    rmSync(this.keys, { recursive: true, force: true });
  }

  /** What arrives of a stream, by its layers from the smallest on, and who watches; null where there is none. */
  async stream(name) {
    const { status, text } = await this.#get(name);
    return status === 200 ? JSON.parse(text) : null;
  }

  #get(name) {
    const headers = { Authorization: `Bearer ${SECRETS.bearer}` };
    const [by, trusted] = this.ca ? [https, { ca: readFileSync(this.ca) }] : [http, {}];
    return new Promise((resolve, reject) => {
      const asked = by.get(`${this.url}/${name}`, { headers, agent: false, ...trusted }, async (response) => {
        let text = '';
        for await (const part of response) text += part;
        resolve({ status: response.statusCode, text });
      });
      asked.on('error', reject);
    });
  }
}
