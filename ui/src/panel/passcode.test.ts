// Passcodes that are suggested.
import { expect, test } from 'vitest';
import { suggestion } from './passcode.ts';

test('three words that can be said, and never the same', () => {
  const some = new Set(Array.from({ length: 200 }, () => suggestion()));
  expect(some.size).toBe(200);
  for (const one of some) expect(one).toMatch(/^([bdfghklmnprstvwz][aeiou]){2}( ([bdfghklmnprstvwz][aeiou]){2}){2}$/);
});

test('each syllable is as likely as any other', () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 240; byte += 1) {
    const given = [255, byte];
    let at = 0;
    const one = suggestion(() => new Uint8Array([given[Math.min(at++, 1)]!])).slice(0, 2);
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  expect(counts.size).toBe(80);
  expect(new Set(counts.values())).toEqual(new Set([3]));
});
