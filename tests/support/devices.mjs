// A camera and a microphone for a program under test, on a machine that has neither.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The program that gives another one cameras. */
export const fakecam =
  process.env.FAKECAM_BIN ??
  join(process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../target'), 'debug', 'fakecam');

/** What fakecam ends with where the machine lets nobody have cameras made of nothing. */
const SKIP = 77;

/** Why there can be no camera on this machine; null where there can. */
export function noCamera() {
  const tried = spawnSync(fakecam, [kindFile('none'), '--', 'true'], { encoding: 'utf8' });
  if (tried.status === SKIP) return tried.stderr.trim();
  if (tried.status === 0) return null;
  throw new Error(`${fakecam} is missing or failed (cargo build -p fakecam): ${tried.error ?? tried.stderr}`);
}

/**
 * The cameras of a kind (tests/support/cameras), made by the crate fakecam. They exist for the program whose command stands after
 * `before`; `set` says what happens to them: 'ok', 'unplugged', 'busy', 'denied', 'stuck', for all or with a node before it.
 */
export function camera({ kind = 'usual' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-camera-'));
  const control = join(folder, 'control');
  return {
    name: JSON.parse(readFileSync(kindFile(kind), 'utf8')).cameras[0].name,
    before: [fakecam, kindFile(kind), '--control', control, '--'],
    set(state) {
      // Renamed into place, so that half a word is never read.
      writeFileSync(`${control}.new`, state);
      renameSync(`${control}.new`, control);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function kindFile(kind) {
  return resolve(import.meta.dirname, 'cameras', `${kind}.json`);
}

/**
 * A PulseAudio server of the test's own, whose one microphone hears a tone. Null where PulseAudio is not installed.
 * Programs started with `environment` use it. With `desktop`, what the system's output plays is a tone as well, of so many hertz. What it
 * keeps on the disk is below the folder `inside`.
 */
export async function microphone({ hertz = 440, level = 0.5, desktop = null, inside = tmpdir() } = {}) {
  if (spawnSync('pulseaudio', ['--version']).error || spawnSync('paplay', ['--version']).error) return null;
  const folder = mkdtempSync(join(inside, 'skylark-sound-'));
  // A client without any cookie is not even asked who it is; the server lets the same user in whatever the cookie says.
  const cookie = join(folder, 'cookie');
  writeFileSync(cookie, Buffer.alloc(256));
  const environment = {
    PULSE_COOKIE: cookie,
    XDG_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: folder,
    PULSE_SERVER: `unix:${join(folder, 'native')}`,
  };
  const run = { env: { ...process.env, ...environment, HOME: folder }, stdio: 'ignore' };
  const sinks = ['mic', 'out', 'ears'].map((name) => `module-null-sink sink_name=${name} rate=48000 channels=2`);
  const modules = ['module-native-protocol-unix', ...(desktop ? sinks : sinks.slice(0, 1))];
  const server = spawn(
    'pulseaudio',
    ['-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit', '--use-pid-file=no'].concat(
      modules.flatMap((module) => ['-L', module]),
    ),
    run,
  );
  const end = Date.now() + 20_000;
  while (spawnSync('pactl', ['set-default-source', 'mic.monitor'], run).status !== 0) {
    if (Date.now() > end) throw new Error('the sound server does not answer');
    await sleep(50);
  }
  const tone = join(folder, 'tone.wav');
  writeFileSync(tone, wave(hertz, level));
  // Before the first tone: a stream on the output that the system is set to goes along when that changes.
  if (desktop) spawnSync('pactl', ['set-default-sink', 'out'], run);
  const players = [spawn('paplay', ['--device=mic', tone], run)];
  if (desktop) {
    const other = join(folder, 'desktop.wav');
    writeFileSync(other, wave(desktop, level));
    players.push(spawn('paplay', ['--device=out', other], run));
  }
  return {
    name: 'mic.monitor',
    environment,
    remove() {
      for (const player of players) player.kill('SIGKILL');
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What stands in front of a command to give it an environment. */
export function withEnvironment(...environments) {
  return ['env', ...Object.entries(Object.assign({}, ...environments)).map(([name, value]) => `${name}=${value}`)];
}

/** Three minutes of a tone, mono, 48 kHz, 16 bits. */
function wave(hertz, level) {
  const rate = 48_000;
  const samples = Int16Array.from(
    { length: 180 * rate },
    (_, n) => 32767 * level * Math.sin((2 * Math.PI * hertz * n) / rate),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}
