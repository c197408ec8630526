// `./dev bench relay`: how many a home's line holds by itself, and with each engine that the stream is handed to; what that costs and how late it comes.
// It runs where the engines and viewers are; Skylark is in another network, whose line this one's is behind (scripts/measure.sh).

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { missing, openChromium } from '../browser/support/chromium.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { percentile } from '../browser/support/watch-page.mjs';
import { Janus, SOCKET as JANUS } from '../relays/support/janus.mjs';
import { KEYS, LiveKit, SOCKET as LIVEKIT } from '../relays/support/livekit.mjs';
import { HOST, Mediasoup, SECRETS } from '../relays/support/mediasoup.mjs';
import { traceFrames } from './frames.mjs';
import { machine, table } from './table.mjs';
import { family } from './window/processes.mjs';

const janusSecrets = { room_secret: 'a-room-secret', admin_key: 'the-admin-key' };
const engines = {
  none: null,
  janus: { make: () => new Janus(), url: `janus+${JANUS}/1`, secrets: janusSecrets },
  'janus-rtp': { make: () => new Janus(), url: `janus-rtp+${JANUS}/2`, secrets: janusSecrets },
  // LiveKit makes a channel for data with each viewer, which light viewers do not speak on.
  livekit: {
    make: () => new LiveKit(),
    url: `livekit+${LIVEKIT}/bench`,
    secrets: KEYS,
    whole: true,
    missing: 'LIVEKIT',
  },
  mediasoup: {
    make: () => new Mediasoup(),
    url: `mediasoup+http://${HOST}/bench`,
    secrets: SECRETS,
    missing: 'MEDIASOUP',
  },
};

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: Object.keys(engines).join(',') },
    viewers: { type: 'string', default: '10,25,50,100,150,200' },
    here: { type: 'string', default: '6,8,9,10,12' },
    seconds: { type: 'string', default: '20' },
    settle: { type: 'string', default: '15' },
    clicks: { type: 'string', default: '9' },
    short: { type: 'boolean', default: false },
  },
});
if (options.short) Object.assign(options, { viewers: '10,20', here: '8,10', seconds: '5', settle: '8', clicks: '3' });
const numbers = (list) => list.split(',').map(Number);
const [seconds, settle, clicks] = [options.seconds, options.settle, options.clicks].map(Number);
if (missing()) throw new Error(missing());
const home = { namespace: process.env.HOME_NAMESPACE, address: process.env.HOME_ADDRESS, line: process.env.HOME_LINE };

/** The line's rate, and what of it the broadcaster gives: the rest is for the headers of packets, of which that limit knows nothing. */
const LINE_KBPS = 25_000;
const LIMIT_KBPS = 23_000;
/** Held: 29 of 30 pictures, and four fifths of the top layer's 2,500 kbit/s. A smaller layer has a third of them. */
const LEAST_PICTURES = 29;
const LEAST_KBPS = 2000;
const JOINS_PER_SECOND = 10;
/** Browsers begin with a generous jitter buffer and shrink it. */
const BROWSER_SETTLES_MS = 5000;
/** Whoever sees nothing for so long is not let in. */
const GIVES_UP_MS = 10_000;

