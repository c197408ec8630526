/** A session that is begun before the page is there that shows it. What it says until then is kept, in order. */

import { Session, type SessionEvents } from './session.ts';

type Say = (on: SessionEvents) => void;

export class Begun {
  readonly session: Session;
  #on: SessionEvents | null = null;
  /** A session says a handful of things before it flows, and none of them twice without the others. */
  #said: Say[] = [];

  constructor(whep: string) {
    this.session = new Session(whep, {
      held: (stream, id) => this.#tell((on) => on.held(stream, id)),
      flowing: () => this.#tell((on) => on.flowing()),
      troubled: () => this.#tell((on) => on.troubled()),
      refused: (refusal) => this.#tell((on) => on.refused(refusal)),
      lost: () => this.#tell((on) => on.lost()),
    });
    void this.session.join();
  }

  /** From now on `on` is told; first what was said so far. To be called once. */
  handTo(on: SessionEvents): void {
    this.#on = on;
    const said = this.#said;
    this.#said = [];
    for (const say of said) say(on);
  }

  /** The page goes away: whom the session was handed to ends it, and otherwise nobody would. Should it come back, it is lost. */
  leaveIfNobodyHasIt(): void {
    if (this.#on) return;
    this.session.leave();
    this.#tell((on) => on.lost());
  }

  #tell(say: Say): void {
    if (this.#on) say(this.#on);
    else this.#said.push(say);
  }
}
