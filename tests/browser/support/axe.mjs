// What axe finds on a page. Its source is given to the page by whoever drives it: the page's policy lets nothing else in.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Runs in the page, once axe is there: a line a finding. What cannot be decided is none: there the picture lies under words. */
export const FINDINGS = `axe
  .run(document, { resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, help, nodes }) =>
    id + ' (' + help + '): ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join('; ')))`;

/** In a tab of Chromium; `rules`: of these alone. */
export async function findings(page, rules) {
  // By the debugger, as its console would: a policy holds for what the page itself does.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(rules ? FINDINGS.replace('{', `{ runOnly: ${JSON.stringify(rules)},`) : FINDINGS);
}
