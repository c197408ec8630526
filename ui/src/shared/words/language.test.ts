// Which language is spoken, and what is said where it has no words of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { choose, decimal, language, LANGUAGES, ownName, sayer, speak } from './language.ts';

const page = { documentElement: { lang: 'en', dir: '' } };

beforeEach(() => vi.stubGlobal('document', page));
afterEach(() => speak(['en']));

test('the first of the wanted languages that there is; a variety is content with its language', () => {
  const there = ['en', 'de', 'pt-BR', 'zh-Hant'];
  const chosen = (...wanted: string[]): string => choose(wanted, there);
  expect(chosen('fr', 'de', 'en')).toBe('de');
  expect(chosen('de-AT', 'en')).toBe('de');
  expect(chosen('en-GB', 'de')).toBe('en');
  expect(chosen('pt-br')).toBe('pt-BR');
  expect(chosen('zh-Hant-TW')).toBe('zh-Hant');
  expect(chosen('pt')).toBe('en');
  expect(chosen()).toBe('en');
  expect(LANGUAGES.slice(0, 2)).toEqual(['en', 'de']);
});

test('what a language has no words for is said in English', async () => {
  const english = { play: 'Play', newest: 'Only here' };
  const say = sayer('watch', english);
  expect(say('play')).toBe('Play');
  await speak(['de-CH']);
  expect([language(), page.documentElement.lang, page.documentElement.dir]).toEqual(['de', 'de', 'ltr']);
  expect([say('play'), say('newest')]).toEqual(['Abspielen', 'Only here']);
  await speak(['en']);
  expect([say('play'), page.documentElement.lang]).toEqual(['Play', 'en']);
});

test('numbers and names are those of the language', async () => {
  expect(decimal(1234.56, 1)).toBe('1,234.6');
  await speak(['de']);
  expect(decimal(2, 1)).toBe('2,0');
  expect([ownName('de'), ownName('en')]).toEqual(['Deutsch', 'English']);
});
