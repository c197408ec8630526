// How many pictures a second it says: a figure that stands still while the stream does.

export interface Pace {
  /** The last seconds' figures. */
  last: number[];
  shown: number;
}

export const NO_PACE: Pace = { last: [], shown: 0 };

/** So many seconds make the figure: one alone holds a picture more or less by chance. */
const SECONDS = 5;
/** What is shown stays while the mean is not further from it than this. */
const APART = 1;
/** What is wanted is said as soon as the mean is this close to it. */
const CLOSE = 0.5;

/** One second more; `wanted` is what the settings ask for, and is said where it is as good as reached. */
export function pace(before: Pace, measured: number, wanted: number): Pace {
  if (measured <= 0) return NO_PACE; // There are no figures before the first second.
  const last = [...before.last, measured].slice(-SECONDS);
  const mean = last.reduce((sum, one) => sum + one, 0) / last.length;
  if (Math.abs(mean - wanted) <= CLOSE) return { last, shown: wanted };
  const stays = before.shown > 0 && Math.abs(mean - before.shown) <= APART;
  return { last, shown: stays ? before.shown : Math.round(mean) };
}
