// From a real camera and a real microphone, as the system knows them, to a browser.

import assert from 'node:assert/strict';
import { camera, microphone, noCamera, withEnvironment } from '../support/devices.mjs';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';
import { percentile } from './support/watch-page.mjs';

const { after, before, test } = needs(missing() ?? noCamera());

let eye;
let ear;
let skylark;
let chromium;
let tab;

const cameraIs =
  (state, code) =>
  ({ event, state: now }) =>
    event === 'camera' && now.state === state && (!code || now.code === code);

before(async () => {
  eye = camera();
  ear = await microphone({ hertz: 500 });
  skylark = await broadcast({
    before: [...eye.before, ...withEnvironment(ear?.environment ?? {})],
    args: ['--camera', eye.name, '--microphone', ear?.name ?? 'tone'],
  });
  chromium = await openChromium();
  tab = await chromium.open(skylark.live.watch);
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
  ear?.remove();
  eye?.remove();
});

test('the viewer sees what the camera sees, now', async () => {
  const { state } = await skylark.event(cameraIs('running'), 'the camera runs');
  assert.equal(state.format, '1280x720, 30 fps, NV12');
  await tab.plays();
  const frames = await tab.frames(4000);
  const late = frames.map(({ readMs }) => readMs).filter((ms) => ms !== null);
  console.log(`camera to pixels read: p50 ${percentile(late, 0.5)} ms, p95 ${percentile(late, 0.95)} ms`);
  assert.ok(late.length > 60, `the camera's clock is read in moving pictures: ${late.length} in 4 s`);
});

test('the viewer hears what the microphone hears', async (story) => {
  if (!ear) return story.skip('there is no PulseAudio on this machine');
  const { left, right } = await tab.listen();
  console.log(`left ${left.hertz.toFixed(0)} Hz, right ${right.hertz.toFixed(0)} Hz, rms ${left.rms.toFixed(3)}`);
  for (const side of [left, right]) {
    assert.ok(Math.abs(side.hertz - 500) < 10, `500 Hz were played, ${side.hertz} are heard`);
    assert.ok(Math.abs(side.rms - 0.5 / Math.SQRT2) < 0.05, `as loud as it was played: ${side.rms}`);
  }
});

test('the camera is unplugged and plugged in again: a slate, and the picture is back, in the same session', async () => {
  const since = skylark.events.length;
  eye.set('unplugged');
  const { state } = await skylark.event(cameraIs('failed', 'device_lost'), 'the panel is told', { since });
  assert.match(state.message, /Skylark Test Camera.* went away/);
  await tab.until(
    async () => (await tab.clock()) === null,
    5000,
    async () => 'a slate takes the place of the picture',
  );
  const { currentTime } = await tab.video();
  await tab.until(
    async () => (await tab.video()).currentTime > currentTime + 1,
    5000,
    async () => 'the slate is a moving picture too',
  );

  eye.set('ok');
  await skylark.event(cameraIs('running'), 'the camera runs again', { since });
  await tab.plays();
  const left = skylark.events.slice(since).filter(({ event }) => event === 'viewer_left' || event === 'viewer_joined');
  assert.deepEqual(left, [], 'nobody had to join again');
  assert.deepEqual(tab.faults, []);
});

test('the camera is switched while live', async () => {
  const since = skylark.events.length;
  skylark.tell('set_camera', { camera: 'off' });
  await skylark.event(({ event, state }) => event === 'camera' && state.state === 'off', 'it is off', { since });
  await tab.until(
    async () => (await tab.clock()) === null,
    5000,
    async () => 'a slate takes the place of the picture',
  );
  eye.set('busy');
  skylark.tell('set_camera', { camera: '0' });
  await skylark.event(cameraIs('failed', 'device_busy'), 'another program has it', { since });
  eye.set('ok');
  await skylark.event(cameraIs('running'), 'it is free', { since });
  await tab.plays();
});
