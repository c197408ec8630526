// What the program says, in the panel's language. It comes in English, as scripts read it and logs keep it, and beside that as a key of the
// table of words with the values of its places.
import type { Key, Said, Value } from '../protocol/index.ts';
import { told as english } from '../shared/words/en.json';
import type { Values } from '../shared/words/format.ts';
import { ENGLISH, figure, language, sayer } from '../shared/words/language.ts';

export interface Told {
  text: string;
  /** What the text is written in. */
  language: string;
}

const sayTold = sayer('told', english);

/** A sentence of the program; what is not in the table, and what a newer program says, stays as it is. */
export function told({ message, ...by }: Said): Told {
  const text = language() === ENGLISH ? null : byKey(by);
  return text === null ? { text: message, language: ENGLISH } : { text, language: language() };
}

/** The same where only a text can stand. */
export function toldText(said: Said): string {
  return told(said).text;
}

/** What stands in a sentence; null where it is one that nobody knows. A number is written in one piece: it may be a port's. */
export function valueText(value: Value): string | null {
  if (typeof value === 'number') return figure(value);
  return typeof value === 'string' ? value : byKey(value);
}

function byKey({ key, values = {} }: Key): string | null {
  if (key === undefined || !Object.hasOwn(english, key)) return null;
  const filled: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const text = valueText(value);
    if (text === null) return null;
    filled[name] = text;
  }
  return sayTold(key as keyof typeof english, filled);
}
