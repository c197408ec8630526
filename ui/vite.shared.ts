// What the builds of both pages have in common.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin, UserConfig } from 'vite';

/** The program's icon, one file for both pages: `assets/icon.svg`. */
function icon(): Plugin {
  return {
    name: 'skylark-icon',
    generateBundle() {
      const source = readFileSync(resolve(import.meta.dirname, '../icons/skylark.svg'));
      this.emitFile({ type: 'asset', fileName: 'assets/icon.svg', source });
    },
  };
}

/**
 * Builds `src/PAGE/index.html` into `dist/PAGE` under fixed names: `assets/NAME.js` and `assets/NAME.css`. Both pages
 * are embedded in the program, so a hash in the name would save nobody a request; and both are served under a content
 * security policy without `data:`, so nothing is inlined. `base` is what files are named from:
 * './' where a proxy may put the page below any path.
 */
export function page(folder: string, name: string, base: '/' | './' = '/'): UserConfig {
  const root = resolve(import.meta.dirname, 'src', folder);
  return {
    root,
    base,
    publicDir: false,
    worker: { rollupOptions: { output: { entryFileNames: `assets/${name}-[name].js` } } },
    // The builds have read all messages: the library's own reader, most of it, stays outside.
    resolve: { alias: { '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/no-parser.js' } },
    plugins: [svelte({ configFile: resolve(import.meta.dirname, 'svelte.config.js') }), icon()],
    build: {
      outDir: resolve(import.meta.dirname, 'dist', folder),
      emptyOutDir: true,
      target: ['safari15', 'chrome100', 'firefox100'],
      assetsInlineLimit: 0,
      modulePreload: false,
      cssCodeSplit: false,
      rollupOptions: {
        output: {
          entryFileNames: (entry) => `assets/${entry.name === 'index' ? name : entry.name}.js`,
          chunkFileNames: `assets/${name}-[name].js`,
          assetFileNames: `assets/${name}[extname]`,
        },
      },
    },
  };
}
