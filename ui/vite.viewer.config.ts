// Builds the watch page, and the style of the server's notices, which have the same look.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { page } from './vite.shared.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, path), 'utf8');

/**
 * `assets/notice.css`: what the watch page has of it, in one file. The theme is the system's, as no script is there to say which;
 * `icon.png`: for whoever shows no SVG, and for chats that show what a link leads to.
 */
function notices(): Plugin {
  return {
    name: 'skylark-notices',
    generateBundle() {
      const tokens = read('src/shared/tokens.css');
      const light = /^:root\[data-theme='light'\] (\{[^}]*\})$/m;
      if (!light.test(tokens)) this.error('src/shared/tokens.css has no light theme where it was looked for');
      const style = [
        tokens.replace(light, '@media (prefers-color-scheme: light) {\n:root $1\n}'),
        read('src/shared/base.css').replace("@import './tokens.css';\n", ''),
        read('src/viewer/notice.css'),
      ];
      this.emitFile({ type: 'asset', fileName: 'assets/notice.css', source: style.join('\n') });
      const icon = readFileSync(resolve(import.meta.dirname, '../icons/128x128@2x.png'));
      this.emitFile({ type: 'asset', fileName: 'assets/icon.png', source: icon });
    },
  };
}

/** The words in the document itself, out of the table of words: `{key}`. */
function documentWords(): Plugin {
  const { watch } = JSON.parse(read('src/shared/words/en.json')) as { watch: Record<string, string> };
  return {
    name: 'skylark-document-words',
    transformIndexHtml: (html) =>
      html.replace(/\{([a-z_.]+)\}/g, (_, key: string) => {
        const message = watch[key];
        if (message === undefined) throw new Error(`src/shared/words/en.json has no watch message '${key}'`);
        return message.replace(/&/g, '&amp;').replace(/</g, '&lt;');
      }),
  };
}

const viewer = page('viewer', 'watch', './');
// A file of its own, which the document loads first and the rest of the page takes its parts from.
const start = resolve(import.meta.dirname, 'src', 'viewer', 'start.ts');

export default defineConfig({
  ...viewer,
  plugins: [...(viewer.plugins ?? []), notices(), documentWords()],
  build: {
    ...viewer.build,
    rollupOptions: {
      ...viewer.build?.rollupOptions,
      input: { start, watch: resolve(viewer.root ?? '', 'index.html') },
    },
  },
});
