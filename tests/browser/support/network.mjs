// Two network namespaces joined by a wire, as a host and a viewer on the same local network are. Needs root.

import { execFileSync, spawnSync } from 'node:child_process';
import { missingCommand } from '../../support/needs.mjs';

/** Why there can be no such network here; null where there can. */
export function missingNetwork() {
  if (process.getuid() !== 0) return 'network namespaces need root';
  const lacking = missingCommand('ip', 'nft', 'ethtool');
  if (lacking) return lacking;
  const name = `sky-try-${process.pid.toString(36)}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'root has no leave here to make a network namespace';
  spawnSync('ip', ['netns', 'delete', name]);
  return null;
}

const run = (...command) =>
  execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** `host` and `viewer` are the namespaces' names; what ran in them is to be ended before `remove`. */
export function localNetwork() {
  const tag = process.pid.toString(36);
  const net = { host: `sky-h-${tag}`, viewer: `sky-v-${tag}`, hostAddress: '10.77.0.1', viewerAddress: '10.77.0.2' };
  const inside = (namespace, ...command) => run('ip', 'netns', 'exec', namespace, ...command);
  run('ip', 'netns', 'add', net.host);
  run('ip', 'netns', 'add', net.viewer);
  run('ip', 'link', 'add', 'lan', 'netns', net.host, 'type', 'veth', 'peer', 'name', 'lan', 'netns', net.viewer);
  for (const [namespace, address, other] of [
    [net.host, net.hostAddress, net.viewerAddress],
    [net.viewer, net.viewerAddress, net.hostAddress],
  ]) {
    inside(namespace, 'ip', 'link', 'set', 'lo', 'up');
    inside(namespace, 'ip', 'address', 'add', `${address}/24`, 'dev', 'lan');
    inside(namespace, 'ip', 'link', 'set', 'lan', 'up');
    inside(namespace, 'ip', 'route', 'add', 'default', 'via', other);
  }
  // A new IPv6 address is tentative for a second or two. When it stops being so the browser takes that for a change of
  // network, and a Chromium that is gathering candidates at that moment never finishes.
  const settled = () =>
    [net.host, net.viewer].every((n) => inside(n, 'ip', '-6', 'address', 'show', 'tentative') === '');
  const end = Date.now() + 10_000;
  while (!settled()) {
    if (Date.now() > end) throw new Error('the addresses of the namespaces stay tentative');
    execFileSync('sleep', ['0.05']);
  }
  return {
    ...net,
    /** Put in front of a command that is to run on the host's machine. */
    onHost: ['ip', 'netns', 'exec', net.host],
    /**
     * Drops `percent` of the UDP packets that reach the viewer, and returns what reads the counters. The sender's
     * segmentation offload is switched off first: the filter would see a whole picture as one packet.
     */
    lose(percent) {
      inside(net.host, 'ethtool', '-K', 'lan', 'tx-udp-segmentation', 'off');
      const rules = [
        'add table inet loss',
        'add chain inet loss in { type filter hook prerouting priority -300; }',
        'add rule inet loss in iifname "lan" meta l4proto udp counter',
        `add rule inet loss in iifname "lan" meta l4proto udp numgen random mod 1000 < ${percent * 10} counter drop`,
      ].join('\n');
      inside(net.viewer, 'nft', rules);
      return () => {
        const [all, dropped] = [
          ...inside(net.viewer, 'nft', 'list', 'table', 'inet', 'loss').matchAll(/counter packets (\d+)/g),
        ].map((match) => Number(match[1]));
        return { all, dropped };
      };
    },
    /** The viewer's machine moves to another address, as from one Wi-Fi to another. */
    move(address) {
      inside(net.viewer, 'ip', 'address', 'delete', `${net.viewerAddress}/24`, 'dev', 'lan');
      inside(net.viewer, 'ip', 'address', 'add', `${address}/24`, 'dev', 'lan');
      inside(net.viewer, 'ip', 'route', 'replace', 'default', 'via', net.hostAddress);
    },
    remove() {
      run('ip', 'netns', 'delete', net.viewer);
      run('ip', 'netns', 'delete', net.host);
    },
  };
}
