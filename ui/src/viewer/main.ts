// The page around the picture: fills index.html.
import { flushSync, mount } from 'svelte';
import '../shared/base.css';
import { speak } from '../shared/words/language.ts';
import type { Begun } from './begun.ts';
import Page from './Page.svelte';
import type { Picture } from './picture.ts';
import type { Place } from './place.ts';
import type { Begin } from './session.ts';
import './watch.css';

/** In the place of the empty one that the document has. */
function showIcons(): void {
  const icons = [
    { rel: 'icon', type: 'image/svg+xml', href: './assets/icon.svg' },
    { rel: 'icon', type: 'image/png', sizes: '256x256', href: './assets/icon.png' },
    { rel: 'apple-touch-icon', href: './assets/icon.png' },
  ];
  const links = icons.map((icon) => {
    const link = document.createElement('link');
    for (const [name, value] of Object.entries(icon)) link.setAttribute(name, value);
    return link;
  });
  document.querySelector('link[rel="icon"]')?.replaceWith(...links);
}

/** `begin` comes with the first script, and what it needs is here only once. */
export async function show(place: Place, begun: Begun | null, begin: Begin, picture: Picture): Promise<void> {
  const target = document.getElementById('watch');
  if (!target) return;
  // The picture is there without words, and plays meanwhile.
  await speak(navigator.languages);
  mount(Page, { target, props: { place, begun, begin, picture } });
  // Without a moment between: a video that is in no document stops.
  flushSync();
  picture.handedOver();
  showIcons();
}
