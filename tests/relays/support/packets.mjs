// What becomes of packets in this network: some are thrown away, or counted.

import { execFileSync } from 'node:child_process';

/** Has nft do this with all that comes in, while `during` lasts; what it then lists. */
export async function withRules(rules, during) {
  const table = `skylark-${process.pid}`;
  // Who deletes or lists reads nothing, and may be gone before it is written to.
  const nft = (args, input) => execFileSync('nft', args, { input, encoding: 'utf8' });
  nft(['-f', '-'], `table inet ${table} {\n chain in {\n type filter hook input priority 0;\n ${rules}\n }\n}\n`);
  try {
    await during();
    return nft(['list', 'table', 'inet', table]);
  } finally {
    nft(['delete', 'table', 'inet', table]);
  }
}
