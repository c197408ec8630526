// `./dev bench latency`: glass to glass, from a picture's capture to its pixels read in a Chromium canvas, over loopback.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast, repository } from '../browser/support/skylark.mjs';
import { percentile } from '../browser/support/watch-page.mjs';
import { traceFrames } from './frames.mjs';
import { between, reading } from './program.mjs';
import { machine, table } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
    viewers: { type: 'string', default: '200' },
  },
});
if (missing()) throw new Error(missing());
const [seconds, runs, others] = [options.seconds, options.runs, options.viewers].map(Number);
const crowdProgram =
  process.env.CROWD_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(repository, 'target'), 'release', 'crowd');

const joinsPerSecond = 40;
/** Browsers begin with a generous jitter buffer and shrink it. */
const settleMs = 5000;

const alone = ['off', 'tone'].map((microphone) => ({ microphone, viewers: 0 }));
const amongOthers = others > 0 ? alone.map((one) => ({ ...one, viewers: others })) : [];

console.log(`${machine()}\n`);
const measured = [];
for (const one of [...alone, ...amongOthers]) {
  // A browser shows pictures at ticks of its own, up to 17 ms after they are ready: each run has its own luck with that.
  const all = [];
  for (let run = 0; run < runs; run += 1) all.push(await measure(one));
  measured.push({ ...one, runs: all, total: all.flatMap(({ frames }) => frames.map(({ read }) => read)) });
}
const ms = (value) => (Number.isFinite(value) ? value.toFixed(1) : '-');
console.log(
  `Glass to glass, 1280x720, 30 pictures a second, loopback: milliseconds from capture to pixels read in a canvas;\n` +
    `${runs} runs of ${seconds} s, each with a new browser\n`,
);
console.log(
  table([
    ['viewer', 'p50', 'p95', 'p99', 'p50 of each run', 'frames', 'left out', 'unread'],
    ...measured.map((one) => [
      nameOf(one),
      ...[0.5, 0.95, 0.99].map((fraction) => ms(percentile(one.total, fraction))),
      one.runs
        .map(({ frames }) =>
          ms(
            percentile(
              frames.map(({ read }) => read),
              0.5,
            ),
          ),
        )
        .join(', '),
      String(one.total.length),
      ...['missing', 'unread'].map((what) => String(one.runs.reduce((sum, run) => sum + run[what], 0))),
    ]),
  ]),
);
console.log('\nWhere they go: milliseconds, means; lines with "of it" are parts of the line above\n');
console.log(table([['step', ...measured.map(nameOf)], ...steps(measured)]));

function nameOf({ microphone, viewers }) {
  const media = microphone === 'off' ? 'picture only' : 'picture and sound';
  return viewers > 0 ? `${media}, ${viewers} more` : media;
}

async function measure({ microphone, viewers }) {
  const skylark = await broadcast({ microphone });
  const chromium = await openChromium();
  let crowd;
  try {
    const tab = await chromium.open(skylark.live.watch);
    await tab.plays();
    if (viewers > 0) {
      crowd = startCrowd(skylark.live.whep, viewers, microphone !== 'off');
      await skylark.event(({ event, watching }) => event === 'count' && watching > viewers, 'the crowd is in', {
        withinMs: (viewers / joinsPerSecond) * 1000 + 20_000,
      });
    }
    await new Promise((done) => setTimeout(done, settleMs));
    const before = [await reading(skylark), await tab.statistics('inbound-rtp')];
    const { frames, unread } = await tab.page.evaluate(traceFrames, seconds * 1000);
    const after = [await reading(skylark), await tab.statistics('inbound-rtp')];
    const [own, browser] = [between(before[0], after[0]), browserSteps(before[1], after[1])];
    return { frames, unread, missing: leftOut(frames), own, browser };
  } finally {
    crowd?.kill();
    await chromium.close();
    await skylark.remove();
  }
}

function startCrowd(whep, viewers, sound) {
  const args = ['--whep', whep, '--viewers', viewers, '--joins-per-second', joinsPerSecond, '--seconds', seconds + 60];
  return spawn(crowdProgram, [...args.map(String), ...(sound ? ['--audio'] : [])], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Pictures that were made, and never shown. */
function leftOut(frames) {
  const numbers = frames.map(({ number }) => number);
  return numbers
    .slice(1)
    .reduce((sum, number, index) => sum + Math.max(0, ((number - numbers[index]) & 0xffff) - 1), 0);
}

/** Means a frame (picture) or a sample (sound) of what the browser itself counts. */
function browserSteps(before, after) {
  const kind = (entries, wanted) => entries.find((entry) => entry.kind === wanted) ?? {};
  const mean = (wanted, sum, count) => {
    const [from, to] = [kind(before, wanted), kind(after, wanted)];
    return (1000 * (to[sum] - from[sum])) / (to[count] - from[count]);
  };
  return {
    buffer: mean('video', 'jitterBufferDelay', 'jitterBufferEmittedCount'),
    decode: mean('video', 'totalDecodeTime', 'framesDecoded'),
    soundBuffer: mean('audio', 'jitterBufferDelay', 'jitterBufferEmittedCount'),
  };
}

function steps(all) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const until = (frames, step) => mean(frames.map((frame) => frame[step]));
  const rows = [
    ['capture (the pattern is drawn)', ({ own }) => own.steps.capture],
    ['convert (pattern: nothing to do)', ({ own }) => own.steps.convert],
    ['wait for the encoder', ({ own }) => own.steps.wait],
    ['encode the top layer', ({ own }) => own.steps.encode_f],
    ['packetise it, wake the senders', ({ own }) => own.steps.packetise],
    ['send (to the last viewer)', ({ own }) => own.sent - own.encoded - own.steps.packetise],
    ['network: sent to received', ({ own, frames }) => until(frames, 'received') - own.sent],
    ['received to presented', ({ frames }) => until(frames, 'presented') - until(frames, 'received')],
    ['of it jitter buffer (video)', ({ browser }) => browser.buffer],
    ['of it decode', ({ browser }) => browser.decode],
    ['display: until the page is told', ({ frames }) => until(frames, 'called') - until(frames, 'presented')],
    ['drawn into the canvas and read', ({ frames }) => until(frames, 'read') - until(frames, 'called')],
    ['sum', ({ frames }) => until(frames, 'read')],
    ['beside it: both lower layers encoded', ({ own }) => own.steps.encode_q - own.steps.encode_f],
    ['beside it: CPU for encoding all layers', ({ own }) => own.encoding],
    ['beside it: audio jitter buffer', ({ browser }) => browser.soundBuffer],
  ];
  return rows.map(([name, value]) => [name, ...all.map((one) => ms(mean(one.runs.map(value))))]);
}
