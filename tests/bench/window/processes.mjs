// What a program and all that it started take, as the kernel accounts it.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A second, as the kernel counts processor time for programs (USER_HZ). */
const TICKS = 100;

/** The program's process and all below it: id and name of each. */
export function family(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => described(Number(name)));
  const found = all.filter((one) => one.pid === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

/** The process that runs this program with this text among its arguments. */
export function running(program, argument) {
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const found = readlinkSync(`/proc/${name}/exe`) === program;
      if (found && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(argument)) return Number(name);
    } catch {
      // It ended meanwhile, or is another user's.
    }
  }
  throw new Error(`${program} does not run`);
}

/** Seconds on a processor so far, by the part that each process plays. */
export function processorTime(pid) {
  const times = new Map();
  for (const one of family(pid)) times.set(one.part, (times.get(one.part) ?? 0) + one.seconds);
  return times;
}

/** Proportional set size of all of them, in MB: what is shared is divided among those who share it. */
export function memory(pid) {
  const sizes = new Map();
  for (const one of family(pid)) {
    const rollup = readFileSync(`/proc/${one.pid}/smaps_rollup`, 'utf8');
    const kilobytes = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
    sizes.set(one.part, (sizes.get(one.part) ?? 0) + (kilobytes * 1024) / 1e6);
  }
  return sizes;
}

export function sum(parts) {
  return [...parts.values()].reduce((total, part) => total + part, 0);
}

function described(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // User and system time, those of threads that have ended included.
    const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
    return [{ pid, parent: Number(fields[1]), name, part: part(name), seconds }];
  } catch {
    return []; // It ended meanwhile.
  }
}

/** By the first fifteen letters, which is what the kernel keeps of a name. */
function part(name) {
  if (name.startsWith('WebKitWeb')) return 'web process';
  if (name.startsWith('WebKitNetwork')) return 'network process';
  return 'program';
}
