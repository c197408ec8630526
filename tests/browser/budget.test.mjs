// The whole watch page, as it goes over the wire, stays small.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { repository } from './support/skylark.mjs';

const budgetBytes = 60_000;

const languages = readdirSync(join(repository, 'ui', 'src', 'shared', 'words')).flatMap((name) =>
  name.endsWith('.json') && name !== 'en.json' ? [`watch-${name.slice(0, -5)}.js`] : [],
);

test('page, script and style together, in any language, are under 60 kB gzipped', () => {
  const folder = join(repository, 'ui', 'dist', 'viewer');
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(html|js|css|svg)$/.test(name));
  const sizes = new Map(files.map((name) => [name, gzipSync(readFileSync(join(folder, name)), { level: 9 }).length]));
  // Nobody is sent more than one language beside English.
  const isLanguage = (name) => languages.includes(name.replace('assets/', ''));
  const other = files.filter(isLanguage).map((name) => sizes.get(name));
  assert.equal(other.length, languages.length, 'each language is a file of its own, which is sent when it is wanted');
  const sum = files.filter((name) => !isLanguage(name)).reduce((total, name) => total + sizes.get(name), 0);
  console.log(
    `the watch page: ${sum} bytes gzipped, and ${Math.max(...other)} of another language (${[...sizes].map(([name, size]) => `${name} ${size}`).join(', ')})`,
  );
  assert.ok(
    files.some((name) => name.endsWith('watch-main.js')),
    'the page is built',
  );
  assert.ok(sum + Math.max(...other) < budgetBytes, `${sum} of ${budgetBytes} bytes`);
});
