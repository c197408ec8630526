// What somebody has to do so that people elsewhere can open the link. Decisions only.
import type { Address, Links } from '../protocol/index.ts';

/** Which three steps, filled in with what, and whether one of them is in the settings. */
export interface Elsewhere {
  steps: 'router' | 'firewall' | 'provider' | 'vpn' | 'address' | 'alone' | 'public';
  values: { port: string; here: string };
  settings: boolean;
}

export function opensElsewhere({ addresses, host, port }: Links): Elsewhere {
  const chosen = addresses.find((address) => address.host === host);
  const others = addresses.filter((address) => address.host !== host && leadsOut(address));
  // What a router has to forward to: the address on the network at home, whichever stands in the link.
  const here = chosen && leadsOut(chosen) ? chosen.host : (others[0]?.host ?? host);
  // A port is no number to be grouped by thousands.
  const values = { port: String(port), here };
  const steps = (name: Elsewhere['steps'], settings: boolean): Elsewhere => ({ steps: name, values, settings });
  switch (chosen?.scope) {
    case 'public':
      return steps('public', false);
    case 'internet':
      return steps('firewall', false);
    case 'provider':
      return steps('provider', true);
    case 'vpn':
      return steps('vpn', true);
    case 'cable':
    case 'guests':
    case 'computer':
      return others.length > 0 ? steps('address', true) : steps('alone', true);
    case 'network':
    case undefined:
      return steps('router', true);
  }
}

/** A router can send people there. */
function leadsOut({ scope }: Address): boolean {
  return scope === 'network' || scope === 'internet';
}
