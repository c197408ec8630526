// Which three steps let people elsewhere in.
import { expect, test } from 'vitest';
import { english, names } from '../shared/words/table.testing.ts';
import type { Address, Links, Scope } from '../protocol/index.ts';
import { opensElsewhere, type Elsewhere } from './elsewhere.ts';

function address(host: string, scope: Scope): Address {
  return { host, scope, interface: 'x', network: 'Network', reach: '', cannot: '' };
}

function links(host: string, ...addresses: Address[]): Links {
  return { host, addresses, port: 8787, watch: '', whep: '', qr_svg: '' };
}

const home = address('192.168.1.20', 'network');
const alone = address('127.0.0.1', 'computer');

test('at home a port of the router leads to this computer', () => {
  const { steps, values, settings } = opensElsewhere(links(home.host, home, alone));
  expect([steps, values, settings]).toEqual(['router', { port: '8787', here: '192.168.1.20' }, true]);
});

test('each kind of address has the steps that fit it', () => {
  const kinds: [Scope, Elsewhere['steps']][] = [
    ['public', 'public'],
    ['internet', 'firewall'],
    ['provider', 'provider'],
    ['vpn', 'vpn'],
    ['cable', 'alone'],
    ['guests', 'alone'],
    ['computer', 'alone'],
  ];
  for (const [scope, steps] of kinds) expect(opensElsewhere(links('h', address('h', scope))).steps, scope).toBe(steps);
});

test('who chose an address of this computer alone is shown that there are others, and the router is led to one of those', () => {
  const { steps, values } = opensElsewhere(links(alone.host, alone, home));
  expect([steps, values.here]).toEqual(['address', '192.168.1.20']);
});

test('a VPN leads through the network at home all the same', () => {
  const vpn = address('10.8.0.2', 'vpn');
  expect(opensElsewhere(links(vpn.host, vpn, home)).values.here).toBe('192.168.1.20');
});

test('every card has three steps that can be filled in', () => {
  const all = ['router', 'firewall', 'provider', 'vpn', 'address', 'alone', 'public'];
  const table = new Map(Object.entries(english.panel ?? {}));
  for (const steps of all) {
    for (const step of [1, 2, 3]) {
      const message = table.get(`elsewhere.${steps}.${step}`);
      expect(message, `${steps} ${step}`).toBeTruthy();
      expect(['port', 'here']).toEqual(expect.arrayContaining([...names(message ?? '')]));
    }
  }
  expect([...table.keys()].filter((key) => /^elsewhere\.\w+\.\d$/.test(key))).toHaveLength(3 * all.length);
});
