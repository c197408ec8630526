// What the panel asks of the program it is allowed to ask: a command that the window has no permission for is refused when somebody clicks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const asked = [...read('ui/src/panel/backend.ts').matchAll(/\binvoke\('(\w+)'/g)].map(([, name = '']) => name);
const listed = [.../COMMANDS: \[&str; \d+\] = \[([^\]]*)\]/.exec(read('src-tauri/build.rs'))![1]!.matchAll(/"(\w+)"/g)];

interface Configuration {
  app: { security: { capabilities: { permissions: string[] }[] } };
}

test('every command of the panel is one of the program’s, and permitted', () => {
  const { app } = JSON.parse(read('tauri.conf.json')) as Configuration;
  const permitted = app.security.capabilities.flatMap(({ permissions }) => permissions).sort();
  const commands = listed.map(([, name = '']) => name).sort();
  expect(commands.length).toBeGreaterThan(10);
  expect([...new Set(asked)].sort(), 'the panel asks for what there is').toEqual(commands);
  expect(permitted, 'and may').toEqual(commands.map((name) => `allow-${name.replaceAll('_', '-')}`).sort());
});
