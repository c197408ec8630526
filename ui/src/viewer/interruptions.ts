// What a browser tells a page of being interrupted, as one kind of message.
import type { Heard } from './playback.ts';

/** Safari on a phone says so of its own full screen. */
const phoneScreen = { webkitbeginfullscreen: true, webkitendfullscreen: false };

/** Hears everything that may stop a video or let it go on, until what is returned is called. */
export function hearInterruptions(video: HTMLVideoElement, hear: (heard: Heard) => void): () => void {
  const over = new AbortController();
  const on = (target: EventTarget, name: string, listener: (event: Event) => void): void =>
    target.addEventListener(name, listener, { signal: over.signal });
  const state = (): void => hear({ is: video.paused ? 'stopped' : 'started' });
  // The events come later than what they tell of: the video itself is asked.
  for (const name of ['play', 'playing', 'pause', 'emptied', 'ended']) on(video, name, state);
  for (const [name, filled] of Object.entries(phoneScreen)) on(video, name, () => hear({ is: 'screen', filled }));
  on(video, 'contextmenu', () => hear({ is: 'menu' }));
  for (const name of ['pointerdown', 'pointermove', 'keydown']) on(window, name, () => hear({ is: 'touched' }));
  on(document, 'visibilitychange', () => hear({ is: document.hidden ? 'asleep' : 'awake' }));
  on(document, 'freeze', () => hear({ is: 'asleep' }));
  on(document, 'resume', () => hear({ is: document.hidden ? 'asleep' : 'awake' }));
  on(window, 'pageshow', () => hear({ is: 'awake' }));
  const keys = { play: true, pause: false } as const;
  for (const key of ['play', 'pause'] as const)
    navigator.mediaSession?.setActionHandler(key, () => hear({ is: 'told', play: keys[key] }));
  return () => {
    over.abort();
    for (const key of ['play', 'pause'] as const) navigator.mediaSession?.setActionHandler(key, null);
  };
}
