// The panel's words, by key.
import { panel } from '../shared/words/en.json';
import { sayer } from '../shared/words/format.ts';

export const say = sayer(panel, 'en');
