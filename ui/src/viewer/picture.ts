/** The picture before there is a page around it: drawing the page keeps a browser busy for longer than connecting takes. */

import { keptVolume, playAloud } from './sound.ts';

export class Picture {
  /** The page's only video. */
  readonly video = document.createElement('video');
  /** What came of the first attempt to play, if there was one. */
  started: Promise<{ refused: boolean }> | null = null;
  #around: HTMLElement | null = null;

  constructor() {
    this.video.playsInline = true;
  }

  /** Shows a stream where the page will have it; resolves when there is something to see. */
  show(stream: MediaStream): Promise<void> {
    const page = document.getElementById('watch');
    if (!page) return new Promise(() => {});
    this.#around = document.createElement('div');
    this.#around.className = 'page';
    const player = this.#around.appendChild(document.createElement('div'));
    player.className = 'player';
    player.append(this.video);
    page.append(this.#around);
    const seen = new Promise<void>((is) => {
      const tells = 'requestVideoFrameCallback' in HTMLVideoElement.prototype;
      if (tells) this.video.requestVideoFrameCallback(() => is());
      else this.video.addEventListener('loadeddata', () => is(), { once: true });
    });
    // What a browser keeps has to be fetched from its disk: the picture does not wait for that, and its sound comes later.
    const setVolume = () => (this.video.volume = keptVolume());
    if (stream.getVideoTracks().length === 0) setVolume();
    else void seen.then(setVolume);
    this.video.srcObject = stream;
    this.started = playAloud(this.video);
    return seen;
  }

  /** The page has the video now. */
  handedOver(): void {
    this.#around?.remove();
  }
}
