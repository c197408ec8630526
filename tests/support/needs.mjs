// Tests of what a machine may lack are skipped there, with the reason.

import { spawnSync } from 'node:child_process';
import * as node from 'node:test';

/**
 * `test` and its like for a file that cannot do without something. `missing` is the reason why it is not here, or null: then they are
 * Node's own. Else every test is skipped with the reason, and nothing is prepared for it.
 */
export function needs(missing) {
  if (!missing) return node;
  const nothing = () => {};
  const skipped = (name) => node.test(name, { skip: missing }, nothing);
  return {
    test: skipped,
    describe: skipped,
    before: nothing,
    after: nothing,
    beforeEach: nothing,
    afterEach: nothing,
  };
}

/** The first of these commands that is not installed, as a reason; null where all are. */
export function missingCommand(...commands) {
  const lacking = commands.find((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  return lacking === undefined ? null : `${lacking} is not installed`;
}
