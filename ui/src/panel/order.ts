// In which order the viewers stand: those who do worst first, and yet nobody jumps about.
import type { Viewer, ViewerId } from '../protocol/index.ts';
import { health, HEALTHS, worse, type Health } from './health.ts';
import { follow, steadyFrom, type Steady } from './steady.ts';

export interface Order {
  ids: ViewerId[];
  healths: Map<ViewerId, Steady<Health>>;
  /** When the list was last put in order. */
  at: number;
}

export const NO_ORDER: Order = { ids: [], healths: new Map(), at: 0 };

/** The list is put in order this often: long enough to find a row and click it. */
export const ORDER_MS = 5000;
/** A viewer who does worse is said to after this, one who does better after that. */
const WORSE_MS = 3000;
const BETTER_MS = 10_000;

/**
 * The next order. While it is `held`, because somebody points into the list or is in it with the keyboard, no row changes
 * its place: who comes stands last.
 */
export function order(before: Order, viewers: Viewer[], now: number, held: boolean): Order {
  const here = new Set(viewers.map(({ id }) => id));
  const healths = new Map(viewers.map((viewer) => [viewer.id, next(before.healths.get(viewer.id), viewer, now)]));
  const rank = (id: ViewerId): number => HEALTHS.indexOf(healths.get(id)?.shown ?? 'good');

  const ids = before.ids.filter((id) => here.has(id));
  const known = new Set(ids);
  // The list is told with the newest first.
  for (const { id } of [...viewers].reverse()) {
    if (known.has(id)) continue;
    const place = held ? -1 : ids.findIndex((other) => rank(other) >= rank(id));
    if (place < 0) ids.push(id);
    else ids.splice(place, 0, id);
  }
  if (held || now - before.at < ORDER_MS) return { ids, healths, at: before.at };
  // `sort` is stable: among those who do alike nobody overtakes.
  return { ids: ids.sort((one, other) => rank(one) - rank(other)), healths, at: now };
}

function next(before: Steady<Health> | undefined, viewer: Viewer, now: number): Steady<Health> {
  const measured = health(viewer);
  // The first picture of who was connecting is news.
  if (!before || before.shown === 'connecting') return steadyFrom(measured);
  return follow(before, measured, now, (from, to) => (worse(to, from) ? WORSE_MS : BETTER_MS));
}

/** Whether a viewer is meant by what was typed: each word is in the number, the browser or the address. */
export function meant({ id, browser, address }: Viewer, name: string, typed: string): boolean {
  const text = `${name} ${id} ${browser} ${address}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
