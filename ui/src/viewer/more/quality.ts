/** Which layer this viewer holds, and what there is to hold. Knows no page. */

import type { LayerChoice, PageHello, PageMessage, Rid } from '../../protocol/index.ts';
import type { Listener } from '../watch.ts';

export interface QualityView {
  /** Null: what the line carries is chosen by the server. */
  layer: Rid | null;
  /** The largest first; none where nothing can be chosen, null before the server said so. */
  layers: LayerChoice[] | null;
}

export class Quality implements Listener {
  readonly #say: (hello: PageHello) => boolean;
  readonly #changed: (view: QualityView) => void;
  #view: QualityView = { layer: null, layers: null };
  /** What was asked and not answered yet: only the last answer says what is held now. */
  #unanswered = 0;
  #asks = false;

  /** `say` is false where there is no socket now. */
  constructor(say: (hello: PageHello) => boolean, changed: (view: QualityView) => void) {
    this.#say = say;
    this.#changed = changed;
  }

  get view(): QualityView {
    return this.#view;
  }

  /** Asks what there is, which holds nothing anew. */
  ask(): void {
    this.#asks = true;
    this.#tell();
  }

  /** Holds a layer, or none. */
  choose(layer: Rid | null): void {
    this.#show({ layer });
    this.ask();
  }

  /** The page holds a session, maybe another one than before, of which the server knows nothing yet. */
  holds(): void {
    this.#unanswered = 0;
    if (this.#asks) this.#tell();
  }

  hear(message: PageMessage): void {
    if (message.type !== 'quality') return;
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    // Where there is nothing to choose, what is wanted is kept for where there is.
    const settled = this.#unanswered === 0 && message.layers.length > 0;
    this.#show({ layers: message.layers, ...(settled && { layer: message.layer }) });
  }

  #tell(): void {
    if (this.#say({ type: 'quality', layer: this.#view.layer })) this.#unanswered += 1;
  }

  #show(change: Partial<QualityView>): void {
    this.#view = { ...this.#view, ...change };
    this.#changed(this.#view);
  }
}
