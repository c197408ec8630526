// How long the long tests take. Each has its variable, so that they can be tried in a minute.

/** A number from the environment. */
export function long(name, usual) {
  const said = process.env[name];
  const number = said === undefined || said === '' ? usual : Number(said);
  if (!(number > 0)) throw new Error(`${name} is a number above 0, not "${said}"`);
  return number;
}

/** The middle one. */
export function middle(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
