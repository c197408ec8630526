// A program that says what happens line by line and is told what to do in the same way: `skylark headless`, wherever it runs.

import { createInterface } from 'node:readline';

export class Headless {
  #waiting = new Set();
  #patienceMs;
  events = [];
  log = '';

  /** `over` is the process's event after which nothing more is expected, and `patienceMs` how long an event is waited for as a rule. */
  constructor(process, { over = 'exit', patienceMs = 15_000 } = {}) {
    this.process = process;
    this.#patienceMs = patienceMs;
    /** Its exit code, or the signal that ended it. */
    this.over = new Promise((ended) => process.once(over, (code, signal) => ended(code ?? signal)));
    process.stderr.on('data', (text) => (this.log += text));
    createInterface({ input: process.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line));
      for (const look of this.#waiting) look();
    });
  }

  /** The first event that fits, among those from `since` on (an index into `events`). */
  async event(fits, why, { since = 0, withinMs = this.#patienceMs } = {}) {
    let look;
    const found = new Promise((done) => {
      look = () => {
        const event = this.events.slice(since).find(fits);
        if (event) done(event);
      };
    });
    this.#waiting.add(look);
    look();
    const over = this.over.then((code) => Promise.reject(new Error(`it ended: ${code}`)));
    try {
      return await within(Promise.race([found, over]), withinMs);
    } catch (error) {
      const events = JSON.stringify(this.events.slice(-12));
      throw new Error(`${why}: ${error.message}\nevents: ${events}\nlog: ${this.log.slice(-3000)}`);
    } finally {
      this.#waiting.delete(look);
    }
  }

  /** One command, as the panel would give it. */
  tell(command, rest = {}) {
    this.process.stdin.write(`${JSON.stringify({ command, ...rest })}\n`);
  }

  /** It runs. */
  get runs() {
    return this.process.exitCode === null && this.process.signalCode === null;
  }
}

export function within(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
