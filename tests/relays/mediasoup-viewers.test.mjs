// Viewers of our own link whom a real mediasoup sends the stream: let in, listed, counted, removed, and taken back when it dies.
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { missing } from '../browser/support/chromium.mjs';
import { needs } from '../support/needs.mjs';
import { until } from './support/janus.mjs';
import { watchWithItsClient } from './support/mediasoup-page.mjs';
import { HOST, Mediasoup, SECRETS } from './support/mediasoup.mjs';
import { viewersAt } from './support/viewers.mjs';

const NAME = 'viewers';
const why = process.env.SKYLARK_RELAYS_MISSING || process.env.SKYLARK_MEDIASOUP_MISSING || missing();
const tests = needs(why);

const { it, ends, thins } = viewersAt(tests, {
  name: 'mediasoup',
  make: () => new Mediasoup(),
  url: `mediasoup+http://${HOST}/${NAME}`,
  secrets: SECRETS,
  hidden: Object.values(SECRETS),
  restless: 400,
  guests: async ({ engine }) => (await engine.stream(NAME))?.viewers.length ?? 0,
});

tests.test('they are on all cores, and are sent the largest layer', async () => {
  const late = await it.open();
  let viewers;
  // Each begins with a smaller one, until mediasoup knows what its path carries.
  const largest = async () => {
    ({ viewers } = await it.engine.stream(NAME));
    return viewers.every(({ layer, state }) => layer === 2 && state === 'connected');
  };
  await until(largest, 'all are sent the largest', 20_000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(viewers)}`);
  });
  assert.deepEqual([...new Set(viewers.map(({ core }) => core))].sort(), [0, 1], JSON.stringify(viewers));
  await late.tab.close();
  await it.has(it.there.length, 'it left');
});

tests.test('a page with mediasoup’s own client watches it, too, and is no viewer of ours', async () => {
  const since = it.skylark.events.length;
  const page = await watchWithItsClient(it.chromium, `${it.engine.url}/${NAME}`);
  await page.sees(640);
  await it.has(it.there.length + 1, 'the front has it');
  const told = it.skylark.events.slice(since);
  assert.ok(!told.some(({ event }) => event === 'viewer_joined'), JSON.stringify(told));
  await page.close();
  await it.has(it.there.length, 'it left');
});

thins('44400-44401');

ends();
