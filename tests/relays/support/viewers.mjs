// What is the same with every engine: viewers of our own link whom it sends the stream are let in, listed, counted, removed, and taken back when it dies.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openChromium } from '../../browser/support/chromium.mjs';
import { broadcast } from '../../browser/support/skylark.mjs';
import { comeAndGo, watchBareHanded } from './bare-handed.mjs';
import { until } from './janus.mjs';
import { withRules } from './packets.mjs';

const run = promisify(execFile);

/**
 * The stories of viewers at one engine.
 * `speaks: 'datachannels'`: it lets nobody stay who does not, which light viewers are.
 * `make` hands out one that can be started, killed and removed; `guests` counts those whom it has itself; `hidden` is what nobody is to be told.
 */
export function viewersAt(
  { test, before, after },
  { name, make, url, secrets, hidden, restless, speaks = null, guests = null },
) {
  const it = { engine: null, skylark: null, chromium: null, here: null, there: [] };
  const tabsAsk = new Set();

  before(async () => {
    it.engine = make();
    await it.engine.start();
    it.chromium = await openChromium();
    it.skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
    // Room for the relay, 1,565 kbit/s, for one of the largest, and then for two or three of the smallest.
    it.skylark.tell('configure', { settings: { max_upload_kbps: 3565 } });
    it.skylark.tell('relay', { url, secrets });
    await it.relay((event) => event.state === 'running', 'the relay runs');
  });

  after(async () => {
    await it.chromium?.close();
    await it.skylark?.remove();
    await it.engine?.remove();
  });

  it.relay = (fits, why, since = 0, withinMs = 15_000) =>
    it.skylark.event((event) => event.event === 'relay' && fits(event), why, { since, withinMs });

  /** The engine itself has as many. */
  it.has = (count, why, withinMs) => guests && until(async () => (await guests(it)) === count, why, withinMs);

  /** Opens the page: its tab, its viewer, and how long it took from the click to the picture. */
  it.open = async () => {
    const since = it.skylark.events.length;
    const clicked = Date.now();
    const tab = await it.chromium.open(it.skylark.live.watch, {
      before: (page) => page.on('request', (request) => tabsAsk.add(new URL(request.url()).origin)),
    });
    const viewer = await it.skylark.viewer(since);
    await tab.plays();
    return { tab, viewer, took: Date.now() - clicked };
  };

  test(`who would get less here is sent the stream by ${name}, and sees moving pictures and hears the sound`, async () => {
    it.here = await it.open();
    assert.equal(it.here.viewer.relay, undefined);
    for (let n = 0; n < 3; n++) it.there.push(await it.open());
    for (const { tab, viewer, took } of it.there) {
      assert.equal(viewer.relay, 1, JSON.stringify(viewer));
      await until(async () => (await tab.video()).videoWidth === 640, 'the largest');
      const hears = async () => (await tab.statistics('inbound-rtp', 'audio'))[0]?.packetsReceived > 20;
      await until(hears, 'it hears the sound');
      assert.deepEqual(tab.faults, []);
      console.log(`from the click to a picture that is read and moves: ${took} ms (here ${it.here.took} ms)`);
    }
    assert.deepEqual([...tabsAsk], [new URL(it.skylark.live.watch).origin], 'the page talks to nobody but us');
  });

  test('they are counted, and the relay says how many watch there', async () => {
    await it.skylark.event((event) => event.event === 'count' && event.watching === 4, 'all are counted');
    await it.relay((event) => event.watching === 3, 'three watch there');
    await it.has(3, 'it has as many');
  });

  test('who is kicked there sees why, is kept out, and nobody else notices', async () => {
    const [{ tab, viewer }] = it.there.splice(0, 1);
    const since = it.skylark.events.length;
    it.skylark.tell('kick', { viewer: viewer.id, reason: 'spoilers' });
    await tab.is('removed', 2000);
    assert.match(await tab.words(), /spoilers/);
    await it.skylark.event((event) => event.event === 'viewer_left' && event.reason === 'kicked', 'it left', { since });
    await it.has(2, 'it has it no more', 2000);
    await tab.reload();
    assert.equal(tab.response.status(), 403);
    for (const other of it.there) await other.tab.plays(3000);
  });

  test(`a kick holds at ${name} itself, also for who hears nothing of it`, async () => {
    const since = it.skylark.events.length;
    const player = await watchBareHanded(it.chromium, it.skylark.live.whep);
    const viewer = await it.skylark.viewer(since);
    assert.equal(viewer.relay, 1);
    await player.receives();
    it.skylark.tell('kick', { viewer: viewer.id });
    const left = (event) => event.event === 'viewer_left' && event.viewer === viewer.id;
    await it.skylark.event(left, 'it left', { since });
    await player.receivesNothing();
    assert.equal((await player.session('GET')).status, 404);
    await player.close();
  });

  test('who is no browser and takes counter-offers is let in as well', async () => {
    for (const light of speaks === 'datachannels' ? [[]] : [[], ['--light']]) {
      // The first flight of a handshake may come before Janus listens, and is sent again after one second, then two.
      const args = ['--whep', it.skylark.live.whep, '--viewers', '3', '--audio', '--seconds', '8', '--json', ...light];
      const since = it.skylark.events.length;
      const { viewers } = JSON.parse((await run(process.env.CROWD_BIN, args)).stdout);
      for (const viewer of viewers) {
        const { pictures_per_second, sound_packets, unauthentic, error } = viewer;
        assert.ok(pictures_per_second > 20 && sound_packets > 50, JSON.stringify(viewer));
        assert.deepEqual([unauthentic, error], [0, null]);
      }
      const joined = it.skylark.events.slice(since).filter(({ event }) => event === 'viewer_joined');
      assert.deepEqual(
        joined.map(({ viewer }) => viewer.relay),
        [1, 1, 1],
      );
      await it.has(it.there.length, 'they left');
    }
  });

  test('who comes and goes all the time costs nobody else the relay, and leaves nothing there', async () => {
    const since = it.skylark.events.length;
    await comeAndGo(it.chromium, it.skylark.live.whep, restless);
    for (const { tab } of it.there) await tab.plays(3000);
    const states = it.skylark.events.slice(since).filter((event) => event.event === 'relay');
    assert.ok(
      states.every((event) => event.state === 'running'),
      JSON.stringify(states),
    );
    await it.has(it.there.length, 'all of them left');
  });

  return {
    it,

    /** Media comes from these ports there. */
    thins: (ports) => {
      test('whose line is thin is sent a smaller picture, and the largest again without a break when it is wide', async () => {
        const { tab } = it.there[0];
        const width = async () => (await tab.video()).videoWidth;
        const sees = (fits, why, withinMs) =>
          until(async () => fits(await width()), why, withinMs).catch(async (error) => {
            throw new Error(`${error.message}: it is ${await width()} wide`);
          });
        await sees((wide) => wide === 640, 'the largest', 20_000);
        // Each connection by itself: half of what the largest and the sound take, and more than the next smaller and the sound do.
        const thin = `udp sport ${ports} meter each { udp dport limit rate over 62 kbytes/second burst 31 kbytes } counter drop`;
        await withRules(thin, async () => {
          await sees((wide) => wide < 640, 'a smaller one', 30_000);
          await tab.plays(5000);
          const frames = await tab.frames(4000);
          // Every other picture may be left out as well: LiveKit does, where the line carries no more of this size.
          assert.ok(frames.length > 25, `${frames.length} pictures in four seconds`);
        });
        const since = Date.now();
        let wide = false;
        const pictures = [];
        const largest = sees((wide) => wide === 640, 'the largest again', 60_000).finally(() => (wide = true));
        while (!wide) pictures.push(...(await tab.frames(2000)));
        await largest;
        pictures.push(...(await tab.frames(2000)));
        const gaps = pictures.slice(1).map(({ at }, n) => at - pictures[n].at);
        console.log(
          `the largest again ${Date.now() - since} ms after the line is wide; the longest gap between pictures: ${Math.max(...gaps).toFixed(0)} ms`,
        );
        assert.ok(Math.max(...gaps) < 1500, 'it goes on');
      });
    },

    /** What comes last. */
    ends: () => {
      test(`a ${name} that is killed gives its viewers back, and takes newcomers when it is back`, async () => {
        const since = it.skylark.events.length;
        const killed = Date.now();
        await it.engine.kill();
        for (const { viewer } of it.there) {
          const left = (event) => event.event === 'viewer_left' && event.viewer === viewer.id;
          await it.skylark.event(left, 'it left', { since });
        }
        for (let n = 0, from = since; n < it.there.length; n++) {
          const isBack = (event) => event.event === 'viewer_moved' && event.relay === null;
          const moved = await it.skylark.event(isBack, 'it is back', { since: from, withinMs: 10_000 });
          from = it.skylark.events.indexOf(moved) + 1;
        }
        for (const { tab } of it.there) await tab.plays(10_000);
        console.log(`all play here ${Date.now() - killed} ms after the kill`);
        const back = it.skylark.events.slice(since);
        assert.equal(back.filter((event) => event.event === 'viewer_joined' && event.viewer.relay).length, 0);
        await it.here.tab.plays(3000);

        await it.engine.start();
        await it.relay((event) => event.state === 'running', 'the relay runs again', since, 12_000);
        const late = await it.open();
        assert.equal(late.viewer.relay, 1);
        it.there.push(late);
      });

      test('the end takes all of them, and no secret was told to anybody', async () => {
        it.skylark.tell('end');
        for (const { tab } of [it.here, ...it.there]) await tab.is('ended', 5000);
        await it.has(0, 'nobody is left there');
        const told = JSON.stringify(it.skylark.events) + it.skylark.log;
        for (const secret of hidden) assert.ok(!told.includes(secret), secret);
      });
    },
  };
}
