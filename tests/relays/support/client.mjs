// The client of an engine's own as one script for a page, and the page.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../browser/support/skylark.mjs';

/** A package of npm's as one script, by this name in the page. What builds the pages brings what makes it one. */
export function bundled(name, globalName) {
  const vite = createRequire(join(repository, 'ui/package.json')).resolve('vite/package.json');
  const { buildSync } = createRequire(vite)('esbuild');
  const entryPoints = [createRequire(import.meta.url).resolve(name)];
  const options = { bundle: true, format: 'iife', globalName, define: { global: 'window' }, write: false };
  return buildSync({ entryPoints, ...options }).outputFiles[0].text;
}

/** Somebody else's page with this script in it, and with a picture. `answers` is asked for what is not the page. */
export async function strangersPage(chromium, script, answers = (_, response) => response.writeHead(404).end()) {
  const site = createServer((request, response) => {
    if (request.url !== '/') return answers(request, response);
    response.end('<!doctype html><title>Somebody else’s page</title><video muted>');
  });
  await new Promise((listening) => site.listen(0, '127.0.0.1', listening));
  // Nobody closes it where a test fails before.
  site.unref();
  const context = await chromium.browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await page.addScriptTag({ content: script });
  return {
    page,
    close: async () => {
      await context.close();
      site.close();
    },
  };
}
