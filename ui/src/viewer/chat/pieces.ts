/** A text in pieces: what is a link, and what is not. Only http and https, shown whole. */

export interface Piece {
  text: string;
  /** Null: no link. */
  href: string | null;
}

const link = /\bhttps?:\/\/[^\s<>"'`]+/gi;
/** What ends a sentence and no address. */
const after = /[.,;:!?…)\]}»”’]+$/;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(link)) {
    const address = withoutEnd(match[0]);
    const href = safe(address);
    if (href === null) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null });
    found.push({ text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null });
  return found;
}

function withoutEnd(address: string): string {
  const bare = address.replace(after, '');
  // A bracket that was opened within belongs to it: wikipedia's are so.
  return address[bare.length] === ')' && bare.includes('(') ? `${bare})` : bare;
}

function safe(address: string): string | null {
  try {
    const url = new URL(address);
    const leads = (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
    // A name before an @ looks like the place to which it leads.
    return leads && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}
