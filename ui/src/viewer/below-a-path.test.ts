// Where a proxy has the page below a path, what is named from the root of its host is somebody else's.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(svelte|css|html)$/.test(name),
);

test.each(files)('%s names nothing from the root', (name) => {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  expect(text.match(/\b(?:src|href)="\/[^"]*"|url\(["']?\/[^)]*\)/g)).toBeNull();
});
