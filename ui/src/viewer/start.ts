// What the document loads first: begins the session while the rest of the page is still loading. Nothing else may stand here.
import { Begun } from './begun.ts';
import { place } from './place.ts';

export const here = place(new URL(location.href));

/** The page's first session; null where there can be none, or not now. */
export const begun = here && begin(here.whep);

function begin(whep: string): Begun | null {
  try {
    return new Begun(whep);
  } catch {
    // No WebRTC, of which the page speaks, or no network: there Firefox makes no connection, and the page tries again.
    return null;
  }
}

// Until the page has it: somebody who turns back at once is to be gone at once.
addEventListener('pagehide', () => begun?.leaveIfNobodyHasIt());
