// A desktop on Wayland that nobody sees, and somebody at it who is asked which screen is to be shown: the program fakedesktop.

import { spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const program =
  process.env.FAKEDESKTOP_BIN ??
  join(process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../../target'), 'debug', 'fakedesktop');

/** What fakedesktop ends with where something that it is made of is not installed. */
const SKIP = 77;

/** Why there can be no such desktop on this machine; null where there can. */
export function noWayland() {
  const tried = spawnSync(program, { input: '', encoding: 'utf8' });
  if (tried.status === SKIP) return tried.stderr.trim();
  if (tried.status === 0) return null;
  throw new Error(`${program} is missing or failed (cargo build -p fakecam): ${tried.error ?? tried.stderr}`);
}

/** It is there when this is done. Programs started with `environment` are in it. */
export async function waylandDesktop() {
  const running = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((done) => running.once('exit', done));
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('fakedesktop ended');
    return JSON.parse(value);
  };
  const tell = (line) => {
    running.stdin.write(`${line}\n`);
    return next();
  };
  const { bus, display } = await next();
  return {
    environment: { DBUS_SESSION_BUS_ADDRESS: bus, WAYLAND_DISPLAY: display },
    /** Waits until somebody was asked so often. */
    async asked(times) {
      const end = Date.now() + 20_000;
      while ((await tell('asked')) < times) {
        if (Date.now() > end) throw new Error(`nobody was asked for the ${times}. time`);
        await sleep(50);
      }
    },
    /** How often somebody was asked. */
    times: () => tell('asked'),
    /** They choose the screen. */
    choose: () => tell('choose'),
    /** They close the window that asks. */
    decline: () => tell('decline'),
    /** The screen gets this colour. */
    draw: (colour) => tell(`bg ${colour} solid_color`),
    /** What shows the screen ends. */
    stopSharing: () => tell('end'),
    async close() {
      running.stdin.end();
      await ended;
    },
  };
}
