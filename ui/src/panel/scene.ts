// A screen and a camera together, as `set_scene` takes it.
import { Newest } from './newest.ts';

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
  if (part(size) !== USUAL.size) parts.push(`size=${part(size)}`);
  if (round) parts.push('round');
  if (mirrored) parts.push('mirrored');
  if (crop.some((side) => side > 0)) parts.push(`crop=${crop.map(part).join('/')}`);
  if (swapped) parts.push('swapped');
  return parts.join(',');
}

/** Where the inner corner of the smaller picture is, as parts of the whole picture's width and height, and how it can be drawn. */
export function handle(scene: Scene, ratio: number): { x: number; y: number; cursor: string } {
  const [across, down] = extent(scene, ratio);
  if (scene.place === 'side-by-side') return { x: 1 - across, y: 0.5, cursor: 'ew-resize' };
  const [top, left] = [scene.place.startsWith('top'), scene.place.endsWith('left')];
  const [x, y] = [margin(ratio)[0] + across, margin(ratio)[1] + down];
  return { x: left ? x : 1 - x, y: top ? y : 1 - y, cursor: top === left ? 'nwse-resize' : 'nesw-resize' };
}

/** How large the smaller picture is when its inner corner is so far from the left of the whole picture. */
export function sized(scene: Scene, x: number, ratio: number): number {
  const across = scene.place.endsWith('left') ? x : 1 - x;
  if (scene.place === 'side-by-side') return across;
  return ((across - margin(ratio)[0]) * scene.size) / extent(scene, ratio)[0];
}

/** As the program has it: a thirtieth of the shorter side. */
function margin(ratio: number): [number, number] {
  const shorter = Math.min(ratio, 1) / 30;
  return [shorter / ratio, shorter];
}

/** Of the smaller picture, as parts of the whole one's width and height. A circle is as wide as the mean of the sides. */
function extent({ place, size, round, swapped }: Scene, ratio: number): [number, number] {
  if (!round || swapped || place === 'side-by-side') return [size, size];
  const side = Math.min((size * (ratio + 1)) / 2, Math.min(ratio, 1) * (1 - 2 / 30));
  return [side / ratio, side];
}

/** Scenes that are asked for faster than they are set. */
export class Asked {
  readonly #newest: Newest<Scene | 'off'>;
  /** What was asked for last, until the program has told it. */
  #last: Scene | null = null;

  /** `send` says whether it was carried out. */
  constructor(send: (scene: string) => Promise<boolean>) {
    this.#newest = new Newest(async (scene) => {
      if (await send(scene === 'off' ? scene : written(scene))) return;
      this.#last = null;
      this.#newest.forget();
    });
  }

  /** What a further change begins with. */
  from(shown: Scene | null): Scene | null {
    return this.#last ?? shown;
  }

  /** The program shows this now. */
  told(scene: string): void {
    if (this.#last && written(this.#last) === scene) this.#last = null;
  }

  set(scene: Scene | 'off'): void {
    this.#last = scene === 'off' ? null : scene;
    this.#newest.set(scene);
  }
}

/** The sides of a crop, in its order. */
export const SIDES = ['left', 'top', 'right', 'bottom'] as const;

/** Of a width and of a height so much is left at least. */
const LEFT_OVER = 0.1;

/** So much can be cut off from a side, as the one across has its part. */
export function most({ crop }: Scene, side: number): number {
  return 1 - LEFT_OVER - crop[(side + 2) % 4]!;
}

/** The same with another part cut off from one side. */
export function cut(scene: Scene, side: number, part: number): Scene['crop'] {
  const crop: Scene['crop'] = [...scene.crop];
  crop[side] = Math.max(0, Math.min(part, most(scene, side)));
  return crop;
}

/** What is cut off from each side alike; the most of it, where it is not alike. */
export function cropped({ crop }: Scene): number {
  return Math.max(...crop);
}
