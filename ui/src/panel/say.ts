// The panel's words, by key.
import { panel } from '../shared/words/en.json';
import { sayer } from '../shared/words/language.ts';

export const say = sayer('panel', panel);
