// The panel as it is built, in a tab, told what the program would tell: so each of its states can be looked at within a moment. The
// program itself stands behind it in tests/desktop.

import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { build } from '../../../ui/node_modules/esbuild/lib/main.js';
import { pseudo } from '../../support/pseudo.mjs';
import { repository } from './skylark.mjs';
import { picture } from './watch-page.mjs';

const HOME = 'http://panel.test/';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const SECTIONS = ['panel', 'failed', 'rehearsal', 'told'];

/** The states, as ui/src/panel/states.testing.ts has them. */
export async function states() {
  const { outputFiles } = await build({
    entryPoints: [join(repository, 'ui/src/panel/states.testing.ts')],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const [{ contents }] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`);
}

/** In the page, before it: the program's end of the window. */
const PROGRAM = () => {
  let asked;
  window.__TAURI_INTERNALS__ = {
    transformCallback: () => 1,
    invoke: async (command, { channel, command: told, place } = {}) => {
      const state = await (asked ??= fetch('/state').then((answer) => answer.json()));
      if (command === 'subscribe') {
        if (state.failure) throw state.failure;
        window.tell = (message) => channel.onmessage(message);
        for (const message of state.told) window.tell(message);
      }
      const refused = command === 'command' && state.refused?.[told.command];
      if (refused) throw refused;
      // What the program does at once.
      if (told?.command === 'delete_message')
        window.tell({ kind: 'event', event: { event: 'chat_deleted', messages: [told.message] } });
      return place ?? null;
    },
  };
};

/** A tab with the panel in it; `nobodys`: in the language that nobody speaks, which stands in the place of German. */
export async function openPanel(browser, { locale = 'en-US', width = 1280, height = 800, nobodys = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const panel = new PanelPage(context, page);
  const dist = join(repository, 'ui/dist/panel');
  await page.route(`${HOME}**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (nobodys && pathname === '/assets/panel-de.js')
      return route.fulfill({ contentType: TYPES['.js'], body: pseudo(SECTIONS) });
    if (pathname === '/state') return route.fulfill({ contentType: 'application/json', body: panel.state });
    const file = pathname === '/' ? '/index.html' : pathname;
    return route.fulfill({ contentType: TYPES[extname(file)], body: readFileSync(join(dist, file)) });
  });
  await page.addInitScript(PROGRAM);
  return panel;
}

class PanelPage {
  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.faults = [];
    page.on('pageerror', (error) => this.faults.push(String(error)));
  }

  /** Shows a state, on a page of its own. */
  async show(ready, { snapshot, events = [], messages = [], failure, refused, acts = [] }) {
    const told = [
      { kind: 'snapshot', snapshot: { ...ready, ...snapshot } },
      ...events.map((event) => ({ kind: 'event', event })),
      ...messages,
    ];
    this.acts = acts;
    this.state = JSON.stringify({ told, failure, refused });
    await this.page.goto(HOME);
    await this.page.locator(failure ? '[data-testid="failure"] h1' : 'main [data-testid="air"]').waitFor();
    for (const act of acts) await this.#act(act);
    await this.page.evaluate(() => document.fonts.ready);
  }

  async #act(act) {
    const { page } = this;
    if (act === '') return page.keyboard.press('Enter');
    if (Array.isArray(act)) return page.getByTestId(act[0]).first().fill(act[1]);
    const element = page.getByTestId(act).first();
    const folded = element.locator('> summary');
    return (await folded.count()) > 0 ? folded.click() : element.click();
  }

  async theme(theme) {
    await this.page.evaluate((theme) => {
      document.documentElement.dataset.theme = theme;
      for (const one of document.getAnimations()) one.finish();
    }, theme);
  }

  /** What was typed in this state. */
  get typed() {
    return this.acts.flatMap((act) => (Array.isArray(act) ? (act[1].match(/\p{Script=Latin}+/gu) ?? []) : []));
  }

  /** For people to look at. */
  picture(state, how) {
    return picture(this.page, `${state.replace(/\W+/g, '-')}-${how}`, 'panel');
  }

  close() {
    return this.context.close();
  }
}
