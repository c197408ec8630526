// In the place of the system's way to open a file or a folder: it writes down what it is asked to open.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function fakeOpener() {
  const folder = mkdtempSync(join(tmpdir(), 'skylark-opener-'));
  const list = join(folder, 'opened');
  const command = join(folder, 'xdg-open');
  writeFileSync(command, `#!/bin/sh\necho "$1" >>'${list}'\n`);
  chmodSync(command, 0o755);
  return {
    environment: { PATH: `${folder}:${process.env.PATH}` },
    opened: () => (existsSync(list) ? readFileSync(list, 'utf8').split('\n') : []),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
