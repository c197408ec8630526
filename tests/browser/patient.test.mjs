// What the watch page does of itself where that takes long: the host has gone, or the door is closed for a while.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, describe, test } = needs(missing());

let chromium;

before(async () => (chromium = await openChromium()));
after(() => chromium?.close());

/** The size is one that two slow cores show several times. */
async function begun(t, wanted = {}) {
  const skylark = await broadcast({ ...wanted, args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  return skylark;
}

/** The page says by itself, after a while, that the broadcaster may have gone. */
const alone = (tab, withinMs) =>
  tab.until(
    async () => /The broadcaster may have gone/.test(await tab.words()),
    withinMs,
    () => tab.words(),
  );

/** The same host again, at the same port. */
const back = (t, { dataDir, live }) => begun(t, { dataDir, listen: `127.0.0.1:${live.port}` });

// All at once: nearly all of it is waiting.
describe('a page that waits', { concurrency: true }, () => {
  test('after 20 seconds without the host the words change, and it plays all the same when the host is back', async (t) => {
    const skylark = await begun(t);
    const tab = await chromium.open(skylark.live.watch);
    await tab.plays();
    await skylark.stop('SIGKILL');
    await tab.is('reconnecting');
    assert.match(await tab.words(), /Reconnecting/);
    await alone(tab, 25_000);
    assert.equal(await tab.state(), 'reconnecting');
    await tab.picture('alone-1280');
    await back(t, skylark);
    await tab.plays(30_000);
  });

  test('who waits for the broadcast is told too when the host has gone, and is in when it is back', async (t) => {
    const skylark = await begun(t);
    const since = skylark.events.length;
    skylark.tell('end');
    await skylark.event(({ event }) => event === 'ended', 'it ends', { since });
    const tab = await chromium.open(skylark.live.watch);
    await tab.is('waiting');
    await skylark.stop('SIGKILL');
    // A page whose socket was not open yet learns it when it asks again.
    await alone(tab, 45_000);
    await back(t, skylark);
    await tab.plays(30_000);
  });

  for (const [name, refusing, allowing, words] of [
    [
      'full',
      ['configure', { settings: { max_viewers: 1 } }],
      ['configure', { settings: { max_viewers: 0 } }],
      /This stream is full/,
    ],
    ['locked', ['lock', { on: true }], ['lock', { on: false }], /This stream is locked/],
  ])
    test(`whoever is refused at the door, as it is ${name}, comes in without doing anything`, async (t) => {
      const skylark = await begun(t);
      const inside = await chromium.open(skylark.live.watch);
      await inside.plays();
      const since = skylark.events.length;
      skylark.tell(...refusing);
      await skylark.event(({ event }) => event === 'settings' || event === 'lock', 'nobody new comes in', { since });
      const outside = await chromium.open(skylark.live.watch);
      assert.ok(outside.response.status() >= 400);
      assert.match(await outside.words(), words);
      await outside.picture(`door-${await outside.state()}`);
      skylark.tell(...allowing);
      await outside.plays(30_000);
    });
});
