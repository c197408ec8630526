// The words of the chat: loaded with it.
import type { ChatRefusal } from '../../protocol/index.ts';
import { chat } from '../../shared/words/en.json';
import { sayer } from '../../shared/words/language.ts';

/** A message of the table. */
export const say = sayer('chat', chat);

export function refusalWords(code: ChatRefusal, retryAfterS: number | null): string {
  return say(`refused.${code}`, { seconds: retryAfterS ?? 0 });
}
