// Names in the chat can be read in each of their colours, on what they stand on: beside the picture, and over it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, hsl, over, rgb, themes, type Colour } from '../../shared/contrast.testing.ts';

const css = readFileSync(new URL('./chat.css', import.meta.url), 'utf8');
const hues = [...css.matchAll(/--hue: (\d+);/g)].map(([, hue]) => Number(hue));

/** Saturation and lightness of the names that this selector is for. */
function shades(selector: string): [number, number] {
  const rule = css.split(`${selector} {`)[1] ?? '';
  const [, saturation, lightness] = /hsl\(var\(--hue\) (\d+)% (\d+)%\)/.exec(rule) ?? [];
  return [Number(saturation) / 100, Number(lightness) / 100];
}

const white: Colour = [1, 1, 1];
/** Over the picture that is hardest to read on. */
const alpha = (token: string, value: string): number =>
  Number(new RegExp(`--${token}: rgb\\(${value} / ([\\d.]+)\\);`).exec(css)?.[1]);
const veil = over([0, 0, 0], alpha('veil', '0 0 0'), white);
const raised = over(white, alpha('raised', '255 255 255'), veil);

const of = (theme: Map<string, string>): Colour[] => ['surface', 'raised'].map((name) => rgb(theme.get(name) ?? ''));

describe.each<[string, string, Colour[]]>([
  ['in the dark', '\n.chat [data-colour]', of(themes.dark)],
  ['in the light', ".page:not(:fullscreen) .chat [data-colour]:not([data-colour='host'])", of(themes.light)],
  ['over the picture', '\n.page:fullscreen .chat [data-colour]', [veil, raised]],
])('%s', (_, selector, grounds) => {
  test.each(hues)('hue %d', (hue) => {
    const [saturation, lightness] = shades(selector);
    for (const ground of grounds) expect(contrast(hsl(hue, saturation, lightness), ground)).toBeGreaterThanOrEqual(4.5);
  });
});

test('there are twelve, and what else is said over the picture is read there as well', () => {
  expect(hues).toHaveLength(12);
  const muted = (ground: Colour): Colour => over(white, 0.82, ground);
  for (const ground of [veil, raised]) {
    expect(contrast(white, ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(muted(ground), ground)).toBeGreaterThanOrEqual(4.5);
  }
});
