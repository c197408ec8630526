import { mount } from 'svelte';
import { followTheme } from '../shared/theme.ts';
import '../shared/base.css';
import Panel from './Panel.svelte';

followTheme();
const target = document.getElementById('panel');
if (target) mount(Panel, { target });
