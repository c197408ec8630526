// The panel's start: fills index.html.
import { mount } from 'svelte';
import { followTheme } from '../shared/theme.ts';
import { speak } from '../shared/words/language.ts';
import '../shared/base.css';
import './panel.css';
import Page from './Page.svelte';
import { Panel } from './panel.svelte.ts';

followTheme('dark');
await speak(navigator.languages);
const panel = new Panel();
const target = document.getElementById('panel');
if (!target) throw new Error('index.html has the element that the panel fills');
// First: the program answers while the page is made.
void panel.start();
mount(Page, { target, props: { panel } });
