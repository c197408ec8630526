// What tests and measurements ask of a bare X server: a window's title, to give it another size, to take a program's window off the screen,
// and to put it back; and to press a key in it. That is how a window is minimised where no window manager runs (ICCCM 4.1.4), and programs see no difference.

import { connect } from 'node:net';

const [GET_ATTRIBUTES, MAP, UNMAP, CONFIGURE, GET_GEOMETRY, QUERY_TREE, INTERN_ATOM, GET_PROPERTY, SEND_EVENT] = [
  3, 8, 10, 12, 14, 15, 16, 20, 25,
];
const [SET_INPUT_FOCUS, QUERY_EXTENSION] = [42, 98];
/** Of the extension XTEST: what a keyboard would send. */
const [FAKE_INPUT, KEY_PRESS, KEY_RELEASE] = [2, 2, 3];
/** Its number on every keyboard of Xvfb. */
export const RETURN = 36;
/** The event ClientMessage, whose data are words of 32 bits. */
const CLIENT_MESSAGE = 33 | (32 << 8);
/** The property that holds a window's title, and any type of it. */
const [WM_NAME, ANY_TYPE] = [39, 0];
const VIEWABLE = 2;
/** That width and height are what is to be changed of a window. */
const ITS_SIZE = 4 | 8;
const REPLY_BYTES = 32;

/** One connection to a display such as ':77'. */
export class X11 {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = [];
  #root;

  static async open(display) {
    const x11 = new X11();
    await x11.#begin(Number(display.replace(/^:(\d+).*$/, '$1')));
    return x11;
  }

  /** The largest window that is shown: the number by which the server knows it. */
  async window() {
    const shown = [];
    for (const id of await this.#children()) {
      const attributes = await this.#ask(GET_ATTRIBUTES, id);
      const geometry = await this.#ask(GET_GEOMETRY, id);
      if (attributes.readUInt8(26) === VIEWABLE)
        shown.push({ id, pixels: geometry.readUInt16LE(16) * geometry.readUInt16LE(18) });
    }
    if (shown.length === 0) throw new Error('no window is shown on this display');
    return shown.reduce((one, other) => (other.pixels > one.pixels ? other : one)).id;
  }

  /** Its title, as a task bar shows it; at most 256 bytes of it. */
  async title(window) {
    const reply = await this.#ask(GET_PROPERTY, window, [WM_NAME, ANY_TYPE, 0, 64]);
    return reply.subarray(REPLY_BYTES, REPLY_BYTES + reply.readUInt32LE(16)).toString('latin1');
  }

  /** The window that is shown with this title; null where there is none. */
  async titled(title) {
    for (const id of await this.#children()) {
      const attributes = await this.#ask(GET_ATTRIBUTES, id);
      if (attributes.readUInt8(26) === VIEWABLE && (await this.title(id)) === title) return id;
    }
    return null;
  }

  /** Presses a key, by its number, in that window. */
  async press(window, key) {
    this.#send(SET_INPUT_FOCUS | (1 << 8), window, [0]);
    const extension = await this.#ask(QUERY_EXTENSION, 5, [0x53455458, 0x54]); // "XTEST"
    const code = extension.readUInt8(9) | (FAKE_INPUT << 8);
    for (const how of [KEY_PRESS, KEY_RELEASE]) this.#send(code, how | (key << 8), [0, 0, 0, 0, 0, 0, 0]);
  }

  minimise(window) {
    this.#send(UNMAP, window);
  }

  restore(window) {
    this.#send(MAP, window);
  }

  /** Gives it another size, as a window manager does while somebody drags its edge. */
  resize(window, width, height) {
    this.#send(CONFIGURE, window, [ITS_SIZE, width, height]);
  }

  /** Asks a program to close its window, as the cross in its corner does (ICCCM 4.2.8.1). */
  async askToClose(window) {
    const [protocols, closes] = [await this.#atom('WM_PROTOCOLS'), await this.#atom('WM_DELETE_WINDOW')];
    this.#send(SEND_EVENT, window, [0, CLIENT_MESSAGE, window, protocols, closes, 0, 0, 0, 0]);
  }

  close() {
    this.#socket.end();
  }

  /** The number of a name. */
  async #atom(name) {
    const padded = Buffer.alloc(4 * Math.ceil(name.length / 4));
    padded.write(name);
    const words = Array.from({ length: padded.length / 4 }, (_, at) => padded.readUInt32LE(4 * at));
    return (await this.#ask(INTERN_ATOM, name.length, words)).readUInt32LE(8);
  }

  async #children() {
    const reply = await this.#ask(QUERY_TREE, this.#root);
    return Array.from({ length: reply.readUInt16LE(16) }, (_, n) => reply.readUInt32LE(REPLY_BYTES + 4 * n));
  }

  /** Each of these requests is a code (above it what some have beside it), a window, and more words where it takes them. */
  #send(code, window, more = []) {
    const request = Buffer.alloc(8 + 4 * more.length);
    request.writeUInt16LE(code, 0);
    request.writeUInt16LE(2 + more.length, 2);
    [window, ...more].forEach((word, at) => request.writeUInt32LE(word, 4 + 4 * at));
    this.#socket.write(request);
  }

  #ask(code, window, more) {
    this.#send(code, window, more);
    return new Promise((answered, failed) => this.#waiting.push({ answered, failed }));
  }

  async #begin(number) {
    this.#socket = connect(`/tmp/.X11-unix/X${number}`);
    await new Promise((open, failed) => this.#socket.once('connect', open).once('error', failed));
    const hello = Buffer.alloc(12);
    hello.write('l');
    hello.writeUInt16LE(11, 2);
    this.#socket.write(hello);
    const setup = await new Promise((whole, failed) => {
      const more = (bytes) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        if (this.#received.length < 8 || this.#received.length < 8 + 4 * this.#received.readUInt16LE(6)) return;
        this.#socket.off('data', more);
        whole(this.#received);
      };
      this.#socket.on('data', more).once('error', failed);
    });
    if (setup[0] !== 1) throw new Error(`the display refused: ${setup.subarray(8).toString('latin1')}`);
    const [vendor, formats] = [setup.readUInt16LE(24), setup.readUInt8(29)];
    this.#root = setup.readUInt32LE(40 + Math.ceil(vendor / 4) * 4 + 8 * formats);
    this.#received = Buffer.alloc(0);
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#waiting.splice(0).forEach(({ failed }) => failed(error)));
  }

  #take(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= REPLY_BYTES) {
      const [kind, isReply] = [this.#received[0], this.#received[0] === 1];
      const length = REPLY_BYTES + (isReply ? 4 * this.#received.readUInt32LE(4) : 0);
      if (this.#received.length < length) return;
      const message = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      if (isReply) this.#waiting.shift()?.answered(message);
      else if (kind === 0) this.#waiting.shift()?.failed(new Error(`X error ${message[1]}`));
    }
  }
}
