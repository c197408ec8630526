// A viewer behind nginx: TLS there, below a path. The page, its files, its socket and its session go through it, media does not.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { NAME, freePort, missing as noProxy, proxy } from './support/proxy.mjs';
import { broadcast } from './support/skylark.mjs';

const { test } = needs(missing() ?? noProxy());

test('Chromium watches through a proxy, is removed there, and the host hears when it leaves', async (t) => {
  const port = await freePort();
  const site = `https://${NAME}:${port}/tv`;
  const dataDir = mkdtempSync(join(tmpdir(), 'skylark-browser-'));
  writeFileSync(join(dataDir, 'skylark.toml'), 'trusted_proxy = "127.0.0.1"\n');
  // The name leads nowhere on this machine: media is at the host itself, as with a proxy that stands elsewhere.
  const skylark = await broadcast({ dataDir, args: ['--public', site, '--public-media', '127.0.0.1'] });
  t.after(() => skylark.remove());
  const nginx = await proxy(port, skylark.live.port);
  t.after(() => nginx.remove());
  const browser = await openChromium({ flags: nginx.flags });
  t.after(() => browser.close());
  assert.ok(skylark.live.watch.startsWith(`${site}/w/`), skylark.live.watch);

  const stays = await browser.person();
  const staying = await stays.open(skylark.live.watch);
  await staying.plays(20_000);
  assert.equal(staying.response.status(), 200);
  assert.equal(await staying.page.evaluate(() => isSecureContext), true, 'nothing is wrong with the certificate');
  const [cookie] = await stays.context.cookies();
  assert.deepEqual([cookie.path, cookie.secure], ['/tv', true]);
  const asked = await staying.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(
    asked.filter((url) => !url.startsWith(`${site}/`)),
    [],
    'everything comes through the proxy',
  );
  await skylark.viewer();

  const since = skylark.events.length;
  const goes = await browser.person();
  const going = await goes.open(skylark.live.watch);
  await going.plays(20_000);
  const { id } = await skylark.viewer(since);
  await goes.close();
  const left = await skylark.event(({ event, viewer }) => event === 'viewer_left' && viewer === id, 'it left');
  assert.equal(left.reason, 'left', 'its goodbye came through the proxy');

  const [first] = skylark.events.filter(({ event }) => event === 'viewer_joined');
  skylark.tell('kick', { viewer: first.viewer.id, reason: 'Enough for today' });
  await staying.is('removed');
  assert.match(await staying.words(), /Enough for today/, 'the page heard why, by its socket');
  await staying.until(
    () => staying.page.evaluate(() => document.querySelector('.notice img')?.naturalWidth > 0),
    5000,
    () => 'its sign came through the proxy',
  );
  assert.deepEqual(staying.faults, []);
  await staying.reload();
  assert.equal(staying.response.status(), 403, 'its cookie came through the proxy, both ways');
});
