// The watch page's start: fills index.html.
import { mount } from 'svelte';
import '../shared/base.css';
import { followTheme } from '../shared/theme.ts';
import Page from './Page.svelte';
import { begun, here } from './start.ts';
import './watch.css';

followTheme();

/** A browser that makes no offer within this has a page all the same. */
const offerWithinMs = 1000;

/** Drawing the page takes as long as the server's answer: it waits for the offer to be on its way, and no longer. */
async function show(): Promise<void> {
  const late = new Promise<void>((is) => setTimeout(is, offerWithinMs));
  await Promise.race([begun?.session.posted, late]);
  const target = document.getElementById('watch');
  if (target && here) mount(Page, { target, props: { place: here, begun } });
}

void show();
