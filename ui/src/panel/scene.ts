// A screen and a camera together, as `set_scene` takes it.

export const PLACES = ['bottom-right', 'bottom-left', 'top-right', 'top-left', 'side-by-side'] as const;
export type Place = (typeof PLACES)[number];

export interface Scene {
  place: Place;
  /** Of the smaller one: its width, as a part of the picture's. */
  size: number;
  round: boolean;
  mirrored: boolean;
  /** What is cut off from the camera's picture: left, top, right, bottom, as parts of its width and height. */
  crop: [number, number, number, number];
  swapped: boolean;
}

export const USUAL: Scene = {
  place: 'bottom-right',
  size: 0.25,
  round: false,
  mirrored: false,
  crop: [0, 0, 0, 0],
  swapped: false,
};

/** Of what a scene may be. */
export const SIZES = { min: 0.1, max: 0.5 } as const;

/** None where there is none, or it is one that this panel does not know. */
export function scene(text: string): Scene | null {
  const [layout, ...parts] = text.split(',').map((part) => part.trim());
  const [what, where] = layout!.split(':');
  const place = PLACES.find((known) => known === (where ?? USUAL.place));
  if (what !== 'screen+camera' || !place) return null;
  const found: Scene = { ...USUAL, place };
  for (const part of parts) {
    const [key, value] = part.split('=');
    if (key === 'round' || key === 'mirrored' || key === 'swapped') found[key] = true;
    else if (key === 'size') found.size = Number(value);
    else if (key === 'crop') {
      const [left = 0, top = 0, right = 0, bottom = 0] = (value ?? '').split('/').map(Number);
      found.crop = [left, top, right, bottom];
    } else return null;
  }
  return found;
}

/** The same as a text. */
export function written({ place, size, round, mirrored, crop, swapped }: Scene): string {
  const part = (number: number): number => Math.round(number * 1000) / 1000;
  const parts = [`screen+camera:${place}`];
  if (size !== USUAL.size) parts.push(`size=${part(size)}`);
  if (round) parts.push('round');
  if (mirrored) parts.push('mirrored');
  if (crop.some((side) => side > 0)) parts.push(`crop=${crop.map(part).join('/')}`);
  if (swapped) parts.push('swapped');
  return parts.join(',');
}

/** What is cut off from each side alike; the most of it, where it is not alike. */
export function cropped({ crop }: Scene): number {
  return Math.max(...crop);
}
