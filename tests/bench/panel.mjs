// `./dev bench panel`: what a list of a thousand viewers costs the window, beside what an idle live window takes; and how long its frames are.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { missing, openWindow } from '../desktop/support/window.mjs';
import { machine, table } from './table.mjs';
import { processorTime, running, sum } from './window/processes.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '1000' },
  },
});
if (missing()) throw new Error(missing());
const [seconds, viewers] = [Number(options.seconds), Number(options.viewers)];
const [program, crowdProgram] = [process.env.SKYLARK_BIN, process.env.CROWD_BIN];
const [width, height] = [1280, 800];
const settleMs = 4000;
const joinsPerSecond = 40;
const usual = ['--camera', 'pattern', '--microphone', 'tone'];
/** Viewers are to cost little here: the list is measured, and what it takes to send is another bench's. */
const small = ['--camera', 'pattern', '--microphone', 'off', '--size', '160x96', '--fps', '1', '--bitrate', '200k'];

console.log(`${machine()}\n`);
const idle = {
  window: await inWindow(usual, false),
  headless: await headless(usual, false),
};
const list = {
  window: await inWindow(small, true),
  headless: await headless(small, true),
};
print();

/** A window that is live: what it takes while nobody watches, and while all do. */
async function inWindow(stream, crowded) {
  const window = await openWindow({ args: stream, width, height });
  try {
    await window.driver.manage().window().setRect({ x: 0, y: 0, width, height });
    await window.click('go-live');
    await window.find('end');
    const pid = running(program, window.folder);
    const alone = await cores(pid);
    if (!crowded) return { alone };
    const whep = (await window.text('watch-link')).replace('/w/', '/whep/');
    const leave = crowd(whep);
    await window.until(async () => Number(await window.text('count')) === viewers, 'all watch', 120_000);
    const rows = await window.run(`return document.querySelectorAll('[data-testid="viewer-row"]').length`);
    const among = await cores(pid);
    const still = await frames(window, false);
    const scrolled = await frames(window, true);
    const leaving = frames(window, false);
    await leave();
    return {
      alone,
      among,
      rows,
      frames: { still, scrolled, leaving: await leaving },
    };
  } finally {
    await window.close();
  }
}

/** The same without a window. */
async function headless(stream, crowded) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-headless-'));
  const args = ['headless', '--listen', '127.0.0.1:0', '--data-dir', folder, ...stream];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const told = createInterface({ input: child.stdout });
  const hears = (fits) =>
    new Promise((is) => {
      told.on('line', (line) => {
        const event = JSON.parse(line);
        if (fits(event)) is(event);
      });
    });
  try {
    const { whep } = await hears(({ event }) => event === 'live');
    const alone = await cores(child.pid);
    if (!crowded) return { alone };
    const all = hears(({ event, watching }) => event === 'count' && watching === viewers);
    const leave = crowd(whep);
    await all;
    const among = await cores(child.pid);
    await leave();
    return { alone, among };
  } finally {
    const end = new Promise((is) => child.once('exit', is));
    child.kill('SIGTERM');
    await end;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets all of them join; returns how all leave at one time, without a word. */
function crowd(whep) {
  const args = [
    '--whep',
    whep,
    '--viewers',
    viewers,
    '--joins-per-second',
    joinsPerSecond,
    '--seconds',
    600,
    '--light',
  ];
  const child = spawn(crowdProgram, args.map(String), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return async () => {
    const end = new Promise((is) => child.once('exit', is));
    child.kill('SIGKILL');
    await end;
  };
}

async function cores(pid) {
  await sleep(settleMs);
  const [before, began] = [processorTime(pid), performance.now()];
  await sleep(seconds * 1000);
  const [after, took] = [processorTime(pid), (performance.now() - began) / 1000];
  return new Map([...after].map(([part, time]) => [part, (time - (before.get(part) ?? 0)) / took]));
}

/** The times between the window's frames, ms; while somebody scrolls through the whole list, or nobody does anything. */
async function frames(window, scrolls) {
  await window.driver.manage().setTimeouts({ script: (seconds + 30) * 1000 });
  return window.driver.executeAsyncScript(
    `const [ms, scrolls, done] = arguments;
     const list = document.querySelector('[data-testid="viewer-list"]');
     const between = [];
     const began = performance.now();
     let last = began;
     requestAnimationFrame(function frame(now) {
       between.push(now - last);
       last = now;
       const through = (performance.now() - began) / ms;
       if (through >= 1) return done(between.slice(1));
       if (scrolls) list.scrollTop = (1 - Math.abs(1 - 2 * through)) * (list.scrollHeight - list.clientHeight);
       requestAnimationFrame(frame);
     });`,
    seconds * 1000,
    scrolls,
  );
}

function print() {
  const core = (value) => value.toFixed(3);
  const of = (parts, part) => parts.get(part) ?? 0;
  const row = (name, parts, plain) => [
    name,
    ...['program', 'web process', 'network process'].map((part) => core(of(parts, part))),
    core(sum(parts)),
    plain ? core(sum(parts) - sum(plain)) : '-',
  ];
  console.log(`Cores over ${seconds} s; window of ${width}x${height}, ${list.window.rows} of ${viewers} rows there\n`);
  console.log(
    table([
      ['', 'program', 'web process', 'network process', 'all', 'over headless'],
      row('window, 720p30, nobody watches', idle.window.alone, idle.headless.alone),
      row('headless program, 720p30, nobody watches', idle.headless.alone),
      row('window, 96p1, nobody watches', list.window.alone, list.headless.alone),
      row('headless program, 96p1, nobody watches', list.headless.alone),
      row(`window, 96p1, ${viewers} watch`, list.window.among, list.headless.among),
      row(`headless program, 96p1, ${viewers} watch`, list.headless.among),
    ]),
  );
  const beside = ({ window, headless }, when) => sum(window[when]) - sum(headless[when]);
  const takes = beside(idle, 'alone');
  const costs = beside(list, 'among') - beside(list, 'alone');
  const web = of(list.window.among, 'web process') - of(list.window.alone, 'web process');
  console.log(
    `\nThe list costs ${core(costs)} of a core, the web process' part of it ${core(web)}: ${(costs / takes).toFixed(2)} of the ` +
      `${core(takes)} that an idle live window takes beside the program (goal: 0.10).\n`,
  );
  const figures = (name, all) => {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (fraction) => `${(sorted[Math.floor(fraction * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
    return [name, String(all.length), at(0.5), at(0.99), at(1), String(all.filter((ms) => ms > 50).length)];
  };
  console.log(
    table([
      ['time between frames', 'frames', 'p50', 'p99', 'longest', 'over 50 ms (goal: 0)'],
      figures('nobody does anything', list.window.frames.still),
      figures('scrolled through and back', list.window.frames.scrolled),
      figures('all leave', list.window.frames.leaving),
    ]),
  );
}
