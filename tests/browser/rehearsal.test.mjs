// A rehearsal in Chromium: the watch page plays by the private link, tells what its browser knows, and is over when it is live.

import assert from 'node:assert/strict';
import { missingCommand, needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { loudspeaker } from './support/loudspeaker.mjs';
import { broadcast } from './support/skylark.mjs';
import { percentile } from './support/watch-page.mjs';

const { after, before, test } = needs(missing() ?? missingCommand('pulseaudio'));

let sound;
let skylark;
let chromium;
let link;
let tab;
let waiting;

before(async () => {
  sound = await loudspeaker();
  skylark = await broadcast({ title: 'Sunday concert' });
  chromium = await openChromium({ sound });
  skylark.tell('end');
  await skylark.event(({ event }) => event === 'ended', 'nothing is live');
  skylark.tell('rehearse', { on: true });
  const begun = await skylark.event(({ event, rehearsal }) => event === 'rehearsal' && rehearsal, 'it begins');
  link = begun.rehearsal.watch;
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  sound?.close();
});

/** The finding about one thing, once it is one of these. */
async function found(of, codes, why) {
  const fits = ({ event, rehearsal }) =>
    event === 'rehearsal' && rehearsal?.findings.some((one) => one.of === of && codes.includes(one.code));
  const { rehearsal } = await skylark.event(fits, why, { since: skylark.events.length, withinMs: 30_000 });
  return rehearsal.findings.find((one) => one.of === of);
}

test('who has the private link sees it, and that it is a rehearsal; who has the other waits', async () => {
  waiting = await chromium.open(skylark.live.watch);
  await waiting.is('waiting');
  tab = await chromium.open(link);
  await tab.plays();
  const words = await tab.words();
  assert.match(words, /Rehearsal/i);
  assert.doesNotMatch(words, /\bLIVE\b/);
  assert.match(words, /Sunday concert/);
  await tab.picture('rehearsal');
});

test('the page tells how late it is and how far apart picture and sound are, and that is what is seen and heard', async () => {
  const latency = await found('latency', ['latency_good', 'latency_late'], 'the page measured its latency');
  const frames = await tab.frames(3000);
  const seen = percentile(
    frames.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs])),
    0.5,
  );
  console.log(`latency: ${latency.value.toFixed(0)} ms told, ${seen.toFixed(0)} ms by the clock in the picture`);
  assert.ok(Math.abs(latency.value - seen) < 60, 'the latency is what a clock in the picture says');

  await found('sync', ['sync_good', 'sync_early', 'sync_late'], 'the page reckoned its lip sync');
  // A browser on a busy machine plays its sound later and later: both are of the same seconds.
  const since = skylark.events.length;
  const heard = percentile(await tab.lipSync({ seconds: 8, settle: 3 }), 0.5);
  const findings = skylark.events.slice(since).flatMap(({ rehearsal }) => rehearsal?.findings ?? []);
  const told = percentile(
    findings.flatMap(({ of, value }) => (of === 'sync' && value !== null ? [value] : [])),
    0.5,
  );
  console.log(`sound behind the picture: ${told.toFixed(0)} ms told, ${heard.toFixed(0)} ms by flash and beep`);
  assert.ok(Math.abs(told - heard) < 100, 'the lip sync is about what flash and beep say');
});

test('all else is found as it is', async () => {
  await found('picture', ['picture_good'], 'the pattern moves');
  await found('sound', ['sound_good'], 'the tone is loud enough');
  await found('playback', ['playback_good'], 'it plays');
  await found('upload', ['upload_inside'], 'nothing went over the line');
  assert.ok(!skylark.events.some(({ event }) => event === 'viewer_joined'), 'nobody is a viewer');
});

test('when it is live who waited comes in, and the private link is over', async () => {
  const since = skylark.events.length;
  skylark.tell('go_live');
  await skylark.event(({ event }) => event === 'live', 'it is live', { since });
  await waiting.plays();
  await tab.is('gone');
  assert.match(await tab.words(), /The rehearsal is over/);
  await tab.picture('rehearsal-over');
  assert.deepEqual([...tab.faults, ...waiting.faults], []);
});
