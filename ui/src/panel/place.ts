// Where the picture stands on the page, and whether all of it is free: the program paints it there, over whatever the page has.

/** As parts of the page's width and height. */
export type Within = [left: number, top: number, right: number, bottom: number];

/** What may stand over it. */
const OVER = 'dialog[open], :popover-open, [data-over]';
/** A corner itself belongs to what stands beside it. */
const INSIDE_PX = 2;

/** Null while something stands over it, or it was scrolled out of sight in part. */
export function free(place: HTMLElement): Within | null {
  const own = place.getBoundingClientRect();
  const { left, top, right, bottom } = own;
  if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return null;
  for (const other of document.querySelectorAll(OVER)) {
    // A dialog dims all of the page.
    if (other.matches('dialog') || meet(own, other.getBoundingClientRect())) return null;
  }
  const [inner, outer] = [left + INSIDE_PX, right - INSIDE_PX];
  const [upper, lower] = [top + INSIDE_PX, bottom - INSIDE_PX];
  const corners = [inner, outer].flatMap((x) => [upper, lower].map((y) => document.elementFromPoint(x, y)));
  if (!corners.every((seen) => place.contains(seen))) return null;
  return [left / innerWidth, top / innerHeight, right / innerWidth, bottom / innerHeight];
}

function meet(one: DOMRect, other: DOMRect): boolean {
  return (
    other.width > 0 &&
    other.height > 0 &&
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
