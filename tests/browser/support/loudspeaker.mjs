// A sound card that nobody hears: Firefox starts no audio graph on a machine without any.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A PulseAudio of its own; `environment` is for the browser that is to use it. Its sink plays in blocks of 50 ms, as devices do: with
 * rewinds it takes two seconds at once, and whoever opens it waits for the next two.
 */
export async function loudspeaker() {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-pulse-'));
  const socket = join(folder, 'native');
  const pulse = spawn(
    'pulseaudio',
    [
      ...['-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit'],
      ...['-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
      ...['-L', 'module-null-sink sink_name=nobody rate=48000 channels=2 norewinds=1'],
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } },
  );
  const ended = new Promise((done) => pulse.once('exit', done));
  await reachable(socket, 10_000);
  return {
    environment: { PULSE_SERVER: `unix:${socket}` },
    async close() {
      pulse.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function reachable(socket, withinMs) {
  const end = Date.now() + withinMs;
  const answers = () =>
    new Promise((done) => {
      const attempt = connect(socket, () => (attempt.destroy(), done(true)));
      attempt.on('error', () => done(false));
    });
  while (!(await answers())) {
    if (Date.now() > end) throw new Error('pulseaudio does not start');
    await new Promise((done) => setTimeout(done, 50));
  }
}
