// Fills in a message of the table of words. Messages are ICU MessageFormat; the builds have read them (`vite.words.ts`).
import { IntlMessageFormat } from 'intl-messageformat';

/** What a message is filled in with. Numbers are written as the language writes them. */
export type Values = Record<string, string | number>;

/** What a message is when it has been read. */
export type Read = Exclude<ConstructorParameters<typeof IntlMessageFormat>[0], string>;

/** `#` and the forms of a plural need the number itself; the library's `plural`. */
const PLURAL = 6;

interface Ready {
  format: IntlMessageFormat;
  counted: Set<string>;
  numbers: Intl.NumberFormat;
}

/** By what has been read, which is of one language. */
const ready = new WeakMap<Read, Ready>();

/** A message in its language. A value that is missing can be seen, and breaks nothing. */
export function filled(message: string | Read, language: string, values: Values = {}): string {
  if (typeof message === 'string') return message;
  let made = ready.get(message);
  if (!made) {
    const format = new IntlMessageFormat(message, language);
    ready.set(message, (made = { format, counted: counted(message), numbers: new Intl.NumberFormat(language) }));
  }
  const { format, counted: raw, numbers } = made;
  const written = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'number' && !raw.has(name) ? numbers.format(value) : value,
  ]);
  try {
    return String(format.format(Object.fromEntries(written) as Values));
  } catch (error) {
    return (error as Error).message;
  }
}

/** The names that a message counts by. */
function counted(message: Read, found = new Set<string>()): Set<string> {
  for (const part of message) {
    if (!('options' in part)) continue;
    if ((part.type as number) === PLURAL) found.add(part.value);
    for (const { value } of Object.values(part.options)) counted(value, found);
  }
  return found;
}
