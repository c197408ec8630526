// What a browser tells a page of being interrupted, as one kind of message.
import type { Heard } from './playback.ts';

/** The browser's own controls take over: a phone's full screen in Safari, a picture that floats above other windows. */
const browsersScreen = {
  webkitbeginfullscreen: true,
  webkitendfullscreen: false,
  enterpictureinpicture: true,
  leavepictureinpicture: false,
};

/** Hears everything that may stop a video or let it go on, until what is returned is called. */
export function hearInterruptions(video: HTMLVideoElement, hear: (heard: Heard) => void): () => void {
  const over = new AbortController();
  const on = (target: EventTarget, name: string, listener: (event: Event) => void): void =>
    target.addEventListener(name, listener, { signal: over.signal });
  const state = (): void => hear({ is: video.paused ? 'stopped' : 'started' });
  // The events come later than what they tell of: the video itself is asked.
  for (const name of ['play', 'playing', 'pause', 'emptied', 'ended']) on(video, name, state);
  // A picture that floats is seen while its page is not.
  const isSeen = (): boolean => !document.hidden || document.pictureInPictureElement === video;
  const seen = (): void => hear({ is: isSeen() ? 'awake' : 'asleep' });
  // Before its picture is back in the page it is known whether anybody sees that.
  on(video, 'leavepictureinpicture', seen);
  for (const [name, filled] of Object.entries(browsersScreen)) on(video, name, () => hear({ is: 'screen', filled }));
  on(video, 'contextmenu', () => hear({ is: 'menu' }));
  for (const name of ['pointerdown', 'pointermove', 'keydown']) on(window, name, () => hear({ is: 'touched' }));
  on(document, 'visibilitychange', seen);
  on(document, 'freeze', () => hear({ is: 'asleep' }));
  on(document, 'resume', seen);
  on(window, 'pageshow', () => hear({ is: 'awake' }));
  const keys = { play: true, pause: false } as const;
  for (const key of ['play', 'pause'] as const)
    navigator.mediaSession?.setActionHandler(key, () => hear({ is: 'told', play: keys[key] }));
  return () => {
    over.abort();
    for (const key of ['play', 'pause'] as const) navigator.mediaSession?.setActionHandler(key, null);
  };
}
