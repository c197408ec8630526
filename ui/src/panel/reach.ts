// Who can open a link with an address, and who cannot, as the program says it: what that is in the table of words follows from the address.
import type { Address, Said } from '../protocol/index.ts';

export function reach({ reach, scope }: Address): Said {
  return { message: reach, key: `reach.${scope}` };
}

export function cannot({ cannot, scope, host }: Address): Said {
  if (scope === 'internet' && host.includes(':')) return { message: cannot, key: 'cannot.no_ipv6' };
  const here = scope === 'guests' || scope === 'computer';
  return { message: cannot, key: `cannot.${here ? 'here' : scope}` };
}
