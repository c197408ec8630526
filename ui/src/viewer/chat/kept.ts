/** What the browser keeps of the chat for the next visit: whether it is shown, and what its viewer is called. */

const shownKey = 'skylark-chat';
const nameKey = 'skylark-name';

export function keptName(): string | null {
  return read(nameKey);
}

export function keepName(name: string): void {
  write(nameKey, name);
}

export function wasShown(): boolean {
  return read(shownKey) === 'shown';
}

export function keepShown(shown: boolean): void {
  write(shownKey, shown ? 'shown' : 'hidden');
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage (a private window) it holds until the page is closed.
  }
}
