// The program for Windows asks for no library that a Windows lacks: what the compiler and libvpx bring is inside it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { needs } from '../support/needs.mjs';
import { exe, missing } from './support/wine.mjs';

const { test } = needs(missing());

/** Those that scripts/windows.sh takes for Windows' own. */
const words = readFileSync(join(resolve(import.meta.dirname, '../..'), 'scripts/windows.sh'), 'utf8');
const own = new RegExp(`^${words.match(/^WINDOWS_DLLS='(.*)'$/m)[1]}$`, 'i');

/** What the compiler would have brought. */
const brought = ['libstdc++-6.dll', 'libgcc_s_seh-1.dll', 'libssp-0.dll', 'libwinpthread-1.dll', 'libvpx-1.dll'];

test('it imports libraries of the system only', () => {
  const told = execFileSync('x86_64-w64-mingw32-objdump', ['-p', exe], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const imports = [...told.matchAll(/^\s*DLL Name: (\S+)$/gm)].map(([, name]) => name);
  assert.ok(
    imports.some((name) => /^kernel32\.dll$/i.test(name)),
    `the table was read: ${imports}`,
  );
  for (const name of imports) assert.match(name, own);
});

test('what the compiler would have brought is none of them', () => {
  for (const name of brought) assert.doesNotMatch(name, own);
});
