// The look of both pages can be seen: words, borders and signs stand out from what they are on, in the dark and in the light.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [dark = '', light = ''] = css.split(":root[data-theme='light']");

function colours(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

/** WCAG 2.2's relative luminance. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['ground', 'surface', 'raised'];

describe.each([
  ['dark', colours(dark)],
  ['light', colours(light)],
])('%s', (_, tokens) => {
  const of = (name: string): string => tokens.get(name) ?? '';

  // Borders of what can be used, the meter's level and its frame, and signs.
  const signs = ['control-line', 'accent', 'good', 'warn', 'harm', 'live'];
  test.each(signs.flatMap((sign) => grounds.map((ground) => [sign, ground] as const)))(
    '%s on %s: 3',
    (sign, ground) => {
      expect(contrast(of(sign), of(ground))).toBeGreaterThanOrEqual(3);
    },
  );

  const words = ['text', 'muted', 'harm'];
  test.each(words.flatMap((word) => grounds.map((ground) => [word, ground] as const)))(
    '%s on %s: 4.5',
    (word, ground) => {
      expect(contrast(of(word), of(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('words on a button, and on the badge: 4.5', () => {
    expect(contrast(of('on-accent'), of('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('on-live'), of('live'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('text'), of('accent-soft'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('harm'), of('harm-soft'))).toBeGreaterThanOrEqual(4.5);
  });
});
