// Links in a text: only those that are safe, shown whole.
import { expect, test } from 'vitest';
import { pieces } from './pieces.ts';

const links = (text: string): string[] =>
  pieces(text).flatMap(({ text: shown, href }) => (href === null ? [] : [shown]));

test.each([
  ['see https://example.com/a?b=c#d.', ['https://example.com/a?b=c#d']],
  ['(http://example.com)', ['http://example.com']],
  ['https://en.wikipedia.org/wiki/Skylark_(bird)', ['https://en.wikipedia.org/wiki/Skylark_(bird)']],
  ['two: https://a.example, https://b.example!', ['https://a.example', 'https://b.example']],
  ['HTTPS://EXAMPLE.COM', ['HTTPS://EXAMPLE.COM']],
])('%s', (text, expected) => {
  expect(links(text)).toEqual(expected);
  expect(
    pieces(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>',
  'file:///etc/passwd',
  'ftp://example.com',
  'https://',
  'https://bank.example@evil.example/',
  'nothing',
])('%s is none', (text) => {
  expect(links(text)).toEqual([]);
});
