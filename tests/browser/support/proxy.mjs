// nginx with TLS in front of a broadcast, with what README tells people to write into it. Its certificate is made for it.

import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { missingCommand } from '../../support/needs.mjs';
import { installed } from './installed.mjs';
import { repository } from './skylark.mjs';

/** Servers are not in everybody's PATH. */
const nginx = installed(['/usr/sbin/nginx', '/usr/bin/nginx'], ['-v']);

/** Why there can be no proxy here; null where there can. */
export const missing = () => (nginx ? missingCommand('openssl') : 'nginx is not installed');

/** The name in the certificate. */
export const NAME = 'live.skylark.test';

/** A port for a server that is to be known before it runs. */
export async function freePort() {
  const server = createServer();
  await new Promise((bound) => server.listen(0, '127.0.0.1', bound));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Runs nginx at `port`, in front of what listens at `upstream`. */
export async function proxy(port, upstream) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-proxy-'));
  const running = new Proxy(folder);
  try {
    await running.start(port, upstream);
  } catch (error) {
    await running.remove();
    throw error;
  }
  return running;
}

class Proxy {
  #folder;
  #process;
  #ended = Promise.resolve();
  #log = '';

  constructor(folder) {
    this.#folder = folder;
  }

  async start(port, upstream) {
    const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => join(this.#folder, name));
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' });
    this.flags = trusting(readFileSync(certificate));

    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${join(this.#folder, kind)};`,
    );
    const config = join(this.#folder, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off; master_process off; pid ${join(this.#folder, 'pid')}; error_log stderr error;
      events { }
      http {
        access_log off;
        ${temporary.join('\n')}
        server {
          listen 127.0.0.1:${port} ssl;
          server_name ${NAME};
          ssl_certificate ${certificate};
          ssl_certificate_key ${key};
          ${location(upstream)}
        }
      }`,
    );
    this.#process = spawn(nginx, ['-p', this.#folder, '-e', 'stderr', '-c', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr.on('data', (text) => (this.#log += text));
    this.#ended = new Promise((ended) => this.#process.once('exit', ended));
    await this.#listens(port);
  }

  async #listens(port) {
    const until = Date.now() + 15_000;
    while (!(await connects(port))) {
      if (this.#process.exitCode !== null) throw new Error(`nginx ended: ${this.#log}`);
      if (Date.now() > until) throw new Error(`nginx does not listen: ${this.#log}`);
      await passes(50);
    }
  }

  async remove() {
    this.#process?.kill('SIGTERM');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** README's lines, for another port than the usual one. */
function location(upstream) {
  const [, block] = readFileSync(join(repository, 'README.md'), 'utf8').match(/```nginx\n([^`]*)```/);
  return block.replace('127.0.0.1:8787', `127.0.0.1:${upstream}`);
}

/** What tells Chromium where the name leads, and that this one certificate is good; every other has to be vouched for. */
function trusting(pem) {
  const der = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(der).digest('base64');
  return [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`, `--ignore-certificate-errors-spki-list=${hash}`];
}

const connects = (port) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
