// The mixer: what viewers hear of the microphone and of what the broadcaster's computer plays, as they are told to be.

import assert from 'node:assert/strict';
import { microphone, withEnvironment } from '../support/devices.mjs';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const ear = missing() ? null : await microphone({ hertz: 500, desktop: 800 });
const { after, before, test } = needs(missing() ?? (ear ? null : 'there is no PulseAudio on this machine'));

/** The level of either tone: they are as loud as each other. */
const TONE = 0.5 / Math.SQRT2;

let skylark;
let chromium;
let tab;

before(async () => {
  skylark = await broadcast({
    before: withEnvironment(ear.environment),
    args: ['--camera', 'pattern', '--microphone', ear.name],
  });
  chromium = await openChromium();
  tab = await chromium.open(skylark.live.watch);
  await tab.plays();
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  ear?.remove();
});

/** Waits until both sides are so loud, and of this frequency where one is said: what is heard at first was sent before. */
async function hears(level, hertz = null) {
  const is = ({ rms, hertz: heard }) =>
    Math.abs(rms - level) < 0.03 && (hertz === null || Math.abs(heard - hertz) < hertz / 50);
  let heard;
  for (let tries = 0; tries < 8; tries++) {
    heard = await tab.listen();
    if ([heard.left, heard.right].every(is)) return;
  }
  assert.fail(`${level} of ${hertz ?? 'any'} Hz wanted: ${JSON.stringify(heard)}`);
}

async function set(strip, settings) {
  const since = skylark.events.length;
  skylark.tell('set_strip', { strip, ...settings });
  await skylark.event((event) => event.event === 'strip' && event.strip === strip, `${strip} is set`, { since });
}

test('the microphone alone is heard unless somebody says otherwise', async () => {
  await hears(TONE, 500);
});

test('six decibels less are half', async () => {
  await set('microphone', { gain_db: -6.02 });
  await hears(TONE / 2, 500);
});

test('what the computer plays is heard with it', async () => {
  const since = skylark.events.length;
  await set('desktop', { mute: false, gain_db: -6 });
  const runs = ({ event, strip, state }) => event === 'strip' && strip === 'desktop' && state.state === 'running';
  await skylark.event(runs, 'the desktop is listened to', { since });
  // Two tones, each at half.
  await hears(TONE / Math.SQRT2);
});

test('a strip that is muted is not heard, and the other is', async () => {
  await set('microphone', { mute: true });
  await hears(TONE / 2, 800);
  await set('desktop', { mute: true });
  await hears(0);
  await set('microphone', { mute: false, gain_db: 0 });
  await hears(TONE, 500);
  assert.deepEqual(tab.faults, []);
});