console.log(`${machine()}\n`);
const capacity = [];
const waits = [];
for (const name of options.engine.split(',')) {
  if (!(name in engines)) throw new Error(`there is no engine '${name}': ${Object.keys(engines).join(', ')}`);
  const why = engines[name]?.missing && process.env[`SKYLARK_${engines[name].missing}_MISSING`];
  if (why) console.error(`${name} is left out: ${why}`);
  else await measure(name, engines[name]);
}
const fixed = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
console.log(
  `Viewers at the top layer (1280x720, 2.5 Mbit/s, ${LEAST_PICTURES} of 30 pictures a second or more) behind a line of ${LINE_KBPS / 1000} Mbit/s, for ${seconds} s;\n` +
    'processor time in cores, of the broadcaster, the engine and the viewers, and of the process that took the most\n',
);
console.log(
  table([
    ['engine', 'asked', 'held', 'pictures p5', 'kbit/s p5', 'upload, Mbit/s', 'host', 'engine', 'viewers', 'most'],
    ...capacity.map((one) => [
      one.name,
      String(one.viewers),
      String(one.held),
      fixed(one.pictures),
      fixed(one.kbps, 0),
      fixed(one.upload),
      ...['host', 'engine', 'crowd'].map((who) => fixed(one.cores[who], 2)),
      one.most,
    ]),
  ]),
);
/** What an engine adds is beside none, where that was measured in this run. */
const direct = waits.find(({ name }) => name === 'none') ?? { p50: NaN, p95: NaN };
console.log(
  `\nThe same line: milliseconds from capture to pixels read in a canvas, and from the eleventh viewer’s click to its first picture (${clicks} clicks)\n`,
);
console.log(
  table([
    ['engine', 'p50', 'p95', 'added p50', 'added p95', 'frames', 'click p50', 'click slowest', 'it watches'],
    ...waits.map((one) => [
      one.name,
      ...[one.p50, one.p95, one.p50 - direct.p50, one.p95 - direct.p95].map((ms) => fixed(ms)),
      String(one.frames),
      ...(one.clicks.length ? [percentile(one.clicks, 0.5), Math.max(...one.clicks)] : [NaN, NaN]).map((ms) =>
        fixed(ms, 0),
      ),
      one.where,
    ]),
  ]),
);

async function measure(name, engine) {
  console.error(`${name} …`);
  const running = engine?.make();
  let skylark, chromium;
  try {
    await running?.start();
    skylark = await broadcast({
      listen: `${home.address}:0`,
      args: ['--size', '1280x720', '--bitrate', '2500k', '--relay-from', 'all'],
      before: ['ip', 'netns', 'exec', home.namespace],
    });
    if (engine) {
      skylark.tell('relay', { url: engine.url, secrets: engine.secrets });
      await skylark.event(({ event, state }) => event === 'relay' && state === 'running', 'the relay runs');
    }
    chromium = await openChromium();
    const late = await lateness(skylark, chromium);
    skylark.tell('configure', { settings: { relay_from: 'full', max_upload_kbps: LIMIT_KBPS } });
    const eleventh = await click(skylark, chromium, engine);
    await chromium.close();
    chromium = null;
    waits.push({ name, ...late, ...eleventh });
    skylark.tell('configure', { settings: { relay_from: 'all', max_upload_kbps: 0 } });
    for (const viewers of numbers(engine ? options.viewers : options.here)) {
      const row = { name, viewers, ...(await hold(skylark, running, viewers, engine)) };
      console.error(JSON.stringify(row));
      capacity.push(row);
      // More would be held worse.
      if (row.held < viewers) break;
    }
  } finally {
    await chromium?.close();
    await skylark?.remove();
    await running?.remove();
  }
}

/** How late a picture is, of one viewer. */
async function lateness(skylark, chromium) {
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays();
  await tab.until(
    async () => (await tab.video()).videoWidth === 1280,
    30_000,
    async () => 'the top layer',
  );
  await new Promise((done) => setTimeout(done, BROWSER_SETTLES_MS));
  const { frames } = await tab.page.evaluate(traceFrames, seconds * 1000);
  await tab.page.context().close();
  const ages = frames.map(({ read }) => read);
  return { p50: percentile(ages, 0.5), p95: percentile(ages, 0.95), frames: ages.length };
}

/** How long the eleventh waits for a picture, and where it watches. */
async function click(skylark, chromium, engine) {
  const ten = startCrowd(skylark.live.whep, 10, { watches: 600, whole: engine?.whole });
  const took = [];
  const where = new Set();
  try {
    await ten.settled;
    await skylark.event(({ event, watching }) => event === 'count' && watching === 10, 'ten watch', {
      withinMs: 30_000,
    });
    for (let n = 0; n < clicks; n += 1) {
      const since = skylark.events.length;
      const { context } = await chromium.person();
      const page = await context.newPage();
      await page.addInitScript(`(${noteFirstPicture})()`);
      await page.goto(skylark.live.watch);
      const seen = await page
        .waitForFunction(() => window.firstPicture, null, { timeout: GIVES_UP_MS })
        .then((of) => of.jsonValue())
        .catch(() => null);
      if (seen === null) {
        // There is no room for an eleventh.
        where.add('nowhere');
        await context.close();
        break;
      }
      took.push(seen);
      where.add((await skylark.viewer(since)).relay === undefined ? 'here' : 'there');
      await context.close();
      await skylark.event(({ event }) => event === 'viewer_left', 'it left', { since, withinMs: 30_000 });
    }
  } finally {
    await ten.ends();
  }
  await skylark.event(({ event, watching }) => event === 'count' && watching === 0, 'they left', {
    since: skylark.events.length - 1,
    withinMs: 60_000,
  });
  return { clicks: took, where: [...where].join(', ') };
}

