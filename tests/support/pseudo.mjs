// A language that nobody speaks, made from the English table of words: written from right to left, a third longer, and with points above and
// below its letters. What is seen in other letters stands in no table.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, TYPE } from '../../ui/node_modules/@formatjs/icu-messageformat-parser/index.js';

const repository = resolve(import.meta.dirname, '../..');
const english = JSON.parse(readFileSync(join(repository, 'ui/src/shared/words/en.json'), 'utf8'));
const letters = [...'אבגדהוזחטיכלמנסעפצקרשת'];

function written(text) {
  const words = text.replace(/\p{L}/gu, (letter) => letters[letter.codePointAt(0) % letters.length]);
  // A vowel on the first letter, and two letters more.
  return words.replace(/(\p{L})(\p{L}*)/gu, '$1\u05b9\u05b8$2ככ');
}

const turned = (parts) =>
  parts.map((part) => {
    if (part.type === TYPE.literal) return { ...part, value: written(part.value) };
    if (!part.options) return part;
    const options = Object.entries(part.options).map(([name, { value }]) => [name, { value: turned(value) }]);
    return { ...part, options: Object.fromEntries(options) };
  });

const section = (messages) =>
  Object.fromEntries(
    Object.entries(messages).map(([key, message]) => [
      key,
      turned(parse(message, { ignoreTag: true, captureLocation: false })),
    ]),
  );

/** The module that a page loads for a language, with these sections of the table. */
export function pseudo(sections) {
  const constants = sections.map((name) => `export const ${name} = ${JSON.stringify(section(english[name]))};`);
  return [`export const language = { direction: 'rtl' };`, ...constants].join('\n');
}
