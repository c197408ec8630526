// Builds the watch page.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { page } from './vite.shared.ts';

const viewer = page('viewer', 'watch', './');
// A file of its own, which the document loads first and the rest of the page takes its parts from.
const start = resolve(import.meta.dirname, 'src', 'viewer', 'start.ts');

export default defineConfig({
  ...viewer,
  build: {
    ...viewer.build,
    rollupOptions: {
      ...viewer.build?.rollupOptions,
      input: { start, watch: resolve(viewer.root ?? '', 'index.html') },
    },
  },
});
