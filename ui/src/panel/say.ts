// The panel's words, by key.
import { failed, panel, rehearsal } from '../shared/words/en.json';
import { sayer } from '../shared/words/language.ts';

export const say = sayer('panel', panel);
/** Why a join failed. */
export const sayFailed = sayer('failed', failed);
/** What was found in a rehearsal. */
export const sayFound = sayer('rehearsal', rehearsal);
