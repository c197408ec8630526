// The table of words: each message can be read; each of the panel's keys is used with the values it takes, and no words stand beside it there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import * as english from './en.json';
import { names } from './format.ts';

const sections: Record<string, Record<string, string>> = {
  panel: english.panel,
  watch: english.watch,
  chat: english.chat,
};

test.each(Object.keys(sections))('every message of %s can be read', (section) => {
  for (const message of Object.values(sections[section] ?? {})) expect(() => names(message)).not.toThrow();
});

describe('the panel', () => {
  const folder = join(import.meta.dirname, '../../panel');
  const files = readdirSync(folder)
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const calls = files.flatMap(({ name, text }) =>
    [...text.matchAll(/\bsay\(\s*(?:'([^']+)'|`([^`]+)`)(?:,\s*(\{[^}]*\}|\w+))?/g)].map(
      ([, key = '', pattern = '', values = '']) => ({ name, key, pattern, values }),
    ),
  );

  test('every key is used', () => {
    const whole = new Set(calls.map(({ key }) => key));
    const patterns = calls.filter(({ pattern }) => pattern).map(({ pattern }) => matcher(pattern));
    const unused = Object.keys(english.panel).filter(
      (key) => !whole.has(key) && !patterns.some((one) => one.test(key)),
    );
    expect(unused).toEqual([]);
  });

  test('a message is given the values that it takes', () => {
    const table = new Map(Object.entries(english.panel));
    const lacking = calls
      .filter(({ key, values }) => key && (values === '' || values.startsWith('{')))
      .flatMap(({ name, key, values }) =>
        [...names(table.get(key) ?? '')]
          .filter((value) => !new RegExp(`\\b${value}\\b`).test(values))
          .map((value) => `${name}: ${key}: ${value}`),
      );
    expect(lacking).toEqual([]);
  });

  const components = files.filter(({ name }) => name.endsWith('.svelte'));
  test.each(components)('the markup of $name has no words of its own', ({ text }) => {
    expect(words(parse(text, { modern: true }).fragment)).toEqual([]);
  });
});

/** `way.${way}` stands for the keys that it can become. */
function matcher(pattern: string): RegExp {
  const parts = pattern.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('.+')}$`);
}

const SPOKEN = new Set(['title', 'alt', 'placeholder', 'aria-label', 'aria-description']);

/** What people read in a piece of markup: text, and the attributes that are read out or shown. */
function words(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  if (Array.isArray(node)) return node.flatMap(words);
  const { type, name, data, value } = node as { type?: string; name?: string; data?: string; value?: unknown };
  if (type === 'Text') return /\p{L}/u.test(data ?? '') ? [String(data).trim()] : [];
  if (type === 'Attribute') return SPOKEN.has(name ?? '') ? words(value) : [];
  if (type === 'Comment') return [];
  return Object.values(node).flatMap(words);
}
