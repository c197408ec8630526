// `./dev bench click`: from opening the link to the first picture, beside a page that does nothing but WHEP with the same server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, missing as chromiumMissing } from '../browser/support/chromium.mjs';
import { launchFirefox, missing as firefoxMissing } from '../browser/support/firefox.mjs';
import { broadcast } from '../browser/support/skylark.mjs';
import { percentile } from '../browser/support/watch-page.mjs';
import { front } from './front.mjs';
import { machine, table } from './table.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, browser: { type: 'string', default: 'chromium,firefox' } },
});
const rounds = Number(options.rounds);
const browsers = {
  chromium: { missing: chromiumMissing, launch: launchChromium },
  firefox: { missing: firefoxMissing, launch: launchFirefox },
};
/** No page takes as long; a run that does has failed. */
const withinMs = 20_000;
const steps = ['connection', 'offered', 'answered', 'connected', 'picture'];

console.log(`${machine()}\n`);
console.log(
  `From opening the link to the first picture, 1280x720, loopback: milliseconds, medians of ${rounds} rounds in which each page was opened once;\n` +
    'cold: a browser profile that knows nothing; warm: the same tab again\n',
);
const rows = [['browser, cache', 'page', ...steps, 'slowest', 'ratio']];
for (const name of options.browser.split(',')) {
  const { missing, launch } = browsers[name] ?? {};
  if (!launch) throw new Error(`there is no browser '${name}': chromium, firefox`);
  if (missing()) throw new Error(missing());
  rows.push(...(await measure(name, launch)));
}
console.log(table(rows));

async function measure(name, launch) {
  // Firefox never pairs its own addresses with 127.0.0.1: the broadcast is on all addresses of this machine.
  const skylark = await broadcast({ listen: '0.0.0.0:0' });
  const { hostname, port, pathname } = new URL(skylark.live.watch);
  const whep = new URL(skylark.live.whep).pathname;
  const bare = readFileSync(join(import.meta.dirname, 'bare.html'), 'utf8').replace('WHEP', whep);
  const door = await front({ host: hostname, port: Number(port), path: '/bare', html: bare });
  const browser = await launch();
  try {
    const origin = `http://${hostname}:${door.port}`;
    const pages = { Skylark: origin + pathname, bare: `${origin}/bare` };
    const measured = { cold: { Skylark: [], bare: [] }, warm: { Skylark: [], bare: [] } };
    // The first opening starts parts of the browser that all later ones find running.
    for (let round = 0; round <= rounds; round += 1) {
      for (const page of round % 2 ? ['Skylark', 'bare'] : ['bare', 'Skylark']) {
        const { cold, warm } = await open(browser, pages[page]);
        if (round === 0) continue;
        measured.cold[page].push(cold);
        measured.warm[page].push(warm);
      }
    }
    return Object.entries(measured).flatMap(([cache, of]) => lines(`${name}, ${cache}`, of));
  } finally {
    await browser.close();
    await door.close();
    await skylark.remove();
  }
}

/** One page in a new profile, and once more in the same tab. */
async function open(browser, url) {
  const tab = await browser.tab(`(${timePicture})(${JSON.stringify(steps)})`);
  try {
    const cold = await timed(tab, url);
    await tab.goto('about:blank');
    return { cold, warm: await timed(tab, url) };
  } finally {
    await tab.close();
  }
}

async function timed(tab, url) {
  await tab.goto(url);
  const end = Date.now() + withinMs;
  for (;;) {
    const times = await tab.evaluate('window.times');
    if (times?.picture) return times;
    if (Date.now() > end) throw new Error(`${url}: no picture within ${withinMs} ms, only ${JSON.stringify(times)}`);
    // Each question takes the browser's time from the page.
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** Runs in the page before its own script, and is the same for both pages: when each step was done, since the link was opened. */
function timePicture(steps) {
  const times = (window.times = {});
  const note = (step) => (times[step] ??= performance.now());
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      note(steps[0]);
      this.addEventListener('connectionstatechange', () => this.connectionState === 'connected' && note(steps[3]));
    }
    setRemoteDescription(answer) {
      note(steps[2]);
      return super.setRemoteDescription(answer);
    }
  };
  const { fetch } = window;
  window.fetch = (url, init) => {
    if (init?.method === 'POST') note(steps[1]);
    return fetch(url, init);
  };
  const loads = ({ target }) => target.requestVideoFrameCallback?.(() => note(steps[4]));
  document.addEventListener('loadstart', loads, true);
}

function lines(name, of) {
  const middle = (list, step) => percentile(list.map((times) => times[step]).filter(Number.isFinite), 0.5);
  const ratio = middle(of.Skylark, 'picture') / middle(of.bare, 'picture');
  return Object.entries(of).map(([page, list]) => [
    name,
    page,
    ...steps.map((step) => middle(list, step).toFixed(0)),
    Math.max(...list.map(({ picture }) => picture)).toFixed(0),
    page === 'Skylark' ? ratio.toFixed(2) : '',
  ]);
}
