// What the program says, in the panel's language. Its events and refusals are English, as scripts read them and logs keep them; the
// table of words has each of its sentences with the places for what changes in it, and the same sentence in every other language.
import { told as english } from '../shared/words/en.json';
import type { Read, Values } from '../shared/words/format.ts';
import { decimal, ENGLISH, language, sayer } from '../shared/words/language.ts';

export interface OwnWords {
  text: string;
  /** What the text is written in. */
  language: string;
}

type Key = keyof typeof english;

interface Sentence {
  key: Key;
  /** The whole sentence; what changes in it is a group each. */
  form: RegExp;
  values: string[];
  /** So many characters of it are its own: the sentence that has the most is the one that is meant. */
  own: number;
}

/** No sentence is longer, and what a stranger's server says within one is looked through in no time. */
const LONGEST = 2000;
/** What can stand there is a sentence of the program, or a part of one; other values are names, figures and what a system said. */
const PARTS = ['device', 'what', 'more_what', 'why', 'cause', 'kept', 'network'];
/** What only a figure can be. */
const FIGURES = ['pictures', 'seconds', 'minutes', 'line'];
/** What has a point in it, which other languages write otherwise. */
const SIZES = ['seconds', 'left', 'free', 'kept', 'rate'];
/** A sentence that has fewer characters of its own is only a frame: "{why}." is known where its part is. */
const FRAME = 8;

const sayTold = sayer('told', english);
let sentences: Sentence[] = [];

/** A sentence of the program; one that nobody knows stays as it is. */
export function ownWords(text: string): OwnWords {
  if (language() === ENGLISH || text.length > LONGEST) return { text, language: ENGLISH };
  if (sentences.length === 0) sentences = read();
  // A sentence may begin with one that stands within others.
  return (
    translated(text) ?? capital(translated(text.charAt(0).toLowerCase() + text.slice(1))) ?? { text, language: ENGLISH }
  );
}

/** The same where only a text can stand. */
export function ownText(text: string): string {
  return ownWords(text).text;
}

function capital(said: OwnWords | null): OwnWords | null {
  return said && { ...said, text: said.text.charAt(0).toUpperCase() + said.text.slice(1) };
}

function translated(text: string): OwnWords | null {
  for (const { key, form, values, own } of sentences) {
    const found = form.exec(text);
    if (!found) continue;
    const filled: Values = {};
    let known = values.length === 0 || own >= FRAME;
    values.forEach((name, at) => {
      const value = found[at + 1] ?? '';
      const part = PARTS.includes(name) ? translated(value) : null;
      known ||= part !== null;
      filled[name] = part?.text ?? (SIZES.includes(name) ? value.replace('.', point()) : value);
    });
    if (!known) continue;
    return { text: sayTold(key, filled), language: language() };
  }
  return null;
}

/** What stands before the digits behind it. */
function point(): string {
  return decimal(0.5, 1).replace(/\d/g, '');
}

function read(): Sentence[] {
  const whole: Record<string, string | Read> = english;
  const all = Object.entries(whole).map(([key, message]) => {
    const parts = typeof message === 'string' ? [message] : message;
    const values: string[] = [];
    let [form, own] = ['', 0];
    for (const part of parts) {
      if (typeof part !== 'string' && part.type !== LITERAL) {
        values.push('value' in part ? part.value : '');
        form += FIGURES.includes(values.at(-1) ?? '') ? '([\\d.]+)' : '([^]+?)';
        continue;
      }
      const literal = typeof part === 'string' ? part : part.value;
      form += literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      own += literal.length;
    }
    return { key: key as Key, form: new RegExp(`^${form}$`), values, own };
  });
  return all.sort((one, other) => other.own - one.own);
}

/** A message's own words; the library's `literal`. */
const LITERAL = 0;
