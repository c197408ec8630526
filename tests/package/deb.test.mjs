// The .deb that `./dev package` made installs, goes live, is watched, and leaves nothing running.
// SKYLARK_DEB names the file. Installing needs root; without it the package is only unpacked, and the test says so.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

const deb = process.env.SKYLARK_DEB ?? '';
const isRoot = process.getuid() === 0;
const folder = mkdtempSync(join(tmpdir(), 'skylark-deb-'));
let root = '/';

before(() => {
  assert.ok(existsSync(deb), `SKYLARK_DEB should name the package; it is "${deb}"`);
  if (isRoot) {
    execFileSync('apt-get', ['install', '-y', '-qq', '--reinstall', deb], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } else {
    root = join(folder, 'root');
    execFileSync('dpkg-deb', ['-x', deb, root]);
    console.log('not root: the package is unpacked, not installed');
  }
});

after(() => {
  if (isRoot) execFileSync('dpkg', ['--remove', 'skylark'], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

test('the package brings the program, a menu entry and an icon', () => {
  const files = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8' });
  assert.match(files, /\busr\/bin\/skylark$/m);
  assert.match(files, /usr\/share\/applications\/.*\.desktop$/m);
  assert.match(files, /usr\/share\/icons\/.*\.png$/m);
});

test('the installed program goes live and serves its watch page', { timeout: 60_000 }, async () => {
  const program = spawn(
    join(root, 'usr/bin/skylark'),
    [
      'headless',
      '--camera',
      'pattern',
      '--microphone',
      'tone',
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      join(folder, 'data'),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
  try {
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const live = JSON.parse((await lines.next()).value);
    assert.equal(live.event, 'live');
    const page = await fetch(live.watch);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<video|watch\.js/);
    program.stdin.write('{"command":"quit"}\n');
    assert.equal(await ended, 0, 'quit ends the program with 0');
  } finally {
    program.kill('SIGKILL');
  }
});
