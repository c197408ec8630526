// The page around the picture: fills index.html.
import { flushSync, mount } from 'svelte';
import '../shared/base.css';
import type { Begun } from './begun.ts';
import Page from './Page.svelte';
import type { Picture } from './picture.ts';
import type { Place } from './place.ts';
import type { Begin } from './session.ts';
import './watch.css';

/** `begin` comes with the first script, and what it needs is here only once. */
export function show(place: Place, begun: Begun | null, begin: Begin, picture: Picture): void {
  const target = document.getElementById('watch');
  if (!target) return;
  showIcons();
  mount(Page, { target, props: { place, begun, begin, picture } });
  // Without a moment between: a video that is in no document stops.
  flushSync();
  picture.handedOver();
}

/** Those that the document has for who runs no script. */
function showIcons(): void {
  const spare = document.querySelector('head noscript')?.textContent ?? '';
  const icons = new DOMParser().parseFromString(spare, 'text/html').querySelectorAll('link');
  document.head.append(...icons);
}
