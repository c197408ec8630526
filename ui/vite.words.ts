// The table of words in the builds: each message is read here, by the library's reader, so that no page carries one.
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** A language's table as it is written: sections of messages by key. */
export type Table = Record<string, Record<string, string>>;
/** The same, read: a text where the message takes no values. */
export type ReadTable = Record<string, Record<string, string | MessageFormatElement[]>>;

const folder = resolve(import.meta.dirname, 'src/shared/words');

/** What a message becomes. Throws where it cannot be read. */
export function read(message: string): string | MessageFormatElement[] {
  const parts = parse(message, { ignoreTag: true, captureLocation: false });
  const words = parts.map((part) => (part.type === TYPE.literal ? part.value : null));
  return words.includes(null) ? parts : words.join('');
}

export function readTable(table: Table): ReadTable {
  const section = (messages: Record<string, string>) =>
    Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, read(message)]));
  return Object.fromEntries(Object.entries(table).map(([name, messages]) => [name, section(messages)]));
}

/** A module with a constant for each section, so that a page carries only those that it names. */
export function tableModule(table: Table): string {
  return Object.entries(readTable(table))
    .map(([name, messages]) => `export const ${name} = ${JSON.stringify(messages)};\n`)
    .join('');
}

/** `sections`: those that a page has use for; of another language it is sent no others. */
export function words(sections: string[]): Plugin {
  return {
    name: 'skylark-words',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!/^\.{1,2}\/.*\.json$/.test(source) || !importer) return null;
      const file = resolve(dirname(importer), source);
      return dirname(file) === folder ? `\0words/${basename(file, '.json')}` : null;
    },
    load(id) {
      const [, language] = /^\0words\/(.+)$/.exec(id) ?? [];
      if (language === undefined) return null;
      const file = resolve(folder, `${language}.json`);
      this.addWatchFile(file);
      const table = JSON.parse(readFileSync(file, 'utf8')) as Table;
      const wanted = ['language', ...sections].map((name) => [name, table[name] ?? {}]);
      return { code: tableModule(Object.fromEntries(wanted) as Table), map: null, moduleSideEffects: false };
    },
  };
}
