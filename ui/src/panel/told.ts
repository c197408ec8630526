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

/**
 * The same where it stands alone: with a capital letter and a full stop. In the table much of it has neither, as it is a part of other
 * sentences, too, or a line of a log.
 */
export function sentence(said: Said): Told {
  const { text, language } = told(said);
  if (said.key === undefined || !Object.hasOwn(english, said.key)) return { text, language };
  const begun = beginsByItself(text, said) ? capital(text, language) : text;
  return { text: /[.!?…]\p{Pf}?["')]?$/u.test(begun) ? begun : `${begun}.`, language };
}

/** A text where only that can stand. */
export function toldText(said: Said): string {
  return told(said).text;
}

/** What stands in a sentence; null where it is one that nobody knows. A number is written in one piece: it may be a port's. */
export function valueText(value: Value): string | null {
  if (typeof value === 'number') return figure(value);
  return typeof value === 'string' ? value : byKey(value);
}

/** Its first word is the table's. One that stands in for a place is written as it is given: a computer's name, a file's. */
function beginsByItself(text: string, { values = {} }: Key): boolean {
  for (const value of Object.values(values)) {
    const first = valueText(value);
    if (first && text.startsWith(first)) return typeof value === 'object' && beginsByItself(first, value);
  }
  return true;
}

function capital(text: string, language: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(language) + text.slice(first.length);
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
