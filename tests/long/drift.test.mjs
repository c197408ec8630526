// A microphone beside the first whose clock is 300 ppm fast, for ten minutes (SKYLARK_LONG_DRIFT_S: so many seconds), in real time:
// it is heard without a gap or a click, and stays in sync with the picture.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { broadcast } from '../browser/support/skylark.mjs';
import { withEnvironment } from '../support/devices.mjs';
import { missingCommand, needs } from '../support/needs.mjs';
import { long, middle } from './support/long.mjs';
import { beeps, flashes, skews, withBeeps } from './support/recorded.mjs';

const { test } = needs(missingCommand('pulseaudio', 'pactl', 'ffmpeg'));
const seconds = long('SKYLARK_LONG_DRIFT_S', 600);

const PPM = 300;
const RATE = 48_000;

/** The tone of a device whose clock is too fast, at its sample of this number, which it takes at this time in ms: a beep at each full second. */
function tone(at) {
  const into = at % 1000;
  // It begins and ends softly: what clicks is no fault of ours then.
  const beep = into < 100 ? 0.4 * Math.min(1, into / 5, (100 - into) / 5) : 0;
  return 0.1 * Math.sin((2 * Math.PI * 440 * (at % 1000)) / 1000) + beep * Math.sin((2 * Math.PI * 1000 * into) / 1000);
}

/** A sound server with a device that is written into by us, faster than its rate. */
async function fastDevice(t) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-drift-'));
  const cookie = join(folder, 'cookie');
  writeFileSync(cookie, Buffer.alloc(256));
  const environment = {
    PULSE_COOKIE: cookie,
    XDG_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: folder,
    PULSE_SERVER: `unix:${join(folder, 'native')}`,
  };
  const run = { env: { ...process.env, ...environment, HOME: folder }, stdio: 'ignore' };
  const pipe = join(folder, 'pipe');
  const source = `module-pipe-source source_name=fast file=${pipe} format=s16le rate=${RATE} channels=1`;
  const server = spawn(
    'pulseaudio',
    ['-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit', '--use-pid-file=no'].concat(
      ['module-native-protocol-unix', source].flatMap((module) => ['-L', module]),
    ),
    run,
  );
  const end = Date.now() + 20_000;
  while (spawnSync('pactl', ['set-default-source', 'fast'], run).status !== 0) {
    if (Date.now() > end) throw new Error('the sound server does not answer');
    await sleep(50);
  }
  // Both ways, so that opening it waits for nobody.
  const into = openSync(pipe, 'r+');
  const start = performance.timeOrigin + performance.now();
  let made = 0;
  const rate = RATE * (1 + PPM / 1e6);
  const feed = setInterval(() => {
    const now = performance.timeOrigin + performance.now();
    const due = Math.floor(((now - start) / 1000) * rate);
    const samples = Int16Array.from({ length: due - made }, (_, n) => 32767 * tone(start + (1000 * (made + n)) / rate));
    made = due;
    if (samples.length > 0) writeSync(into, Buffer.from(samples.buffer));
  }, 5);
  t.after(() => {
    clearInterval(feed);
    server.kill('SIGKILL');
    closeSync(into);
    rmSync(folder, { recursive: true, force: true });
  });
  return environment;
}

test(`a microphone that is ${PPM} ppm fast stays in sync for ${seconds} s, without a click`, async (t) => {
  const environment = await fastDevice(t);
  const folder = mkdtempSync(join(tmpdir(), 'skylark-long-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'drift.mp4');
  const skylark = await broadcast({ microphone: 'off', before: withEnvironment(environment) });
  t.after(() => skylark.remove());
  skylark.tell('add_microphone', { microphone: 'fast' });
  const runs = ({ event, strip, state }) => event === 'strip' && strip === 'microphone2' && state.state === 'running';
  await skylark.event(runs, 'it is listened to');
  // Until it has found how far behind it has to be.
  await sleep(3000);
  skylark.tell('record', { path: file });
  const recorded = ({ event, state, seconds: so_far }) =>
    event === 'recording' && state === 'recording' && so_far >= seconds;
  await skylark.event(recorded, 'it is recorded to the end', { withinMs: 1000 * (seconds + 60) });
  skylark.tell('stop_recording');
  const stopped = ({ event, state }) => event === 'recording' && state === 'stopped';
  await skylark.event(stopped, 'the recording is made whole', { withinMs: 120_000 });

  const [seen, heard] = [await flashes(file), await beeps(file, { floorDb: -26 })];
  const flashed = withBeeps(seen, heard);
  const found = skews(flashed, heard);
  const part = Math.max(5, Math.floor(found.length / 20));
  const middles = [];
  for (let at = 0; at + part <= found.length; at += part) middles.push(middle(found.slice(at, at + part)));
  console.log(`beep after flash, middles of ${part} s each: ${middles.map((skew) => skew.toFixed(1)).join(', ')} ms`);
  assert.equal(found.length, flashed.length, 'each flash has its beep');
  // Uncorrected it would be 180 ms after ten minutes.
  assert.ok(
    middles.every((skew) => Math.abs(skew - middles[0]) < 20),
    'lip sync within 20 ms of where it began',
  );
  assert.deepEqual(
    heard.gaps.filter((at) => at > 0.1 && at < heard.seconds - 0.1),
    [],
    'the sound never stops',
  );
  // A click is wide: what is above 6 kHz has none of the tones in it.
  const clicks = await beeps(file, { filter: 'highpass=f=6000:p=2,highpass=f=6000:p=2,volume=38dB' });
  assert.deepEqual(
    clicks.beeps.filter((at) => at > 0.1),
    [],
    'nothing above -50 dB but the tones: no click',
  );
});
