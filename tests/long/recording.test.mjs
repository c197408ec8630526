// An hour is recorded (SKYLARK_LONG_RECORDING_S: so many seconds), and picture and sound are together from its beginning to its end.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { broadcast } from '../browser/support/skylark.mjs';
import { missingCommand, needs } from '../support/needs.mjs';
import { long, middle } from './support/long.mjs';
import { beeps, flashes, skews, withBeeps } from './support/recorded.mjs';

const { test } = needs(missingCommand('ffmpeg'));
const seconds = long('SKYLARK_LONG_RECORDING_S', 3600);

/** A picture's time, milliseconds: 30 a second. */
const PICTURE = 1000 / 30;

test(`lip sync within one picture over ${seconds} s of recording`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-long-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'hour.mp4');
  const skylark = await broadcast({ args: ['--record', file] });
  t.after(() => skylark.remove());
  const recorded = ({ event, state, seconds: so_far }) =>
    event === 'recording' && state === 'recording' && so_far >= seconds;
  await skylark.event(recorded, 'it is recorded to the end', { withinMs: 1000 * (seconds + 60) });
  skylark.tell('stop_recording');
  const stopped = ({ event, state }) => event === 'recording' && state === 'stopped';
  await skylark.event(stopped, 'the recording is made whole', { withinMs: 120_000 });

  const [seen, heard] = [await flashes(file), await beeps(file, { floorDb: -26 })];
  const flashed = withBeeps(seen, heard);
  const found = skews(flashed, heard);
  const part = Math.max(5, Math.floor(found.length / 10));
  const [first, last] = [middle(found.slice(0, part)), middle(found.slice(-part))];
  console.log(
    `${seen.pictures} pictures, ${found.length} flashes with a beep, ${seen.vague} behind a picture that is missing; beep after flash: ${first.toFixed(1)} ms at first, ${last.toFixed(1)} at the end, from ${Math.min(...found).toFixed(1)} to ${Math.max(...found).toFixed(1)}`,
  );
  assert.equal(found.length, flashed.length, 'each flash has its beep');
  assert.ok(found.length + seen.vague >= 0.98 * seconds - 3, `a flash each second: ${found.length} in ${seconds} s`);
  assert.ok(Math.abs(last - first) < PICTURE, 'the end is as much in sync as the beginning');
  assert.ok(
    found.every((skew) => Math.abs(skew) <= PICTURE + 5),
    'within one picture, and the 5 ms that are looked at together',
  );
  // Opus takes some milliseconds to begin.
  assert.deepEqual(
    heard.gaps.filter((at) => at > 0.1 && at < heard.seconds - 0.1),
    [],
    'the sound never stops',
  );
});
