// The program for Windows goes live under Wine, and is watched from Linux: by real WebRTC viewers in H.264 and VP8, with sound, over a line
// that loses packets, and by whoever asks for the page. It removes, makes a new link, records, and ends cleanly.
// CROWD_BIN names the viewers.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missingCommand, needs } from '../support/needs.mjs';
import { folder, missing, Skylark } from './support/wine.mjs';

const { after, before, describe, test } = needs(missing());

/** Pictures a second. This is no measurement: a development build runs here, beside whatever else does. */
const MOVING = 4;

/** What viewers saw who watched for some seconds. */
async function viewers(whep, number, seconds, args = []) {
  const options = ['--whep', whep, '--viewers', `${number}`, '--seconds', `${seconds}`, '--audio', '--json', ...args];
  const { stdout } = await promisify(execFile)(process.env.CROWD_BIN, options, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout).viewers;
}

describe('a broadcast', () => {
  let place;
  let skylark;

  before(async () => {
    place = folder();
    skylark = await Skylark.live(place.path);
  });

  after(async () => {
    await skylark?.gone();
    place?.remove();
  });

  test('the page is served', async () => {
    const page = await fetch(skylark.live.watch);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>/);
  });

  for (const [codec, number] of [
    ['h264', 3],
    ['vp8', 1],
  ])
    test(`${number} with ${codec} and sound see moving pictures, and miss nothing`, async () => {
      for (const viewer of await viewers(skylark.live.whep, number, 8, ['--codec', codec])) {
        console.log(
          `${viewer.codec}: ${viewer.pictures_per_second.toFixed(1)} pictures/s, lost ${viewer.lost} of ${viewer.packets}, sound lost ${viewer.sound_lost} of ${viewer.sound_packets}, first picture after ${viewer.first_keyframe_ms?.toFixed(0)} ms`,
        );
        assert.deepEqual([viewer.error, viewer.codec, viewer.unauthentic], [null, codec, 0]);
        assert.ok(viewer.pictures_per_second > MOVING, `pictures move: ${viewer.pictures_per_second} a second`);
        assert.ok(viewer.sound_packets > 8 * 25, `sound comes: ${viewer.sound_packets} packets`);
        assert.deepEqual([viewer.lost, viewer.sound_lost], [0, 0]);
      }
    });

  test('what is lost on a line is sent again', async () => {
    const [viewer] = await viewers(skylark.live.whep, 1, 8, ['--loss', '5']);
    console.log(`5 % lost on the line: ${viewer.repaired} repaired, ${viewer.lost} missing of ${viewer.packets}`);
    assert.equal(viewer.error, null);
    assert.ok(viewer.repaired > 0, 'some of it was lost');
    assert.ok(viewer.lost <= viewer.packets / 200, `nearly all of it came: ${viewer.lost} of ${viewer.packets}`);
    assert.ok(viewer.pictures_per_second > MOVING);
  });

  test('who is kicked is gone, and the others go on', async () => {
    const since = skylark.events.length;
    const watching = viewers(skylark.live.whep, 2, 10);
    const { viewer } = await skylark.event(({ event }) => event === 'viewer_joined', 'one joins', { since });
    await skylark.event((event) => event.event === 'viewer_joined' && event.viewer.id !== viewer.id, 'another joins', {
      since,
    });
    skylark.tell('kick', { viewer: viewer.id, reason: 'spoilers' });
    const left = await skylark.event(
      (event) => event.event === 'viewer_left' && event.viewer === viewer.id,
      'it goes',
      {
        since,
      },
    );
    assert.equal(left.reason, 'kicked');
    // Of two who watched equally long otherwise, one was sent nothing more.
    const [less, more] = (await watching).map(({ packets }) => packets).sort((one, other) => one - other);
    console.log(`kicked: ${less} packets, the other: ${more}`);
    assert.ok(less < 0.7 * more, `${less} and ${more} packets`);
  });

  test('a new link is another one, and the old one is gone', async () => {
    const since = skylark.events.length;
    skylark.tell('new_link');
    const { links } = await skylark.event(({ event }) => event === 'links', 'it is told', { since });
    assert.notEqual(links.watch, skylark.live.watch);
    assert.equal((await fetch(skylark.live.watch)).status, 410);
    assert.equal((await fetch(links.watch)).status, 200);
    skylark.live = { ...skylark.live, ...links };
  });

  test('what is recorded has picture and sound', async (t) => {
    const lacking = missingCommand('ffprobe');
    if (lacking) return t.skip(lacking);
    const since = skylark.events.length;
    const recording = (state) => (event) => event.event === 'recording' && event.state === state;
    skylark.tell('record', { path: 'Übung am Sonntag.mp4' });
    await skylark.event((event) => recording('recording')(event) && event.seconds >= 3, 'it records', { since });
    skylark.tell('stop_recording');
    await skylark.event(recording('stopped'), 'all is on the disk', { since });
    const file = readdirSync(place.path).find((name) => name.endsWith('.mp4'));
    assert.equal(file?.normalize(), 'Übung am Sonntag.mp4');
    const told = execFileSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name:format=duration',
        '-of',
        'default=nw=1:nk=1',
        join(place.path, file),
      ],
      { encoding: 'utf8' },
    );
    assert.match(told, /h264/);
    assert.match(told, /opus|aac/);
    assert.ok(Number(told.trim().split('\n').at(-1)) >= 2.5, told);
  });

  test('a port that is taken is said in words, with who has it', async () => {
    const port = new URL(skylark.live.watch).port;
    const args = ['headless', '--camera', 'pattern', '--microphone', 'off', '--data-dir', 'other'];
    const second = new Skylark(place.path, [...args, '--listen', `127.0.0.1:${port}`]);
    try {
      assert.equal(await second.ended(), 1, second.log);
      assert.match(second.log, new RegExp(`port ${port} \\(TCP\\) is taken by skylark\\.exe \\(process \\d+\\)`));
    } finally {
      await second.gone();
    }
  });

  test('asked to quit it says goodbye and ends with 0, and the next one has the same link', async () => {
    const { watch } = skylark.live;
    assert.equal(await skylark.end(), 0, skylark.log);
    skylark = await Skylark.live(place.path, { listen: `127.0.0.1:${new URL(watch).port}` });
    assert.equal(skylark.live.watch, watch);
  });

  test('Ctrl+C in a console ends it as quit does', async () => {
    assert.equal(await skylark.end('SIGINT'), 0, skylark.log);
  });
});

describe('settings as editors on Windows save them', () => {
  let place;
  before(() => (place = folder()));
  after(() => place?.remove());

  const write = (text, encoding) => writeFileSync(join(place.path, 'skylark.toml'), text, encoding);

  test('a byte order mark and lines that end in two characters are read', async () => {
    write('\ufefftitle = "Über uns"\r\nfps = 25\r\n', 'utf8');
    const skylark = await Skylark.live(place.path, { args: ['--config', 'skylark.toml'] });
    try {
      assert.match(await (await fetch(skylark.live.watch)).text(), /Über uns/);
      assert.equal(await skylark.end(), 0);
    } finally {
      await skylark.gone();
    }
  });

  test('UTF-16 is refused in words', async () => {
    write('\ufefftitle = "Über uns"\r\n', 'utf16le');
    const skylark = new Skylark(place.path, ['headless', '--config', 'skylark.toml', '--data-dir', 'data']);
    try {
      assert.equal(await skylark.ended(), 2, skylark.log);
      assert.match(skylark.log, /is no text in UTF-8: save it as UTF-8/);
    } finally {
      await skylark.gone();
    }
  });
});
