// What a message of the table becomes.
import { expect, test } from 'vitest';
import { read } from '../../../vite.words.ts';
import { filled, type Values } from './format.ts';
import { names } from './table.testing.ts';

function said(message: string, values: Values = {}, language = 'en'): string {
  return filled(read(message), language, values);
}

test('values stand where their names stood, numbers as the language writes them', () => {
  expect(said('{who} has {count}', { who: 'Anna', count: 1204 })).toBe('Anna has 1,204');
  expect(said('{count}', { count: 1204 }, 'de')).toBe('1.204');
  expect(said('{who} came', {})).toContain('who');
});

test('a count chooses among the forms of the language', () => {
  const message = '{n, plural, =0 {Nobody} one {# person} other {# people}} in {place}';
  expect([0, 1, 2, 1000].map((n) => said(message, { n, place: 'here' }))).toEqual([
    'Nobody in here',
    '1 person in here',
    '2 people in here',
    '1,000 people in here',
  ]);
  // Polish has forms that English has not.
  const polish = '{n, plural, one {# osoba} few {# osoby} many {# osób} other {# osoby}}';
  expect([1, 3, 5].map((n) => said(polish, { n }, 'pl'))).toEqual(['1 osoba', '3 osoby', '5 osób']);
});

test('a word chooses, and what is unknown is other', () => {
  const message = '{how, select, kicked {removed} other {gone}}';
  expect(said(message, { how: 'kicked' })).toBe('removed');
  expect(said(message, { how: 'left' })).toBe('gone');
  expect(said('{layer, select, 0 {none} 1 {half} other {all}}', { layer: 1 })).toBe('half');
});

test('an apostrophe is one, and quotes a brace', () => {
  expect(said("the broadcaster's, don''t, '{x}'")).toBe("the broadcaster's, don't, {x}");
});

test('the names of what it takes', () => {
  expect([...names('{a} {n, plural, one {{b}} other {#}}')]).toEqual(['a', 'n', 'b']);
});

test.each(['{', '{a', '{a, plural, one {x}}', '{}'])('%s cannot be read', (message) => {
  expect(() => read(message)).toThrow();
});
