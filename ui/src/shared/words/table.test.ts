// The table of words: each message can be read.
import { expect, test } from 'vitest';
import * as english from './en.json';
import { names } from './format.ts';

const sections: Record<string, Record<string, string>> = { panel: english.panel, watch: english.watch };

test.each(Object.keys(sections))('every message of %s can be read', (section) => {
  for (const message of Object.values(sections[section] ?? {})) expect(() => names(message)).not.toThrow();
});