/** Runs in the page before its own script. */
function noteFirstPicture() {
  const loads = ({ target }) => target.requestVideoFrameCallback?.(() => (window.firstPicture ??= performance.now()));
  document.addEventListener('loadstart', loads, true);
}

/** How many of a crowd are held, and what that takes. */
async function hold(skylark, running, viewers, engine) {
  const crowd = startCrowd(skylark.live.whep, viewers, { watches: seconds, settles: settle, whole: engine?.whole });
  try {
    await crowd.settled;
    const before = readingOf({ skylark, running, crowd });
    await new Promise((done) => setTimeout(done, seconds * 900));
    const after = readingOf({ skylark, running, crowd });
    const report = await crowd.report();
    const kept = report.viewers.filter((one) => one.pictures_per_second >= LEAST_PICTURES && one.kbps >= LEAST_KBPS);
    const error = report.viewers.find((one) => one.error)?.error;
    if (error) console.error(`the first error of ${viewers}: ${error}`);
    const time = (after.at - before.at) / 1000;
    const spent = after.processes.map((one) => {
      const earlier = before.processes.find(({ pid }) => pid === one.pid);
      return { ...one, cores: (one.seconds - (earlier?.seconds ?? 0)) / time };
    });
    const of = (who) => spent.filter((one) => one.who === who).reduce((sum, { cores }) => sum + cores, 0);
    const most = spent.reduce((best, one) => (one.cores > best.cores ? one : best));
    const lowest = (what) =>
      percentile(
        report.viewers.map((one) => one[what]),
        0.05,
      );
    return {
      held: kept.length,
      pictures: lowest('pictures_per_second'),
      kbps: lowest('kbps'),
      upload: ((after.sent - before.sent) * 8) / 1e6 / time,
      cores: Object.fromEntries(['host', 'engine', 'crowd'].map((who) => [who, of(who)])),
      most: `${most.name} ${most.cores.toFixed(2)}`,
    };
  } finally {
    await crowd.ends();
  }
}

/** What each process has used of the processors so far, and the line's sender has sent. */
function readingOf({ skylark, running, crowd }) {
  const all = { host: skylark.pid, engine: running?.pid, crowd: crowd.pid };
  const processes = Object.entries(all).flatMap(([who, pid]) =>
    pid ? family(pid).map((one) => ({ who, ...one })) : [],
  );
  // The interface is the other network's: that of the program's process.
  const line = readFileSync(`/proc/${skylark.pid}/net/dev`, 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${home.line}:`));
  return { at: performance.now(), processes, sent: Number(line.split(':')[1].trim().split(/\s+/)[8]) };
}

/** Joins so many by the link; `settled`: all have, and what counts begins. */
function startCrowd(whep, viewers, { watches, settles = 0, whole = false }) {
  const args = ['--whep', whep, '--viewers', viewers, '--joins-per-second', JOINS_PER_SECOND, '--audio', '--json'];
  args.push('--seconds', watches, '--settle', settles, ...(whole ? [] : ['--light']));
  const child = spawn(process.env.CROWD_BIN, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (more) => (text += more));
  const ended = new Promise((done) => child.once('close', done));
  const settled = new Promise((done, failed) => {
    let last = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      last = line;
      if (line === 'All have come, and watch.') done();
    });
    ended.then((code) => failed(new Error(`the crowd ended before all were there: ${code} ${last}`)));
  });
  // Not everybody waits for it.
  settled.catch(() => {});
  return {
    pid: child.pid,
    settled,
    report: () => ended.then(() => JSON.parse(text)),
    /** All leave, as they would have later. */
    ends: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
