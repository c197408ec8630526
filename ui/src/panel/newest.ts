// What is changed faster than it can be told: one is told at a time, then the newest, and what was passed over never.

export class Newest<T> {
  readonly #tell: (value: T) => Promise<unknown>;
  #next: { value: T } | null = null;
  #tells = false;

  /** Done when the next may be told. */
  constructor(tell: (value: T) => Promise<unknown>) {
    this.#tell = tell;
  }

  /** The first is told at once, and the last always. */
  set(value: T): void {
    this.#next = { value };
    if (!this.#tells) void this.#work();
  }

  /** What waits is not told any more. */
  forget(): void {
    this.#next = null;
  }

  async #work(): Promise<void> {
    this.#tells = true;
    try {
      while (this.#next) {
        const { value }: { value: T } = this.#next;
        this.#next = null;
        await this.#tell(value);
      }
    } finally {
      // One that could not be told is no reason to tell no other.
      this.#tells = false;
    }
  }
}
