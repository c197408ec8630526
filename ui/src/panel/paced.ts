// What is changed while a finger moves is told as it moves, and not faster than it is heard: at most every 50 ms, and the last of it
// always.
import { Newest } from './newest.ts';

const EVERY_MS = 50;

export class Paced<T> extends Newest<T> {
  constructor(send: (value: T) => Promise<unknown>) {
    super((value) => Promise.all([send(value), new Promise((over) => setTimeout(over, EVERY_MS))]));
  }
}
