// Tells the program where the picture is shown, and when nobody looks: what it sends costs the whole way onto the screen.
import type { Within } from './place.ts';

/** What the program is told. */
export interface Place {
  /** Pixels of the screen. */
  width: number;
  height: number;
  /** Where the program may paint it itself; null while something stands over it. */
  within: Within | null;
}

const NOWHERE: Place = { width: 0, height: 0, within: null };
/** The largest side that can be told. */
const MOST = 65_535;

export class Pictures {
  readonly #tell: (place: Place) => void;
  #place = NOWHERE;
  #seen = false;
  #told = NOWHERE;

  constructor(tell: (place: Place) => void) {
    this.#tell = tell;
  }

  /** How large the place for the picture is, in pixels of the screen, and where. */
  put(width: number, height: number, within: Within | null): void {
    const side = (pixels: number): number => Math.min(MOST, Math.max(0, Math.floor(pixels)));
    this.#place = { width: side(width), height: side(height), within };
    this.#say();
  }

  /** Whether the window is shown. */
  see(seen: boolean): void {
    this.#seen = seen;
    this.#say();
  }

  #say(): void {
    const { width, height } = this.#place;
    const place = this.#seen && width > 0 && height > 0 ? this.#place : NOWHERE;
    if (same(place, this.#told)) return;
    this.#told = place;
    this.#tell(place);
  }
}

function same(one: Place, other: Place): boolean {
  return one.width === other.width && one.height === other.height && String(one.within) === String(other.within);
}
