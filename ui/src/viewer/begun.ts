/** A session that is begun before the page is there that shows it. What it says until then is kept, in order. */

import { Session, type SessionEvents } from './session.ts';

type Say = (on: SessionEvents) => void;

export class Begun {
  readonly session: Session;
  /** There is a picture, or there will be none without more words: the page's time has come. */
  readonly ripe: Promise<void>;
  #on: SessionEvents | null = null;
  /** A session says a handful of things before it flows, and none of them twice without the others. */
  #said: Say[] = [];
  #ripen!: () => void;

  /** `show` shows the stream, and resolves when there is a picture. */
  constructor(whep: string, show: (stream: MediaStream) => Promise<void>) {
    this.ripe = new Promise((ripen) => (this.#ripen = ripen));
    this.session = new Session(whep, {
      held: (stream, id) => {
        if (!this.#on) void show(stream).then(this.#ripen);
        this.#tell((on) => on.held(stream, id));
      },
      flowing: () => this.#tell((on) => on.flowing()),
      // Of what is not heard by anybody the next says the same.
      path: (packets, lost) => this.#on?.path(packets, lost),
      troubled: () => this.#tell((on) => on.troubled()),
      // Whoever is there when there is no picture tells it.
      failed: (code, id) => new Promise((is) => this.#tell((on) => void on.failed(code, id).then(is))),
      refused: (refusal) => this.#end((on) => on.refused(refusal)),
      lost: () => this.#end((on) => on.lost()),
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
    this.#end((on) => on.lost());
  }

  #end(say: Say): void {
    this.#tell(say);
    this.#ripen();
  }

  #tell(say: Say): void {
    if (this.#on) say(this.#on);
    else this.#said.push(say);
  }
}
