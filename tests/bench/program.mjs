// What the program says and the kernel accounts of its own part of a frame's way.

import { readdirSync, readFileSync } from 'node:fs';

/** Counters of `/metrics` and CPU time by thread, now. */
export async function reading({ pid, live }) {
  const page = await (await fetch(new URL('/metrics', live.watch))).text();
  const counters = new Map();
  for (const line of page.split('\n')) {
    const [name, value] = line.split(' ');
    if (name && !line.startsWith('#')) counters.set(name, Number(value));
  }
  return { counters, cpuMs: cpuMs(pid) };
}

/** What happened between two readings; ages and CPU in milliseconds a picture. */
export function between(before, after) {
  const counted = (name, labels = '') => {
    const [from, to] = [before, after].map(({ counters }) => counters.get(`skylark_${name}_total${labels}`));
    if (to === undefined) throw new Error(`the program counts no ${name}: it is older than this benchmark`);
    return to - from;
  };
  const pictures = counted('pictures_encoded');
  const cpu = (thread) => ((after.cpuMs.get(thread) ?? 0) - (before.cpuMs.get(thread) ?? 0)) / pictures;
  return {
    encoded: counted('pictures_encoded_age_us') / pictures / 1000,
    sent: counted('pictures_sent_age_us') / counted('pictures_sent') / 1000,
    steps: Object.fromEntries(
      ['capture', 'convert', 'wait', 'encode_f', 'packetise', 'encode_h', 'encode_q'].map((step) => [
        step,
        counted('picture_steps_us', `{step="${step}"}`) / counted('picture_steps') / 1000,
      ]),
    ),
    drawing: cpu('media-camera'),
    encoding: cpu('media-h264'),
  };
}

/** Milliseconds on a CPU, by the name of the thread: the first field of schedstat counts nanoseconds. */
function cpuMs(pid) {
  const times = new Map();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const of = (file) => readFileSync(`/proc/${pid}/task/${task}/${file}`, 'utf8').trim();
    try {
      const name = of('comm');
      times.set(name, (times.get(name) ?? 0) + Number(of('schedstat').split(' ')[0]) / 1e6);
    } catch {
      // The thread has ended between the listing and the reading.
    }
  }
  return times;
}
