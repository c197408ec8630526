// Builds the control panel.
import { defineConfig } from 'vite';
import { page } from './vite.shared.ts';
import { words } from './vite.words.ts';

const panel = page('panel', 'panel');

export default defineConfig({
  ...panel,
  plugins: [words(['panel', 'failed', 'rehearsal', 'told']), ...(panel.plugins ?? [])],
});
