// `./dev bench window`: what the window costs beside the headless program, and beside an empty window of the same toolkit.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { missing, openWindow } from '../desktop/support/window.mjs';
import { X11 } from '../support/x11.mjs';
import { machine, table } from './table.mjs';
import { memory, processorTime, running, sum } from './window/processes.mjs';
import { Screen } from './window/screen.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    starts: { type: 'string', default: '7' },
    acceleration: { type: 'string', default: 'auto' },
  },
});
if (missing()) throw new Error(missing());
const [seconds, starts, acceleration] = [Number(options.seconds), Number(options.starts), options.acceleration];
const [program, empty] = [process.env.SKYLARK_BIN, process.env.EMPTY_WINDOW_BIN];
const [width, height] = [1280, 800];
/** Of the empty page, and of Skylark's button that goes live: there the window was drawn. */
const accent = 0x6ec6f7;
/** The button alone has some ten thousand. */
const drawnPixels = 8000;
/** Caches fill, and encoders start. */
const settleMs = 4000;
const sources = ['--camera', 'pattern', '--microphone', 'tone', '--hardware-acceleration', acceleration];

console.log(`${machine()}\n`);
const rows = [];
const note = async (name, pid) => rows.push({ name, ...(await measured(pid)) });

const area = await skylark();
await bare('empty window, at rest', []);
await bare(`empty window, ${area} repainted 15 times a second`, [area]);
await headless();
print(rows);
printStarts(await compareStarts());
console.log(`\nThe program is ${(statSync(program).size / 1e6).toFixed(1)} MB.`);

/** The window in each of its states; returns the size of its preview. */
async function skylark() {
  const window = await openWindow({ args: sources, width, height });
  try {
    await window.driver.manage().window().setRect({ x: 0, y: 0, width, height });
    const pid = running(program, window.folder);
    const x11 = await X11.open(window.display);
    const shown = await x11.window();
    const hidden = (wanted) =>
      window.until(() => window.run(`return document.hidden === ${wanted}`), `hidden: ${wanted}`);
    const measure = async (phase) => {
      await note(`window, ${phase}, shown`, pid);
      x11.minimise(shown);
      await hidden(true);
      await note(`window, ${phase}, minimised`, pid);
      x11.restore(shown);
      await hidden(false);
    };
    await measure('ready');
    await window.click('go-live');
    await window.find('end');
    await measure('live');
    x11.close();
    return await window.run(`
      const place = document.querySelector('[data-testid="preview-place"]').getBoundingClientRect();
      return Math.floor(place.width) + 'x' + Math.floor(place.height);`);
  } finally {
    await window.close();
  }
}

async function bare(name, args) {
  await alone(empty, [acceleration, ...args], async (pid, screen) => {
    await drawn(screen);
    await note(name, pid);
  });
}

async function headless() {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-headless-'));
  const args = ['headless', '--listen', '127.0.0.1:0', '--data-dir', folder, ...sources];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    await note('headless program, live', child.pid);
  } finally {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(pid) {
  await sleep(settleMs);
  const [before, began] = [processorTime(pid), performance.now()];
  await sleep(seconds * 1000);
  const [after, took] = [processorTime(pid), (performance.now() - began) / 1000];
  const cores = new Map([...after].map(([part, time]) => [part, (time - (before.get(part) ?? 0)) / took]));
  return { cores, memory: memory(pid) };
}

/** Runs a program with a window on a display of its own. */
async function alone(command, args, use) {
  const screen = await Screen.open(width, height);
  const home = mkdtempSync(join(tmpdir(), 'skylark-home-'));
  const child = spawn(command, args, { env: environment(screen, home), stdio: 'ignore' });
  try {
    return await use(child.pid, screen);
  } finally {
    await ended(child);
    screen.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

function environment(screen, home) {
  const env = { ...process.env, HOME: home, DISPLAY: screen.name, GDK_BACKEND: 'x11' };
  for (const name of ['CONFIG', 'DATA', 'CACHE']) env[`XDG_${name}_HOME`] = join(home, name.toLowerCase());
  delete env.WAYLAND_DISPLAY;
  return env;
}

async function ended(child) {
  const end = new Promise((done) => child.once('exit', done));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await Promise.race([end, sleep(5000, undefined, { ref: false }).then(() => child.kill('SIGKILL') && end)]);
}

/** Waits until the page is on the screen; milliseconds since `from`. */
async function drawn(screen, from = performance.now(), withinMs = 30_000) {
  while (screen.pixels(accent) < drawnPixels) {
    if (performance.now() - from > withinMs) throw new Error('the window was not drawn');
    await sleep(4);
  }
  return performance.now() - from;
}

/** Each in turn, so that what else happens on the machine meets both. The first of each only fills caches. */
async function compareStarts() {
  const [own, bare] = [[], []];
  const time = (command, args) => alone(command, args, (_, screen) => drawn(screen));
  const folder = mkdtempSync(join(tmpdir(), 'skylark-data-'));
  try {
    for (let turn = 0; turn <= starts; turn += 1) {
      own.push(await time(program, ['--listen', '127.0.0.1:0', '--data-dir', folder, ...sources]));
      bare.push(await time(empty, [acceleration]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [own.slice(1), bare.slice(1)];
}

function print(measured) {
  const by = (name) => measured.find((row) => row.name.startsWith(name));
  const [plain, live] = [by('headless'), by('empty window, at rest')];
  const core = (value) => value.toFixed(3);
  console.log(
    `Cores over ${seconds} s, and memory (PSS) of all processes; window of ${width}x${height}, hardware_acceleration = ${acceleration}\n`,
  );
  console.log(
    table([
      ['', 'program', 'web process', 'network process', 'all', 'over headless', 'MB', 'over empty'],
      ...measured.map(({ name, cores, memory }) => [
        name,
        ...['program', 'web process', 'network process'].map((part) => core(cores.get(part) ?? 0)),
        core(sum(cores)),
        name.startsWith('window') ? core(sum(cores) - sum(plain.cores)) : '-',
        sum(memory).toFixed(0),
        name.startsWith('window') ? (sum(memory) - sum(live.memory)).toFixed(0) : '-',
      ]),
    ]),
  );
}

function printStarts([own, bare]) {
  const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  const row = (name, times) => [
    name,
    ...[Math.min(...times), middle(times), Math.max(...times)].map((ms) => `${ms.toFixed(0)} ms`),
  ];
  console.log(`\nFrom the start to the page on the screen, ${own.length} starts of each in turn\n`);
  console.log(table([['', 'least', 'median', 'most'], row('window', own), row('empty window', bare)]));
  console.log(`\nRatio of the medians: ${(middle(own) / middle(bare)).toFixed(2)}`);
}
