// What is changed while a finger moves is told as it moves, and not faster than it is heard: at most every 50 ms, and the last of it
// always.

const EVERY_MS = 50;

export class Paced<T> {
  readonly #send: (value: T) => Promise<unknown>;
  #next: { value: T } | null = null;
  #sends = false;

  constructor(send: (value: T) => Promise<unknown>) {
    this.#send = send;
  }

  /** The first is told at once; what is passed over is never told. */
  set(value: T): void {
    this.#next = { value };
    if (!this.#sends) void this.#work();
  }

  async #work(): Promise<void> {
    this.#sends = true;
    while (this.#next) {
      const { value }: { value: T } = this.#next;
      this.#next = null;
      await Promise.all([this.#send(value), new Promise((over) => setTimeout(over, EVERY_MS))]);
    }
    this.#sends = false;
  }
}
