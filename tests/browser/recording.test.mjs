// What was recorded, played as a file in Chromium and in Firefox: a whole one and one that was cut off.

import assert from 'node:assert/strict';
import { copyFileSync, createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchChromium, missing as chromiumMissing } from './support/chromium.mjs';
import { launchFirefox, missing as firefoxMissing } from './support/firefox.mjs';
import { broadcast } from './support/skylark.mjs';

describe('a recording', { timeout: 120_000 }, () => {
  let skylark;
  let server;
  const files = {};

  before(async () => {
    skylark = await broadcast({ args: ['--size', '640x360'] });
    files.whole = await record('whole.mp4');
    await skylark.event(({ event, state }) => event === 'recording' && state === 'stopped', 'it is whole');
    // What there is of one that goes on: its front says that it is not finished.
    const goesOn = await record('goes-on.mp4', false);
    files['cut-off'] = join(skylark.dataDir, 'cut-off.mp4');
    copyFileSync(goesOn, files['cut-off']);
    server = createServer(serve).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
  });
  after(() => {
    server?.close();
    skylark?.remove();
  });

  /** Records for five seconds: the file. */
  async function record(name, stop = true) {
    const file = join(skylark.dataDir, name);
    skylark.tell('record', { path: file });
    const five = ({ event, state, seconds, ...of }) =>
      event === 'recording' && state === 'recording' && of.file === file && seconds >= 5;
    await skylark.event(five, 'five seconds are recorded');
    if (stop) skylark.tell('stop_recording');
    return file;
  }

  /** A page with the file in it, and the file, in parts as browsers ask for them. */
  function serve({ url, headers }, response) {
    const file = files[url.slice(1)];
    if (!file) return response.end('<!doctype html><video muted></video>');
    const { size } = statSync(file);
    const [from, to] = (headers.range ?? 'bytes=0-').slice('bytes='.length).split('-');
    const [start, end] = [Number(from), to ? Number(to) : size - 1];
    response.writeHead(206, {
      'Content-Type': 'video/mp4',
      'Accept-Ranges': 'bytes',
      'Content-Range': `bytes ${start}-${end}/${size}`,
      'Content-Length': end - start + 1,
    });
    createReadStream(file, { start, end }).pipe(response);
  }

  /** Plays a file in a tab: what the browser says of it. Runs in the page. */
  const play = (name) => `(async () => {
    const video = document.querySelector('video');
    const heard = (event) => new Promise((done, failed) => {
      video.addEventListener(event, done, { once: true });
      video.addEventListener('error', () => failed(new Error(video.error?.message)), { once: true });
    });
    if (!video.canPlayType('video/mp4; codecs="avc1.4d401f, opus"')) return null;
    video.src = '/${name}';
    await heard('loadeddata');
    const [width, duration] = [video.videoWidth, video.duration];
    let sought = null;
    if (Number.isFinite(duration)) {
      video.currentTime = 3;
      await heard('seeked');
      sought = video.currentTime;
      video.currentTime = 0;
      await heard('seeked');
    }
    video.playbackRate = 2;
    const ended = heard('ended');
    await video.play();
    await ended;
    return { width, duration, sought, played: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  })()`;

  for (const [browser, launch, lacking, names] of [
    ['Chromium', launchChromium, chromiumMissing(), ['whole', 'cut-off']],
    ['Firefox', launchFirefox, firefoxMissing(), ['whole']],
  ]) {
    for (const name of names) {
      test(`plays in ${browser} when it is ${name}`, { skip: lacking ?? false }, async (t) => {
        const opened = await launch();
        t.after(() => opened.close());
        const tab = await opened.tab('');
        await tab.goto(`http://127.0.0.1:${server.address().port}/`);
        const told = await tab.evaluate(play(name));
        if (!told) return t.skip(`this ${browser} plays no H.264 in files`);
        console.log(`${browser}, ${name}: ${JSON.stringify(told)}`);
        assert.equal(told.width, 640);
        assert.ok(told.played > 3.5, `all of it is played: ${told.played} s`);
        assert.ok(told.frames > 60, `with its pictures: ${told.frames}`);
        if (name === 'whole') {
          assert.ok(told.duration > 4.5 && told.duration < 9, `it knows how long it is: ${told.duration} s`);
          assert.ok(Math.abs(told.sought - 3) < 0.1, `one can jump into it: ${told.sought} s`);
        }
      });
    }
  }
});
