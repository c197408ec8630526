// What stands in the document itself, so that nothing has to be asked for first: begins the session and shows its picture, and then sends
// for the page. While a browser reads and draws the page it does not connect.
import { backoffMs } from './backoff.ts';
import { Begun } from './begun.ts';
import { Picture } from './picture.ts';
import { place } from './place.ts';
import { begin } from './session.ts';

/** Whoever has no picture by then is told what the page is doing. */
const pictureWithinMs = 1000;

const here = place(new URL(location.href));
const picture = new Picture();
/** The page's first session; null where there can be none, or not now. */
const begun = here && first(here.whep);

function first(whep: string): Begun | null {
  try {
    return new Begun(whep, (stream) => picture.show(stream));
  } catch {
    // No WebRTC, of which the page speaks, or no network: there Firefox makes no connection, and the page tries again.
    return null;
  }
}

async function sendForPage(): Promise<void> {
  const late = new Promise<void>((is) => setTimeout(is, pictureWithinMs));
  await Promise.race([begun?.ripe, late]);
  const { show } = await fetched();
  if (here) await show(here, begun, begin, picture);
}

/** Without the page nobody says what becomes of the stream: it is sent for until it is there. */
async function fetched(): Promise<typeof import('./main.ts')> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await import('./main.ts');
    } catch {
      await new Promise((is) => setTimeout(is, backoffMs(attempt, Math.random())));
    }
  }
}

// Until the page has it: somebody who turns back at once is to be gone at once.
addEventListener('pagehide', () => begun?.leaveIfNobodyHasIt());
void sendForPage();
