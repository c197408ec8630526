// In which order the viewers stand, and how each does: and yet nobody jumps about.
import type { Rid, Viewer, ViewerId } from '../protocol/index.ts';
import { evidence } from './evidence.ts';
import { health, HEALTHS, seesLess, worse, type Health } from './health.ts';
import { follow, steadyFrom, type Steady } from './steady.ts';

/** What the list can be ordered by. */
export const ORDERS = ['trouble', 'name', 'time', 'layer', 'hand'] as const;
export type By = (typeof ORDERS)[number];

export interface Order {
  ids: ViewerId[];
  healths: Map<ViewerId, Steady<Health>>;
  /** Why those who do not do well do not, as far as that is known; and what who does well chose. */
  whys: Map<ViewerId, string>;
  /** So many see less than the best. */
  less: number;
  by: By;
  /** When the list was last put in order. */
  at: number;
}

/** What else rows are known by. */
export interface Marks {
  names: ReadonlyMap<ViewerId, string>;
  /** In the order in which they were raised. */
  hands: readonly ViewerId[];
}

export const NO_MARKS: Marks = { names: new Map(), hands: [] };
export const NO_ORDER: Order = { ids: [], healths: new Map(), whys: new Map(), less: 0, by: 'trouble', at: 0 };

/** The list is put in order this often: long enough to find a row and click it. */
export const ORDER_MS = 5000;
/** A viewer who does worse is said to after this, one who does better after that. */
const WORSE_MS = 3000;
const BETTER_MS = 10_000;
/** So many do not come one after the other: a panel that was just opened is told of all at once. */
const MANY = 20;

const sizes: Rid[] = ['q', 'h', 'f'];
const collator = new Intl.Collator(undefined, { numeric: true });

/**
 * The next order. While it is `held`, because somebody points into the list or is in it with the keyboard, no row changes
 * its place: who comes stands last. Who chooses another order has it at once.
 */
export function order(
  before: Order,
  viewers: Viewer[],
  now: number,
  held: boolean,
  by: By = before.by,
  marks = NO_MARKS,
): Order {
  const of = new Map(viewers.map((viewer) => [viewer.id, viewer]));
  const healths = new Map(viewers.map((viewer) => [viewer.id, next(before.healths.get(viewer.id), viewer, now)]));
  const troubled = (id: ViewerId): boolean => ['poor', 'fair'].includes(healths.get(id)?.shown ?? 'good');
  const whys = reasons(before, viewers, troubled);
  const less = viewers.filter((viewer) => seesLess(viewer) && troubled(viewer.id)).length;
  const compare = comparison(by, of, healths, marks);

  const ids = before.ids.filter((id) => of.has(id));
  const known = new Set(ids);
  // The list is told with the newest first.
  const come = viewers.map(({ id }) => id).filter((id) => !known.has(id));
  if (come.length > MANY && !held) {
    return { ids: [...come, ...ids].sort(compare), healths, whys, less, by, at: now };
  }
  for (const id of come.reverse()) {
    const place = held ? -1 : ids.findIndex((other) => compare(other, id) >= 0);
    if (place < 0) ids.push(id);
    else ids.splice(place, 0, id);
  }
  const chosen = by !== before.by;
  if (!chosen && (held || now - before.at < ORDER_MS)) return { ids, healths, whys, less, by, at: before.at };
  // `sort` is stable: among those who are alike nobody overtakes.
  return { ids: ids.sort(compare), healths, whys, less, by, at: now };
}

/** Which of two stands first: below nought the one, above it the other. */
function comparison(
  by: By,
  of: ReadonlyMap<ViewerId, Viewer>,
  healths: ReadonlyMap<ViewerId, Steady<Health>>,
  { names, hands }: Marks,
): (one: ViewerId, other: ViewerId) => number {
  const rank = (value: (id: ViewerId) => number) => (one: ViewerId, other: ViewerId) => value(one) - value(other);
  const trouble = rank((id) => HEALTHS.indexOf(healths.get(id)?.shown ?? 'good'));
  switch (by) {
    case 'trouble':
      return trouble;
    case 'time':
      return (one, other) => (of.get(other)?.since_at ?? 0) - (of.get(one)?.since_at ?? 0) || other - one;
    case 'layer':
      return rank((id) => {
        const layer = of.get(id)?.stats.layer;
        return layer ? 3 * sizes.indexOf(layer.rid) + layer.temporal : sizes.length * 3;
      });
    case 'hand': {
      const raised = new Map(hands.map((id, at) => [id, at]));
      const hand = (id: ViewerId): number => raised.get(id) ?? hands.length;
      return (one, other) => hand(one) - hand(other) || trouble(one, other);
    }
    case 'name':
      // Who chose none stands behind those who did, by number.
      return (one, other) => {
        const [first, second] = [names.get(one), names.get(other)];
        if (first === undefined || second === undefined)
          return Number(first === undefined) - Number(second === undefined) || one - other;
        return collator.compare(first, second) || one - other;
      };
  }
}

/** What was said of somebody stays as long as the word about it does, which is steadier than what is measured. */
function reasons(before: Order, viewers: Viewer[], troubled: (id: ViewerId) => boolean): Map<ViewerId, string> {
  const whys = new Map<ViewerId, string>();
  for (const viewer of viewers) {
    if (!troubled(viewer.id) && viewer.held === undefined) continue;
    const why = evidence(viewer) ?? before.whys.get(viewer.id);
    if (why !== undefined) whys.set(viewer.id, why);
  }
  return whys;
}

function next(before: Steady<Health> | undefined, viewer: Viewer, now: number): Steady<Health> {
  const measured = health(viewer);
  // The first picture of who was connecting is news.
  if (!before || before.shown === 'connecting') return steadyFrom(measured);
  return follow(before, measured, now, (from, to) => (worse(to, from) ? WORSE_MS : BETTER_MS));
}

/** Whether a viewer is meant by what was typed: each word is in the number, the browser or the address. */
export function meant({ id, browser, address }: Viewer, name: string, typed: string): boolean {
  if (typed === '') return true;
  const text = `${name} ${id} ${browser} ${address}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
