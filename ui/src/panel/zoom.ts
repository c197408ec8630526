// How large everything in the window is: Ctrl +, Ctrl - and Ctrl 0, as in a browser.

/** The sizes that browsers step through. */
const SIZES = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const KEY = 'skylark-zoom';

export type ZoomKey = 'larger' | 'smaller' | 'usual';

/** What a key asks for; null where it is none of these. The plus is where it is on any keyboard, with Shift or without. */
export function zoomKey(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): ZoomKey | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  if (event.key === '+' || event.key === '=') return 'larger';
  if (event.key === '-' || event.key === '_') return 'smaller';
  return event.key === '0' ? 'usual' : null;
}

export function zoomed(size: number, key: ZoomKey): number {
  if (key === 'usual') return 1;
  if (key === 'larger') return SIZES.find((next) => next > size) ?? size;
  return [...SIZES].reverse().find((next) => next < size) ?? size;
}

/** The size that was chosen before. */
export function keptZoom(storage: Pick<Storage, 'getItem'>): number {
  const kept = Number(storage.getItem(KEY));
  return SIZES.includes(kept) ? kept : 1;
}

export function keepZoom(storage: Pick<Storage, 'setItem'>, size: number): void {
  storage.setItem(KEY, String(size));
}
