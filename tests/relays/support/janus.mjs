// A real Janus: started, asked by its HTTP API, killed and started again.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HTTP_PORT = 18088;
/** The WebSockets' address. It is the interface's that Janus takes: who reaches it comes from there, too. */
const ADDRESS = process.env.SKYLARK_RELAYS_ADDRESS ?? '127.0.0.77';
const WS_PORT = 18188;
export const SOCKET = `ws://${ADDRESS}:${WS_PORT}`;
/** What it wants of who makes a room. */
const ADMIN_KEY = 'the-admin-key';
const API = `http://127.0.0.1:${HTTP_PORT}/janus`;
const templates = join(import.meta.dirname, '../janus');

export class Janus {
  #process = null;
  #ended = null;
  log = '';

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'skylark-janus-'));
    const values = {
      FOLDER: this.folder,
      INTERFACE: process.env.SKYLARK_RELAYS_INTERFACE,
      ADDRESS,
      ADMIN_KEY,
      HTTP_PORT,
      WS_PORT,
    };
    for (const name of readdirSync(templates)) {
      const text = readFileSync(join(templates, name), 'utf8').replace(/@([A-Z_]+)@/g, (_, key) => values[key]);
      writeFileSync(join(this.folder, name), text);
    }
  }

  /** Starts it, and waits until it answers. */
  async start() {
    const child = spawn('janus', ['-F', this.folder, '-C', join(this.folder, 'janus.jcfg')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#ended = new Promise((ended) => child.once('exit', ended));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-20_000)));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`Janus ended by itself: ${this.log}`);
      return (await fetch(`${API}/info`).catch(() => null))?.ok;
    }, 'Janus answers');
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

  /** A handle of a plugin's, the VideoRoom's unless another is named. */
  async attach(plugin = 'janus.plugin.videoroom') {
    const session = `${API}/${(await post(API, { janus: 'create' })).data.id}`;
    const handle = `${session}/${(await post(session, { janus: 'attach', plugin })).data.id}`;
    return {
      /** Asks, and hands out the plugin's answer. */
      ask: async (body) => {
        const answer = await post(handle, { janus: 'message', body });
        const data = answer.plugindata?.data;
        if (!data || data.error) throw new Error(`Janus refuses ${body.request}: ${JSON.stringify(answer)}`);
        return data;
      },
    };
  }

  /** Makes a room of this number for one publisher. */
  async makeRoom(room, codec, more = {}) {
    const handle = await this.attach();
    const profile = codec === 'h264' ? { h264_profile: '42e01f' } : {};
    const codecs = { videocodec: codec, audiocodec: 'opus', ...profile };
    const keys = { secret: 's', admin_key: ADMIN_KEY };
    await handle.ask({ request: 'create', room, publishers: 1, bitrate: 4_000_000, ...codecs, ...keys, ...more });
    return this.room(room);
  }

  /** What Janus tells of a mountpoint to who knows its secret; null where there is none. */
  async mountpoint(id, secret) {
    const handle = await this.attach('janus.plugin.streaming');
    const ask = (body) => handle.ask({ id, secret, ...body });
    const { list } = await handle.ask({ request: 'list' });
    const info = await ask({ request: 'info' }).then(
      ({ info }) => info,
      () => null,
    );
    return info && { ...info, list, ask };
  }

  /** One that is there. */
  async room(room) {
    const handle = await this.attach();
    return {
      /** Asks the room something. */
      ask: (body) => handle.ask({ room, ...body }),

      /** Who publishes there now. */
      publishers: async () =>
        (await handle.ask({ request: 'listparticipants', room })).participants.filter((one) => one.publisher),

      /** Has the layers of the picture (three, or one), and the sound, sent on as plain RTP, and counts for so long. */
      count: async (ms, layers = 3) => {
        const [publisher] = (await handle.ask({ request: 'listparticipants', room })).participants;
        if (!publisher) throw new Error('nobody publishes');
        const counters = await Promise.all([...Array(layers + 1)].map(() => Counter.open()));
        // Janus numbers layers from the smallest on.
        const names = ['port', 'port_2', 'port_3'].slice(0, layers);
        const video = { mid: '1', ...Object.fromEntries(names.map((name, at) => [name, counters[at].port])) };
        const sound = { mid: '0', port: counters[layers].port };
        const of = { room, publisher_id: publisher.id, secret: 's' };
        const forward = { request: 'rtp_forward', host: '127.0.0.1', streams: [video, sound], ...of };
        const { forwarders } = await handle.ask(forward);
        await new Promise((over) => setTimeout(over, ms));
        for (const { stream_id } of forwarders) await handle.ask({ request: 'stop_rtp_forward', stream_id, ...of });
        const [heard, ...counted] = counters.map((counter) => counter.close()).reverse();
        const [f, h, q] = counted;
        return { f, h, q, sound: heard };
      },
    };
  }
}

/** Receives one RTP stream, and knows which of its numbers are missing. */
class Counter {
  #socket = createSocket('udp4');
  #last = null;
  #first = null;
  #seen = new Set();
  #bytes = 0;
  #pictures = new Set();

  static async open() {
    const counter = new Counter();
    await new Promise((bound) => counter.#socket.bind(0, '127.0.0.1', bound));
    counter.port = counter.#socket.address().port;
    counter.#socket.on('message', (packet) => counter.#take(packet));
    return counter;
  }

  #take(packet) {
    const type = packet[1] & 127;
    if (packet.length < 12 || packet[0] >> 6 !== 2 || (type >= 64 && type < 96)) return;
    const number = packet.readUInt16BE(2);
    this.#last ??= number;
    const at = this.#last + ((((number - this.#last) & 0xffff) ^ 0x8000) - 0x8000);
    this.#first ??= at;
    this.#last = Math.max(this.#last, at);
    this.#seen.add(at);
    this.#bytes += packet.length;
    this.#pictures.add(packet.readUInt32BE(4));
  }

  close() {
    this.#socket.close();
    // The newest may still be on their way a second time.
    const end = this.#last - 20;
    let missing = 0;
    for (let at = this.#first; at <= end; at++) if (!this.#seen.has(at)) missing++;
    const expected = Math.max(0, end - this.#first + 1);
    return { expected, missing, bytes: this.#bytes, pictures: this.#pictures.size };
  }
}

let transactions = 0;

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ transaction: `t${++transactions}`, ...body }),
  });
  const answer = await response.json();
  if (answer.janus === 'error') throw new Error(`Janus refuses: ${JSON.stringify(answer)}`);
  return answer;
}

/** Waits until this holds. */
export async function until(holds, why, withinMs = 10_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${why}`);
    await new Promise((over) => setTimeout(over, 50));
  }
}
