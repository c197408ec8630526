// Builds the watch page, and the style of the server's notices, which have the same look.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { followingTheSystem, wholeDocument } from './vite.document.ts';
import { page } from './vite.shared.ts';
import { words } from './vite.words.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, path), 'utf8');

/**
 * `assets/notice.css`: what the watch page has of it, in one file;
 * `icon.png`: for whoever shows no SVG, and for chats that show what a link leads to.
 */
function notices(): Plugin {
  return {
    name: 'skylark-notices',
    generateBundle() {
      const style = [
        followingTheSystem(read('src/shared/tokens.css')),
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

const main = resolve(import.meta.dirname, 'src/viewer/main.ts');
const viewer = page('viewer', 'watch', './');

/** What is sent for when it is wanted has a look of its own, which comes with it. */
const assetFileNames = ({ names }: { names: string[] }): string => {
  const later = ['chat', 'more'].find((name) => names.includes(`${name}.css`));
  return later ? `assets/watch-${later}.css` : 'assets/watch[extname]';
};

export default defineConfig({
  ...viewer,
  plugins: [
    words(['watch', 'chat', 'more']),
    ...(viewer.plugins ?? []),
    notices(),
    documentWords(),
    wholeDocument(viewer),
  ],
  build: {
    ...viewer.build,
    rollupOptions: {
      ...viewer.build?.rollupOptions,
      // Sent for by the script in the document. The chat, which is sent for when it is wanted, takes from it what both need.
      preserveEntrySignatures: 'allow-extension',
      output: { ...viewer.build?.rollupOptions?.output, assetFileNames },
      input: { 'watch-main': main, watch: resolve(viewer.root ?? '', 'index.html') },
    },
  },
});
