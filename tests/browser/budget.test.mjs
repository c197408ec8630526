// The whole watch page, as it goes over the wire, stays small.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { repository } from './support/skylark.mjs';

const budgetBytes = 60_000;

test('page, script and style together are under 60 kB gzipped', () => {
  const folder = join(repository, 'ui', 'dist', 'viewer');
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(html|js|css|svg)$/.test(name));
  const sizes = files.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
  const sum = sizes.reduce((total, size) => total + size, 0);
  console.log(
    `the watch page: ${sum} bytes gzipped (${files.map((name, index) => `${name} ${sizes[index]}`).join(', ')})`,
  );
  assert.ok(
    files.some((name) => name.endsWith('watch-main.js')),
    'the page is built',
  );
  assert.ok(sum < budgetBytes, `${sum} of ${budgetBytes} bytes`);
});
