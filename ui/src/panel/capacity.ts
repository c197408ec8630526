// How many more could watch, in words, and what happens when the line fills up.
import type { Capacity, Snapshot } from '../protocol/index.ts';
import { say } from './say.ts';
import { toldText } from './told.ts';
import { rate } from './words.ts';

/** "Room for 14 more at 720p, 61 at 360p"; null where nothing is known. */
export function room(capacity: Capacity | null): string | null {
  if (!capacity) return null;
  const [first, ...others] = capacity.room.filter(({ more }) => more > 0);
  // Why there is none says the program.
  if (!first) return toldText(capacity);
  const height = (pixels: number): string => String(pixels);
  const list = [
    say('capacity.first', { more: first.more, height: height(first.height) }),
    ...others.map(({ more, height: pixels }) => say('capacity.next', { more, height: height(pixels) })),
  ].join(', ');
  return capacity.known_by === 'carried' ? say('capacity.room.least', { list }) : say('capacity.room', { list });
}

/** From what that is known. */
export function known(capacity: Capacity | null): string {
  if (!capacity) return say('capacity.unknown');
  const [carries, used] = [rate(capacity.carries_kbps), rate(capacity.used_kbps)];
  if (capacity.known_by === 'max_upload') return say('capacity.max_upload', { carries, used });
  const where = capacity.line;
  if (capacity.known_by === 'full') return say('capacity.full', { carries, used, where });
  return say('capacity.carried', { carries, used, where });
}

/** What happens when more come than the line carries, step by step: less is sent before anybody is refused. */
export function order({ settings, relays }: Pick<Snapshot, 'settings' | 'relays'>): string[] {
  const steps = [];
  if (settings.max_upload_kbps > 0) steps.push(say('capacity.order.joins'));
  if (relays.length > 0) steps.push(say('capacity.order.relay'));
  if (settings.max_upload_kbps > 0) steps.push(say('capacity.order.lower'));
  steps.push(say('capacity.order.path'), say('capacity.order.behind'));
  steps.push(settings.max_upload_kbps > 0 ? say('capacity.order.refused') : say('capacity.order.nobody'));
  return steps;
}
