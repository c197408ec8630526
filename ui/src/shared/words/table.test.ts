// The table of words: each message can be read; each key is used with the values it takes, and no page has words beside it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import { english, names, tables } from './table.testing.ts';

const languages = [...tables.keys()];
const others = languages.filter((language) => language !== 'en');
/** A section of the English table. */
const words = (section: string): Record<string, string> => english[section] ?? {};

test.each(languages)('every message in %s can be read', (language) => {
  for (const [section, messages] of Object.entries(tables.get(language) ?? {}))
    for (const [key, message] of Object.entries(messages))
      expect(() => names(message), `${section}: ${key}`).not.toThrow();
});

test('there is a second language', () => expect(others).toContain('de'));

describe.each(others)('%s', (language) => {
  const table = tables.get(language) ?? {};
  const keys = (of: typeof table): string[] =>
    Object.entries(of).flatMap(([section, messages]) => Object.keys(messages).map((key) => `${section}: ${key}`));

  test('has the messages of the English table, and no others', () => {
    const [own, wanted] = [new Set(keys(table)), new Set(keys(english))];
    expect([...wanted].filter((key) => !own.has(key))).toEqual([]);
    expect([...own].filter((key) => !wanted.has(key))).toEqual([]);
  });

  test('its messages take the values that the English ones take', () => {
    const differing = Object.entries(english).flatMap(([section, messages]) =>
      Object.entries(messages)
        .filter(([key, message]) => {
          const own = table[section]?.[key];
          return own !== undefined && [...names(own)].sort().join() !== [...names(message)].sort().join();
        })
        .map(([key]) => `${section}: ${key}`),
    );
    expect(differing).toEqual([]);
  });

  test('says which way it is written', () => expect(['ltr', 'rtl']).toContain(table.language?.direction));
});

const ui = join(import.meta.dirname, '../..');
const server = join(ui, '../../src-tauri/crates/server/src');

interface File {
  name: string;
  text: string;
}

function files(folder: string, recursive = true): File[] {
  return readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts|html|rs)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

const page = files(join(ui, 'viewer'));
/** What the server says of the stream and in its notices is in the watch page's words. */
const notices = files(server, false).filter(({ name }) => name === 'notice.rs' || name === 'head.rs');
const inChat = ({ name }: File): boolean => name.startsWith('chat');
const inMore = ({ name }: File): boolean => name.startsWith('more');

/** Whose words a section has: the files that ask for its messages. */
describe.each<[string, Record<string, string>, File[]]>([
  ['panel', words('panel'), files(join(ui, 'panel'))],
  ['watch', words('watch'), [...page.filter((file) => !inChat(file) && !inMore(file)), ...notices]],
  ['chat', words('chat'), page.filter(inChat)],
  ['more', words('more'), page.filter(inMore)],
])('%s', (_, messages, sources) => {
  const calls = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/\bsay\(\s*(?:['"]([^'"]+)['"]|`([^`]+)`)(?:,\s*(\{[^}]*\}|\w+))?/g)].map(
      ([, key = '', pattern = '', values = '']) => ({ name, key, pattern, values }),
    ),
  );

  test('every key is used', () => {
    const whole = new Set(calls.map(({ key }) => key));
    const patterns = calls.filter(({ pattern }) => pattern).map(({ pattern }) => matcher(pattern));
    // A choice between keys, or a state that is called as its key; and in the document itself.
    const named = (key: string): boolean =>
      sources.some(({ name, text }) => text.includes(name.endsWith('.html') ? `{${key}}` : `'${key}'`));
    const unused = Object.keys(messages).filter(
      (key) => !whole.has(key) && !named(key) && !patterns.some((one) => one.test(key)),
    );
    expect(unused).toEqual([]);
  });

  test('every key that is asked for is there', () => {
    const missing = calls.filter(({ key }) => key && !(key in messages)).map(({ name, key }) => `${name}: ${key}`);
    expect(missing).toEqual([]);
  });

  test('a message is given the values that it takes', () => {
    const table = new Map(Object.entries(messages));
    const lacking = calls
      .filter(({ name, key, values }) => key && (values === '' || values.startsWith('{')) && !name.endsWith('.rs'))
      .flatMap(({ name, key, values }) =>
        [...names(table.get(key) ?? '')]
          .filter((value) => !new RegExp(`\\b${value}\\b`).test(values))
          .map((value) => `${name}: ${key}: ${value}`),
      );
    expect(lacking).toEqual([]);
  });

  const components = sources.filter(({ name }) => name.endsWith('.svelte'));
  test.each(components)('the markup of $name has no words of its own', ({ text }) => {
    expect(shown(parse(text, { modern: true }).fragment)).toEqual([]);
  });
});

// What the program says in the same words, by keys that its own files name.
test.each([
  ['slate', ['media/src/slate.rs', 'media/src/pattern/draw.rs']],
  ['failed', ['audience/src/failure_words.rs']],
  ['rehearsal', ['studio/src/rehearsal/words.rs']],
])('every key of %s is used', (section, files) => {
  const text = files.map((file) => readFileSync(join(server, '../..', file), 'utf8')).join('\n');
  expect(Object.keys(words(section)).filter((key) => !text.includes(`"${key}"`))).toEqual([]);
});

/** `way.${way}` stands for the keys that it can become. */
function matcher(pattern: string): RegExp {
  const parts = pattern.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('.+')}$`);
}

const SPOKEN = new Set(['title', 'alt', 'placeholder', 'aria-label', 'aria-description']);

/** What people read in a piece of markup: text, and the attributes that are read out or shown. */
function shown(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  if (Array.isArray(node)) return node.flatMap(shown);
  const { type, name, data, value } = node as { type?: string; name?: string; data?: string; value?: unknown };
  if (type === 'Text') return /\p{L}/u.test(data ?? '') ? [String(data).trim()] : [];
  if (type === 'Attribute') return SPOKEN.has(name ?? '') ? shown(value) : [];
  if (type === 'Comment') return [];
  return Object.values(node).flatMap(shown);
}
