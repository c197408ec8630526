// The look of both pages can be seen: words, borders and signs stand out from what they are on, in the dark and in the light.
import { describe, expect, test } from 'vitest';
import { contrast, rgb, themes, type Colour } from './contrast.testing.ts';

const grounds = ['ground', 'surface', 'raised'];

describe.each(Object.entries(themes))('%s', (_, tokens) => {
  const of = (name: string): Colour => rgb(tokens.get(name) ?? '');

  // Borders of what can be used, the meter's level and its frame, and signs.
  const signs = ['control-line', 'accent', 'good', 'warn', 'harm', 'live'];
  test.each(signs.flatMap((sign) => grounds.map((ground) => [sign, ground] as const)))(
    '%s on %s: 3',
    (sign, ground) => {
      expect(contrast(of(sign), of(ground))).toBeGreaterThanOrEqual(3);
    },
  );

  const words = ['text', 'muted', 'harm', 'warn'];
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
