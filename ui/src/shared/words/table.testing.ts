// The table of words as it is written, for tests.
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from '../../../vite.words.ts';

const folder = import.meta.dirname;

/** By language. */
export const tables = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8')) as Table]),
);
export const english = tables.get('en') ?? {};

/** The names of the values that a message takes. Throws where the message cannot be read. */
export function names(message: string): Set<string> {
  const found = new Set<string>();
  const walk = (parts: MessageFormatElement[]): void => {
    for (const part of parts) {
      if (part.type !== TYPE.literal && part.type !== TYPE.pound) found.add(part.value);
      if (part.type === TYPE.plural || part.type === TYPE.select)
        Object.values(part.options).forEach(({ value }) => walk(value));
    }
  };
  walk(parse(message, { ignoreTag: true }));
  return found;
}
