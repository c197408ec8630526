// The watch page's document: script and style stand in it, so that nothing has to be asked for before the first picture.
import { resolve } from 'node:path';
import { build, transformWithEsbuild, type Plugin, type Rollup, type UserConfig } from 'vite';

const script = '<!-- start.ts -->';

/** A style that is dark unless `theme.ts` says light, for pages on which nobody chooses: light where the system is. */
export function followingTheSystem(style: string): string {
  const light = /:root\[data-theme=['"]?light['"]?\]\s*(\{[^}]*\})/;
  if (!light.test(style)) throw new Error('there is no light theme where it was looked for');
  return style.replace(light, '@media (prefers-color-scheme: light) {\n:root $1\n}');
}

/** `main.ts` is not a part of what stands in the document, but a file that is sent for. */
const mainIsAFile: Plugin = {
  name: 'skylark-main-is-a-file',
  enforce: 'pre',
  resolveId: (id) => (id === './main.ts' ? { id: './assets/watch-main.js', external: true } : null),
};

/**
 * Puts `start.ts` and all style into the document. The server names both in the page's policy, by their hashes. `viewer` is how the page
 * is built otherwise.
 */
export function wholeDocument(viewer: UserConfig): Plugin {
  let code = '';
  return {
    name: 'skylark-whole-document',
    async buildStart() {
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        root: viewer.root,
        base: viewer.base,
        worker: viewer.worker,
        plugins: [mainIsAFile],
        build: {
          write: false,
          target: viewer.build?.target,
          modulePreload: false,
          // A library sends for its parts as they are, without what looks for styles first; and it is not packed tight.
          lib: { entry: resolve(import.meta.dirname, 'src/viewer/start.ts'), formats: ['es'], fileName: 'start' },
        },
      });
      const [{ output }] = [built].flat() as [Rollup.RollupOutput];
      for (const part of output) {
        if (part.type === 'asset') this.emitFile({ type: 'asset', fileName: part.fileName, source: part.source });
        else if (part.isEntry) code = (await transformWithEsbuild(part.code, 'start.js', { minify: true })).code.trim();
        else this.error(`start.ts is to be one script, and has ${part.fileName} beside it`);
      }
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const link = /<link rel="stylesheet"[^>]*href="\.\/(assets\/watch\.css)"[^>]*>/.exec(html);
        const [tag = '', file = ''] = link ?? [];
        const sheet = bundle[file];
        if (sheet?.type !== 'asset') throw new Error('the page has no style');
        delete bundle[file];
        const style = followingTheSystem(sheet.source.toString()).trim();
        // What would end the element, or begin a comment in it.
        if (/<\/|<!--/.test(style) || /<\/script|<!--/i.test(code))
          throw new Error('something in the document ends it early');
        if (!html.includes(script)) throw new Error(`index.html has no ${script}`);
        return html
          .replace(tag, () => `<style>${style}</style>`)
          .replace(script, () => `<script type="module" async>${code}</script>`);
      },
    },
  };
}
