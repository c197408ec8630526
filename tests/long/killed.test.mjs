// The program is killed at random moments, fifty times (SKYLARK_LONG_KILLS: so often), and what was recorded plays each time, but for the last second.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { broadcast } from '../browser/support/skylark.mjs';
import { missingCommand, needs } from '../support/needs.mjs';
import { long } from './support/long.mjs';
import { decoded } from './support/recorded.mjs';

const { test } = needs(missingCommand('ffmpeg'));
const kills = long('SKYLARK_LONG_KILLS', 50);

test(`SIGKILL at ${kills} random moments costs a second at most`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-killed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const data = mkdtempSync(join(tmpdir(), 'skylark-browser-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  let left = null;
  for (let kill = 0; kill < kills; kill++) {
    const skylark = await broadcast({ dataDir: data, args: ['--record', join(folder, `${kill}.mp4`)] });
    t.after(() => skylark.runs && skylark.process.kill('SIGKILL'));
    if (left !== null) {
      const { files } = await skylark.event(({ event }) => event === 'unfinished_recordings', 'what was left is found');
      assert.deepEqual(
        files.map(({ file }) => file),
        [left.file],
      );
      skylark.tell('mend_recording');
      await skylark.event(({ event }) => event === 'recording_mended', 'it is made whole');
      assert.equal(decoded(left.file).pictures.count, left.pictures.count, 'and nothing of it is lost by that');
    }
    const begun = ({ event, state, seconds }) => event === 'recording' && state === 'recording' && seconds >= 1;
    const { file } = await skylark.event(begun, 'it is recorded');
    const after = 3000 * Math.random();
    await sleep(after);
    const told = skylark.events.findLast(begun).seconds;
    await skylark.stop('SIGKILL');
    const { pictures, sounds } = decoded(file);
    console.log(
      `${kill + 1}: killed ${after.toFixed(0)} ms after the first second, ${told} s told: ${pictures.count} pictures to ${pictures.end.toFixed(2)} s, ${sounds.count} packets of sound to ${sounds.end.toFixed(2)} s`,
    );
    for (const { end } of [pictures, sounds])
      assert.ok(end >= told - 1, `a second at most is lost: ${end} of ${told} s`);
    left = { file, pictures };
  }
});
