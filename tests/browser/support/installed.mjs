// Which browser of a kind is installed here, if one is.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * The first of `paths` that is a program and starts, asked by these `words` for its version; null where none is. On Ubuntu the packages chromium-browser and firefox are a
 * script that starts a snap or says that it should be installed: a snap sees neither the profile nor the files of a test, so that is
 * no browser here.
 */
export function installed(paths, words = ['--version']) {
  return paths.find((path) => existsSync(path) && !isSnap(path) && starts(path, words)) ?? null;
}

const isSnap = (path) => {
  const { stdout } = spawnSync('head', ['-c', '4096', path]);
  return stdout.subarray(0, 2).toString() === '#!' && /\bsnap\b/.test(stdout.toString());
};

const starts = (path, words) => spawnSync(path, words, { stdio: 'ignore', timeout: 60_000 }).status === 0;
