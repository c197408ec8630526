// How much two colours differ, and the colours that both pages have, for tests.
import { readFileSync } from 'node:fs';

/** Red, green and blue, each 0 to 1. */
export type Colour = readonly [number, number, number];

const [dark = '', light = ''] = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8').split(
  ":root[data-theme='light']",
);

/** By theme, each token that is a colour. */
export const themes = { dark: tokens(dark), light: tokens(light) };

function tokens(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

/** Of "#6ec6f7". */
export function rgb(hex: string): Colour {
  const part = (at: number): number => parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

/** CSS Color 4, 7.1; saturation and lightness 0 to 1. */
export function hsl(hue: number, saturation: number, lightness: number): Colour {
  const part = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [part(0), part(8), part(4)];
}

/** What is seen of a colour that covers `alpha` of what is behind it. */
export function over(colour: Colour, alpha: number, behind: Colour): Colour {
  const mix = (at: 0 | 1 | 2): number => colour[at] * alpha + behind[at] * (1 - alpha);
  return [mix(0), mix(1), mix(2)];
}

/** WCAG 2.2's contrast ratio. */
export function contrast(one: Colour, other: Colour): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** WCAG 2.2's relative luminance. */
function luminance(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
