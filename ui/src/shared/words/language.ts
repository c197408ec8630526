// Which language a page speaks, and its words: English comes with the page, another language when it is wanted.
import { filled, type Read, type Values } from './format.ts';

type Sections = Record<string, Record<string, string | Read>>;

export const ENGLISH = 'en';
/** What is wanted of the other languages: one that does not come in this time is done without. */
const WITHIN_MS = 4000;

/** A language is a file beside this one. */
const files = import.meta.glob<Sections>(['./*.json', '!./en.json']);
const others = new Map(Object.entries(files).map(([path, load]) => [path.replace(/^\.\/|\.json$/g, ''), load]));

/** The languages that there are, English first. */
export const LANGUAGES = [ENGLISH, ...[...others.keys()].sort()];

let spoken: { language: string; words: Sections } = { language: ENGLISH, words: {} };

/** The language that the page speaks. */
export function language(): string {
  return spoken.language;
}

/** The first of these that there is, as in RFC 4647, 3.4: `de-AT` is content with `de`. */
export function choose(wanted: readonly string[], there: readonly string[] = LANGUAGES): string {
  for (const one of wanted)
    for (let range = one.toLowerCase(); range; range = range.replace(/(^|-)[^-]*$/, '')) {
      const found = there.find((language) => language.toLowerCase() === range);
      if (found) return found;
    }
  return ENGLISH;
}

/** Has the page speak the first of these languages that there is. Resolves when it does; or when that did not come. */
export async function speak(wanted: readonly string[]): Promise<void> {
  const language = choose(wanted);
  if (language === spoken.language) return;
  const words = await Promise.race([
    others
      .get(language)?.()
      .catch(() => undefined),
    late(),
  ]);
  // Without its words a page stays as it is: those are whole.
  if (words || language === ENGLISH) spoken = { language, words: words ?? {} };
  const { lang, dir } = { lang: spoken.language, dir: text(spoken.words.language?.direction) ?? 'ltr' };
  Object.assign(document.documentElement, { lang, dir });
}

/** What a page asks for a message of its section by its key: in the language, or else in English. */
export function sayer<Messages extends Record<string, string>>(
  section: string,
  english: Messages,
): (key: keyof Messages & string, values?: Values) => string {
  // As the builds have read them.
  const whole: Record<string, string | Read> = english;
  return (key, values) => {
    const own = spoken.words[section]?.[key];
    if (own !== undefined) return filled(own, spoken.language, values);
    return filled(whole[key] ?? key, ENGLISH, values);
  };
}

/** A number with so many digits behind the point, as the language writes it. */
export function decimal(value: number, digits: number): string {
  const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(spoken.language, exactly).format(value);
}

/** A number as the language writes it, with a digit behind the point where it has one, and in one piece: it may be a port's. */
export function figure(value: number): string {
  return new Intl.NumberFormat(spoken.language, { maximumFractionDigits: 1, useGrouping: false }).format(value);
}

/** What a language calls itself. */
export function ownName(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
}

function late(): Promise<undefined> {
  return new Promise((is) => setTimeout(() => is(undefined), WITHIN_MS));
}

function text(message: string | Read | undefined): string | undefined {
  return typeof message === 'string' ? message : undefined;
}
