// A word that does not flicker: it follows what is measured only once that has lasted.

/** What is shown, and what has been measured instead of it, since when. */
export interface Steady<T> {
  shown: T;
  other: T | null;
  since: number;
}

export function steadyFrom<T>(measured: T): Steady<T> {
  return { shown: measured, other: null, since: 0 };
}

/** One measurement more. `lasts` says for how many milliseconds the other must have been measured to be shown. */
export function follow<T>(before: Steady<T>, measured: T, now: number, lasts: (from: T, to: T) => number): Steady<T> {
  if (measured === before.shown) return before.other === null ? before : { ...before, other: null };
  const since = before.other === null ? now : before.since;
  if (now - since >= lasts(before.shown, measured)) return { shown: measured, other: null, since: now };
  return { shown: before.shown, other: measured, since };
}
