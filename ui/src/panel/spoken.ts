// Whether somebody speaks, by the meter: who is muted is to see it.

/** When it was last as loud as speech, and whether that is still now. */
export interface Spoken {
  at: number | null;
  speaks: boolean;
}

export const SILENT: Spoken = { at: null, speaks: false };

/** A voice before the microphone is louder, a fan in the room is not: -40 dB. */
const LOUD = 0.01;
/** Between two words, and while one reads that one is muted. */
const LASTS_MS = 2000;

export function spoken(before: Spoken, rms: [number, number], now: number): Spoken {
  if (Math.max(...rms) >= LOUD) return { at: now, speaks: true };
  const speaks = before.at !== null && now - before.at < LASTS_MS;
  return speaks === before.speaks ? before : { ...before, speaks };
}
