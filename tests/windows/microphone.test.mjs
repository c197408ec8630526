// The microphone as the program for Windows hears it: by WASAPI, which Wine has from a PulseAudio server of Linux; and a page hears it too.

import assert from 'node:assert/strict';
import { missing as missingChromium, openChromium } from '../browser/support/chromium.mjs';
import { microphone } from '../support/devices.mjs';
import { missingCommand, needs } from '../support/needs.mjs';
import { folder, missing, Skylark } from './support/wine.mjs';

const { after, before, test } = needs(missing() ?? missingChromium() ?? missingCommand('pulseaudio', 'paplay'));

/** No tone of the program's own. */
const HERTZ = 523;

let place;
let sound;
let skylark;
let chromium;

before(async () => {
  place = folder();
  sound = await microphone({ hertz: HERTZ, inside: place.path });
  const environment = Object.fromEntries(
    Object.entries(sound.environment).map(([name, value]) => [name, value.replace(place.path, '/skylark')]),
  );
  const args = ['headless', '--camera', 'pattern', '--listen', '127.0.0.1:0', '--data-dir', 'data', '--no-relief'];
  skylark = new Skylark(place.path, args, { environment });
  skylark.live = await skylark.event(({ event }) => event === 'live', 'it goes live');
  chromium = await openChromium();
});

after(async () => {
  await chromium?.close();
  await skylark?.gone();
  sound?.remove();
  place?.remove();
});

test('what the microphone hears is heard on the page', async () => {
  const running = ({ event, state }) => event === 'microphone' && state.state === 'running';
  const { state } = await skylark.event(running, 'it is open');
  console.log(`microphone: ${state.id}, ${state.format}`);
  const tab = await chromium.open(skylark.live.watch);
  await tab.plays(60_000);
  const { left } = await tab.listen();
  assert.ok(Math.abs(left.hertz - HERTZ) < 10, `the tone of ${HERTZ} Hz: ${left.hertz}`);
});

test('it is listed with a name that people know it by', async () => {
  const since = skylark.events.length;
  skylark.tell('list_devices');
  const { devices } = await skylark.event(({ event }) => event === 'devices', 'they are listed', { since });
  console.log(`microphones: ${devices.microphones.map(({ label }) => label).join(', ')}`);
  assert.ok(devices.microphones.length > 0, 'there is one');
  assert.equal(await skylark.end(), 0, skylark.log);
});
