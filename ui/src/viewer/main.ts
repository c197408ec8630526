// The page around the picture: fills index.html.
import { flushSync, mount } from 'svelte';
import '../shared/base.css';
import type { Begun } from './begun.ts';
import Page from './Page.svelte';
import type { Picture } from './picture.ts';
import type { Place } from './place.ts';
import './watch.css';

export function show(place: Place, begun: Begun | null, picture: Picture): void {
  const target = document.getElementById('watch');
  if (!target) return;
  mount(Page, { target, props: { place, begun, picture } });
  // Without a moment between: a video that is in no document stops.
  flushSync();
  picture.handedOver();
}
