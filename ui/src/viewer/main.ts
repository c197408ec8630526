// The watch page's start: fills index.html.
import { mount } from 'svelte';
import '../shared/base.css';
import { followTheme } from '../shared/theme.ts';
import Page from './Page.svelte';
import { place } from './place.ts';
import './watch.css';

followTheme();
const target = document.getElementById('watch');
const here = place(new URL(location.href));
if (target && here) mount(Page, { target, props: { place: here } });
