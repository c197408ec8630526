// The words of what is loaded when it is wanted: choices, statistics, keys.
import { more } from '../../shared/words/en.json';
import { sayer } from '../../shared/words/language.ts';

/** A message of the table. */
export const say = sayer('more', more);
