// `skylark headless` on a terminal: sentences and a code to scan for the person who reads them, JSON lines for everybody else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingCommand, needs } from '../support/needs.mjs';
import { within } from '../support/headless.mjs';
import { binary } from './support/skylark.mjs';

const { test } = needs(missingCommand('script'));

test('on a terminal it says the link in a sentence and shows it as a code, and Ctrl+C ends it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-terminal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const options = `headless --camera pattern --microphone tone --listen 127.0.0.1:0 --data-dir '${folder}/data'`;
  // The shell gives way: one that stayed would get the signal, too, and answer with a figure of its own.
  const command = `exec '${binary}' ${options}`;
  const program = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => program.kill('SIGKILL'));
  const ended = new Promise((done) => program.once('exit', done));
  let shown = '';
  const live = new Promise((done) => {
    program.stdout.on('data', (text) => {
      shown += text;
      if (shown.includes('Ctrl+C ends the broadcast.')) done();
    });
  });
  await within(live, 20_000);
  assert.match(shown, /^Live\. Share this link: http:\/\/127\.0\.0\.1:\d+\/w\/[\w-]+\r?$/m);
  assert.match(shown, /\x1b\[38;5;16;48;5;231m {41}\x1b\[0m/, 'the quiet zone, black on white in every theme');
  assert.match(shown, /[▀▄█]{3}/);
  assert.doesNotMatch(shown, /"event"|<svg/);
  const code = shown.split(/\r?\n/).filter((line) => line.includes('\x1b[38;5;16;48;5;231m'));
  assert.ok(code.length <= 24, `the code fits on a screen: ${code.length} lines`);
  program.stdin.write('\x03');
  assert.equal(await within(ended, 10_000), 0, shown.slice(-500));
  assert.match(shown, /The broadcast is over\./);
});
