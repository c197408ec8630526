/**
 * Whether the picture runs, decided without a video: the viewer's wish, and the many reasons for which a browser pauses a video
 * that nobody asked it to. What the system stopped goes on by itself where it may; where it may not, the viewer has a button.
 */

export interface Playback {
  /** What the viewer pressed last, or did not. */
  wanted: boolean;
  /** The video's own word, always. */
  paused: boolean;
  /** Nobody sees the page, or it is frozen: what is stopped now goes on when somebody does. */
  asleep: boolean;
  /** The browser's own controls fill the screen, or its menu is open: who pauses there is the viewer. */
  byBrowser: 'screen' | 'menu' | null;
  /** It was paused where the browser's own controls fill the screen, and that was nothing the system did to an unseen page. */
  held: boolean;
  /** So often has it gone on by itself since it last ran for `steadyMs`. */
  attempts: number;
}

export type Heard =
  /** A button, a key. */
  | { is: 'pressed' }
  /** A key of the system, a headset. */
  | { is: 'told'; play: boolean }
  /** The video is paused. */
  | { is: 'stopped' }
  /** The video is not paused. */
  | { is: 'started' }
  /** It has run for `steadyMs`. */
  | { is: 'steady' }
  /** There is another stream. */
  | { is: 'stream' }
  | { is: 'asleep' }
  /** The page is seen, runs, or is back from somewhere. */
  | { is: 'awake' }
  | { is: 'screen'; filled: boolean }
  | { is: 'menu' }
  /** Something else than the menu was touched. */
  | { is: 'touched' };

export interface Turn {
  playback: Playback;
  deed?: 'play' | 'pause';
}

export const atFirst: Playback = {
  wanted: true,
  paused: true,
  asleep: false,
  byBrowser: null,
  held: false,
  attempts: 0,
};

/** Whoever pauses it this often in a row means it: a call that is still on, or the viewer by a way that the page does not see. */
const maxAttempts = 3;
/** Having run for this long, it is not being paused again and again. */
export const steadyMs = 5000;

export function turn(playback: Playback, heard: Heard): Turn {
  const { wanted, paused, asleep, byBrowser, attempts } = playback;
  switch (heard.is) {
    case 'pressed':
      return wish(playback, paused);
    case 'told':
      return wish(playback, heard.play);
    case 'stopped': {
      const stopped: Playback = { ...playback, paused: true, held: byBrowser === 'screen' && !asleep };
      if (byBrowser === 'menu') return { playback: { ...stopped, wanted: false, byBrowser: null } };
      if (!wanted || asleep || byBrowser || attempts >= maxAttempts) return { playback: stopped };
      return { playback: { ...stopped, attempts: attempts + 1 }, deed: 'play' };
    }
    case 'started':
      // Whoever started it wants it.
      return { playback: { ...playback, paused: false, wanted: true, held: false } };
    case 'steady':
      return { playback: { ...playback, attempts: 0 } };
    case 'stream':
      return wanted ? { playback: { ...playback, attempts: 0 }, deed: 'play' } : { playback };
    case 'asleep':
      return { playback: { ...playback, asleep: true } };
    case 'awake': {
      const awake: Playback = { ...playback, asleep: false };
      // What the viewer paused in a floating picture stays so until that is closed.
      return byBrowser === 'screen' && playback.held ? { playback: awake } : goOn(awake);
    }
    case 'screen':
      return heard.filled ? { playback: { ...playback, byBrowser: 'screen' } } : goOn({ ...playback, byBrowser: null });
    case 'menu':
      return { playback: { ...playback, byBrowser: byBrowser ?? 'menu' } };
    case 'touched':
      return { playback: byBrowser === 'menu' ? { ...playback, byBrowser: null } : playback };
  }
}

function wish(playback: Playback, play: boolean): Turn {
  return { playback: { ...playback, wanted: play, attempts: 0 }, deed: play ? 'play' : 'pause' };
}

function goOn(playback: Playback): Turn {
  const { wanted, paused, asleep } = playback;
  return wanted && paused && !asleep ? { playback: { ...playback, attempts: 0 }, deed: 'play' } : { playback };
}
