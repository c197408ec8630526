// Asks for pictures of what is sent: in the size in which they are shown, as often as the eye wants, and never while nobody looks.
import { read, type Picture } from './picture.ts';

/** Pixels of the screen. */
export interface Area {
  width: number;
  height: number;
}

/** Enough to see oneself move. Each picture costs the whole way into the window. */
export const BETWEEN_MS = 1000 / 15;
/** After a failure: the program ends, or starts anew. */
export const RETRY_MS = 500;

/** The program's answer; null where the picture looks as the one before. */
export type Ask = (area: Area, after: number) => Promise<ArrayBuffer | null>;

export class Pictures {
  readonly #ask: Ask;
  readonly #show: (picture: Picture) => void;
  #area: Area = { width: 0, height: 0 };
  #seen = false;
  /** The number of the picture that is shown. */
  #shown = 0;
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask, show: (picture: Picture) => void) {
    this.#ask = ask;
    this.#show = show;
  }

  /** How large the place for the picture is. */
  resize(width: number, height: number): void {
    this.#area = { width: Math.floor(width), height: Math.floor(height) };
    if (this.#timer === undefined) this.#next(0);
  }

  /** Whether the window is shown. */
  see(seen: boolean): void {
    this.#seen = seen;
    this.#next(0);
  }

  #next(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#seen || this.#asking || this.#area.width < 1 || this.#area.height < 1) return;
    this.#timer = setTimeout(() => void this.#once(), delay);
  }

  async #once(): Promise<void> {
    this.#timer = undefined;
    this.#asking = true;
    const asked = performance.now();
    let rest = BETWEEN_MS;
    try {
      const message = await this.#ask(this.#area, this.#shown);
      const picture = message && read(message);
      // What comes after the window was hidden is painted when it is seen again.
      if (picture && this.#seen) {
        this.#shown = picture.number;
        this.#show(picture);
      }
    } catch {
      rest = RETRY_MS;
    }
    this.#asking = false;
    this.#next(Math.max(0, rest - (performance.now() - asked)));
  }
}
