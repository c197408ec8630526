// A page of somebody else's, with LiveKit's own client: it watches a room.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { until } from './janus.mjs';
import { SOCKET, token } from './livekit.mjs';

const client = createRequire(import.meta.url).resolve('livekit-client');

/** Joins as this one, and takes what is published there. */
export async function watchWithItsClient(chromium, room, identity, socket = SOCKET) {
  const server = createServer((_, response) => response.end('<!doctype html><title>Somebody else’s page</title>'));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  // Nobody closes it where a test fails before.
  server.unref();
  const context = await chromium.browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.addScriptTag({ path: client });
  const grants = { roomJoin: true, room, canPublish: false, canSubscribe: true };
  await page.evaluate(join, { url: socket, token: token(identity, grants) });
  const seen = () => page.evaluate(look);
  return {
    /** Asks for a quality (LOW, MEDIUM, HIGH), and waits for a moving picture of this width. */
    sees: async (quality, width) => {
      await page.evaluate(choose, quality);
      let first, last;
      const moves = async () => {
        last = await seen();
        if (last.width !== width) first = undefined;
        else first ??= last;
        return first && last.pictures > first.pictures + 10;
      };
      await until(moves, `it sees ${quality}`, 15_000).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)}`);
      });
      return last;
    },

    hears: () => until(async () => (await seen()).sounds > 20, 'it hears the sound'),

    close: async () => {
      await context.close();
      server.close();
    },
  };
}

async function join({ url, token }) {
  const { Room } = window.LivekitClient;
  window.room = new Room();
  // What is asked for is what comes: its window is not seen.
  await window.room.connect(url, token);
}

async function choose(quality) {
  const { VideoQuality } = window.LivekitClient;
  for (const participant of window.room.remoteParticipants.values())
    for (const publication of participant.videoTrackPublications.values())
      publication.setVideoQuality(VideoQuality[quality]);
}

async function look() {
  const seen = { width: 0, pictures: 0, sounds: 0, tracks: 0 };
  for (const participant of window.room.remoteParticipants.values())
    for (const { track } of participant.trackPublications.values()) {
      if (!track) continue;
      seen.tracks += 1;
      for (const entry of (await track.getRTCStatsReport()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        if (entry.kind === 'video') Object.assign(seen, { width: entry.frameWidth, pictures: entry.framesDecoded });
        else seen.sounds = entry.packetsReceived;
      }
    }
  return seen;
}
