// The keys that do something from anywhere but a field: what is done while live is done at once.

export const KEYS = {
  mute_microphone: 'M',
  camera_off: 'C',
  be_right_back: 'B',
  mark: 'K',
  talk: 'T',
  swap_scene: 'S',
} as const;
export type KeyAct = keyof typeof KEYS;

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** What a key asks for; null where it is none of these, is held down, or writes. */
export function keyAct(event: Pressed, writes: boolean): KeyAct | null {
  if (writes || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return null;
  const found = Object.entries(KEYS).find(([, key]) => key === event.key.toUpperCase());
  return found ? (found[0] as KeyAct) : null;
}

/** Whether a key that is pressed there is a letter in a field, or chooses in a list, or belongs to a question. */
export function writes({ target }: Event): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
}
