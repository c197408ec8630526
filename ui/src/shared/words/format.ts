// Fills in a message of the table of words. Messages are written in ICU MessageFormat, of which this reads what the table needs.

/** What a message is filled in with. Numbers are written as the language writes them. */
export type Values = Record<string, string | number>;

type Part =
  | { kind: 'text'; text: string }
  | { kind: 'value'; name: string }
  /** `#` inside a plural: its number. */
  | { kind: 'number' }
  | { kind: 'choice'; name: string; plural: boolean; branches: Map<string, Part[]> };

/** One section of the table, in one language: what a page asks for a message by its key. */
export function sayer<Messages extends Record<string, string>>(
  messages: Messages,
  language: string,
): (key: keyof Messages & string, values?: Values) => string {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  const parsed = new Map<string, Part[]>();

  function fill(parts: Part[], values: Values, counted: number): string {
    return parts.map((part) => one(part, values, counted)).join('');
  }

  function one(part: Part, values: Values, counted: number): string {
    if (part.kind === 'text') return part.text;
    if (part.kind === 'number') return numbers.format(counted);
    // A value that is missing can be seen, and breaks nothing.
    const value = values[part.name] ?? `{${part.name}}`;
    if (part.kind === 'value') return typeof value === 'number' ? numbers.format(value) : value;
    const count = part.plural ? Number(value) : counted;
    const names = part.plural ? [`=${count}`, plurals.select(count), 'other'] : [String(value), 'other'];
    const branch = names.map((name) => part.branches.get(name)).find((found) => found !== undefined);
    return fill(branch ?? [], values, count);
  }

  return (key, values = {}) => {
    let parts = parsed.get(key);
    if (!parts) parsed.set(key, (parts = parse(messages[key] ?? key)));
    return fill(parts, values, 0);
  };
}

/** The names of the values that a message takes. Throws where the message cannot be read. */
export function names(message: string): Set<string> {
  const found = new Set<string>();
  const walk = (parts: Part[]): void => {
    for (const part of parts) {
      if (part.kind === 'value' || part.kind === 'choice') found.add(part.name);
      if (part.kind === 'choice') part.branches.forEach(walk);
    }
  };
  walk(parse(message));
  return found;
}

function parse(message: string): Part[] {
  let at = 0;
  const parts = sequence(false);
  if (at < message.length) throw new Error(`"${message}": a } that closes nothing`);
  return parts;

  function sequence(inPlural: boolean): Part[] {
    const parts: Part[] = [];
    let text = '';
    const flush = (): void => {
      if (text) parts.push({ kind: 'text', text });
      text = '';
    };
    while (at < message.length && message[at] !== '}') {
      const character = message[at++] ?? '';
      if (character === "'" && message[at] === "'") {
        text += "'";
        at++;
      } else if (character === "'" && /[{}#]/.test(message[at] ?? '')) {
        // Quoted, as in '{': an apostrophe before anything else is only that.
        const end = message.indexOf("'", at);
        text += message.slice(at, end < 0 ? undefined : end);
        at = end < 0 ? message.length : end + 1;
      } else if (character === '{') {
        flush();
        parts.push(placeholder(inPlural));
      } else if (character === '#' && inPlural) {
        flush();
        parts.push({ kind: 'number' });
      } else text += character;
    }
    flush();
    return parts;
  }

  function placeholder(inPlural: boolean): Part {
    const name = word();
    if (message[at] === '}') {
      at++;
      return { kind: 'value', name };
    }
    expect(',');
    const how = word();
    expect(',');
    if (how !== 'plural' && how !== 'select') throw new Error(`"${message}": ${how} is neither plural nor select`);
    const branches = new Map<string, Part[]>();
    for (skip(); message[at] !== '}'; skip()) {
      const branch = word();
      expect('{');
      branches.set(branch, sequence(inPlural || how === 'plural'));
      expect('}');
    }
    at++;
    if (!branches.has('other')) throw new Error(`"${message}": ${name} has no branch "other"`);
    return { kind: 'choice', name, plural: how === 'plural', branches };
  }

  function skip(): void {
    while (message[at] === ' ') at++;
  }

  function word(): string {
    skip();
    const found = /^[\w=]+/.exec(message.slice(at))?.[0];
    if (!found) throw new Error(`"${message}": a name is missing at ${at}`);
    at += found.length;
    skip();
    return found;
  }

  function expect(character: string): void {
    skip();
    if (message[at] !== character) throw new Error(`"${message}": ${character} is missing at ${at}`);
    at++;
  }
}
