// What a recording of the test pattern and the tone has in it, read by ffmpeg line by line: an hour fits into no memory.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How loud 5 ms of sound are looked at together. */
const PIECE = 240;

/** Between a steady tone of -20 dB and a beep of -6. */
const BEEP_DB = -12;

/** The middle of the pattern's lamp (src-tauri/crates/media/src/pattern/layout.rs), which flashes at each full second for 100 ms. */
const LAMP = 'crop=iw*2/32:ih*2/18:iw*27/32:ih*13/18';

/** What a filter that prints says of each frame: its time in seconds, and a number. */
async function* measured(file, arguments_, key) {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-xerror', '-i', file, ...arguments_, '-f', 'null', '-'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  ffmpeg.stderr.on('data', (text) => (complaints += text));
  const over = new Promise((done) => ffmpeg.once('close', done));
  let time = null;
  for await (const line of createInterface({ input: ffmpeg.stdout })) {
    const at = /pts_time:([\d.]+)/.exec(line);
    if (at) time = Number(at[1]);
    else if (line.startsWith(`${key}=`)) yield [time, Number(line.slice(key.length + 1))];
  }
  const code = await over;
  if (code !== 0 || complaints) throw new Error(`ffmpeg complains of ${file} (${code}): ${complaints}`);
}

/**
 * When the lamp goes on, seconds, and how many pictures there are. A flash before which a picture is missing is in `vague`: it may have
 * begun in that one, which a busy machine left out.
 */
export async function flashes(file) {
  const key = 'lavfi.signalstats.YAVG';
  const print = `${LAMP},signalstats,metadata=mode=print:key=${key}:file=-`;
  const found = { flashes: [], vague: 0, pictures: 0 };
  let before = true;
  let last = -1;
  for await (const [time, luma] of measured(file, ['-an', '-vf', print, '-fps_mode', 'passthrough'], key)) {
    const on = luma > 128;
    if (on && !before) {
      if (time - last < 1.5 / 30) found.flashes.push(time);
      else found.vague += 1;
    }
    [before, last] = [on, time];
    found.pictures += 1;
  }
  return found;
}

/** When beeps begin, seconds, and when the sound was softer than `floorDb` though it should not be. `filter` stands before that. */
export async function beeps(file, { floorDb = -Infinity, filter = 'anull' } = {}) {
  const key = 'lavfi.astats.Overall.Peak_level';
  const print = `${filter},asetnsamples=n=${PIECE}:p=0,astats=metadata=1:reset=1,ametadata=mode=print:key=${key}:file=-`;
  const found = { beeps: [], gaps: [], seconds: 0 };
  let quietSince = -1;
  for await (const [time, db] of measured(file, ['-vn', '-af', print], key)) {
    if (db > BEEP_DB) {
      // A beep is one though its middle wavers.
      if (time - quietSince > 0.3) found.beeps.push(time);
      quietSince = time;
    }
    if (db < floorDb) found.gaps.push(time);
    found.seconds = time;
  }
  return found;
}

/** How far away a beep may be and still be a flash's, seconds. */
const NEAR = 0.4;

/** The flashes whose beeps are before the recording's end: it may end between the two. */
export const withBeeps = ({ flashes }, { seconds }) => flashes.filter((flash) => flash < seconds - NEAR);

/** How much later than each of these flashes its beep is, milliseconds. */
export function skews(flashes, { beeps }) {
  const nearest = (flash) =>
    beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best));
  return flashes.map((flash) => 1000 * (nearest(flash) - flash)).filter((skew) => Math.abs(skew) < 1000 * NEAR);
}

/** How many pictures and packets of sound a file decodes to, and at which second each ends; it may be complained of by nobody. */
export function decoded(file) {
  const arguments_ = [
    '-v',
    'warning',
    '-xerror',
    '-i',
    file,
    '-map',
    '0',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ];
  const { status, stdout, stderr } = spawnSync('ffmpeg', arguments_, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 || stderr) throw new Error(`ffmpeg complains of ${file} (${status}): ${stderr}`);
  const of = (stream) => {
    const [, numerator, denominator] = new RegExp(`^#tb ${stream}: (\\d+)/(\\d+)$`, 'm').exec(stdout) ?? [];
    const frames = stdout.split('\n').filter((line) => line.startsWith(`${stream},`));
    const [, , at, lasts] = (frames.at(-1) ?? '').split(',').map(Number);
    return { count: frames.length, end: ((at + lasts) * numerator) / denominator };
  };
  return { pictures: of(0), sounds: of(1) };
}
