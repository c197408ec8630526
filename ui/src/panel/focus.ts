// Focus stays where the eye is: when the focused element goes away (a row, an undo, a button that did its work), what stands
// next to it is focused, and never a button, so that a second press of the key does nothing.

const SPOTS = 'li, h1, h2, summary';
const PRESSED = 'button, input, select, a';

/** Keeps it so below `root`. Say it once, for the whole page: it holds for whatever comes and goes. */
export function keepFocus(root: HTMLElement): () => void {
  let last: Element | null = null;

  const took = (event: FocusEvent): void => {
    last = event.target instanceof Element ? event.target : null;
  };
  const left = (event: FocusEvent): void => {
    const from = event.target;
    // Somebody clicked beside it; or it is being taken away, which is seen once that has happened.
    if (from instanceof Element && event.relatedTarget === null)
      queueMicrotask(() => {
        if (from.isConnected && from === last) last = null;
      });
  };
  const changed = (records: MutationRecord[]): void => {
    if (!last || last.isConnected || !lost()) return;
    const gone = last;
    const record = records.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(gone)));
    if (!record) return;
    last = null;
    const next = element(record.nextSibling, 'nextSibling');
    const before = element(record.previousSibling, 'previousSibling');
    // The row below takes the place of a row; what is of another kind belongs to something else, and what stands above is read first.
    const whole = [...record.removedNodes].find((node) => node.contains(gone));
    const near = next?.nodeName === whole?.nodeName ? [next, before] : [before, next];
    const beside = near.find((one) => one?.isConnected && !one.matches(PRESSED)) ?? (record.target as Element);
    focusOn(beside.isConnected ? beside : root);
  };

  const observer = new MutationObserver(changed);
  observer.observe(root, { childList: true, subtree: true });
  root.addEventListener('focusin', took);
  root.addEventListener('focusout', left);
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', took);
    root.removeEventListener('focusout', left);
  };
}

function lost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** The element at a node or beyond it: comments and blanks stand between them. */
function element(node: Node | null, beyond: 'nextSibling' | 'previousSibling'): Element | null {
  while (node && !(node instanceof Element)) node = node[beyond];
  return node;
}

function focusOn(near: Element): void {
  const spot = near.matches(SPOTS) ? near : (near.querySelector(SPOTS) ?? near);
  if (!(spot instanceof HTMLElement)) return;
  if (spot.tabIndex < 0 && !spot.hasAttribute('tabindex')) spot.tabIndex = -1;
  spot.focus({ preventScroll: true });
}
