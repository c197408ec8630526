// The watch page in Firefox, which on Debian has no H.264 at all.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openFirefox } from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';
import { percentile } from './support/watch-page.mjs';

const { test } = needs(missing());

test('Firefox plays VP9 with sound in stereo, and is kicked like any other', async (t) => {
  // Firefox never pairs its own addresses with 127.0.0.1, so the broadcast is on all addresses of this machine. VP9 is answered where
  // there is time for it, and two slow cores that run the browser as well have it at this size.
  const skylark = await broadcast({ listen: '0.0.0.0:0', args: ['--size', '640x360'] });
  t.after(() => skylark.remove());
  const firefox = await openFirefox();
  t.after(() => firefox.close());

  const tab = await firefox.open(skylark.live.watch);
  await tab.plays(20_000);
  const viewer = await skylark.viewer();
  assert.match(viewer.browser, /Firefox/);

  const [video] = await tab.statistics('inbound-rtp', 'video');
  const codecs = await tab.statistics('codec');
  const codec = codecs.find(({ id }) => id === video.codecId)?.mimeType;
  console.log(`Firefox is sent ${codec}`);
  assert.match(codec, /video\/VP9/i);

  const frames = await tab.frames(4000);
  const read = frames.filter(({ clock }) => clock !== null);
  const late = read.map(({ readMs }) => readMs);
  console.log(
    `Firefox: ${frames.length} frames in 4 s; capture to pixels read p50 ${percentile(late, 0.5)} ms, p95 ${percentile(late, 0.95)} ms`,
  );
  const told = await skylark.event(
    ({ event, viewers }) => event === 'viewers' && viewers.some(([, { latency_ms }]) => latency_ms != null),
    'the page tells its latency',
  );
  console.log(`Firefox, the page's own measure: ${told.viewers[0][1].latency_ms} ms`);
  assert.ok(frames.length > 60, `it moves: ${frames.length} frames in 4 s`);
  assert.ok(read.length > 0.8 * frames.length, 'the clock can be read');

  const { left, right } = await tab.listen();
  assert.ok(
    Math.abs(left.hertz - 440) < 10 && Math.abs(right.hertz - 660) < 10,
    `left ${left.hertz} Hz, right ${right.hertz} Hz`,
  );
  const skews = await tab.lipSync({ seconds: 10, settle: 10 });
  const middle = percentile(skews, 0.5);
  console.log(
    `Firefox, lip sync: beep after flash by ${skews.map((skew) => skew.toFixed(0)).join(', ')} ms; middle ${middle?.toFixed(0)} ms`,
  );
  assert.ok(skews.length >= 5, `a beep is found for most flashes: ${skews.length} in 10 s`);
  assert.ok(middle >= -20 && middle <= 90, `the sound is at most 20 ms early and 90 ms late: ${middle}`);
  await tab.picture('firefox-1280');

  skylark.tell('kick', { viewer: viewer.id, reason: 'bye' });
  await tab.is('removed');
  await tab.reload();
  assert.equal(tab.response.status(), 403);
  assert.deepEqual(tab.faults, []);
});
