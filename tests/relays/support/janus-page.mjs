// A page of somebody else's, with Janus' own client: it watches a room.

import { bundled, strangersPage } from './client.mjs';
import { SOCKET, until } from './janus.mjs';

/** Joins this room by its pin, and takes what is published there. */
export async function watchWithItsClient(chromium, room, pin) {
  // The client wants the adapter as a global of the page's.
  const script = `${bundled('webrtc-adapter', 'webrtcAdapter')};${bundled('janus-gateway', 'janusGateway')}`;
  const { page, close } = await strangersPage(chromium, script);
  await page.evaluate(watch, { server: SOCKET, room, pin });
  const seen = () => page.evaluate(look);
  return {
    /** Asks for a layer, counted from the smallest, and waits for a moving picture of this width, and for the sound. */
    sees: async (substream, width) => {
      await page.evaluate(choose, substream);
      let first, last;
      const moves = async () => {
        last = await seen();
        if (last.width !== width) first = undefined;
        else first ??= last;
        return first && last.pictures > first.pictures + 10 && last.sounds > 20;
      };
      await until(moves, `it sees layer ${substream} and hears`, 20_000).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)}`);
      });
    },

    close,
  };
}

async function watch({ server, room, pin }) {
  const Janus = window.janusGateway.default;
  const dependencies = Janus.useDefaultDependencies({ adapter: window.webrtcAdapter.default ?? window.webrtcAdapter });
  await new Promise((callback) => Janus.init({ debug: false, dependencies, callback }));
  const janus = await new Promise((done, error) => {
    const session = new Janus({ server, success: () => done(session), error });
  });
  const video = document.querySelector('video');
  video.srcObject = new MediaStream();
  const attach = (more) =>
    new Promise((done, error) => janus.attach({ plugin: 'janus.plugin.videoroom', success: done, error, ...more }));
  const asker = await attach();
  const ask = (message) => new Promise((success, error) => asker.send({ message, success, error }));
  const { participants } = await ask({ request: 'listparticipants', room });
  const { id: feed } = participants.find(({ publisher }) => publisher);
  const subscriber = await attach({
    onmessage: (message, jsep) => {
      if (message.streams) window.mid = message.streams.find(({ type }) => type === 'video').mid;
      if (!jsep) return;
      subscriber.createAnswer({
        jsep,
        success: (answer) => subscriber.send({ message: { request: 'start' }, jsep: answer }),
      });
    },
    onremotetrack: (track, _, on) => on && video.srcObject.addTrack(track),
  });
  window.subscriber = subscriber;
  subscriber.send({ message: { request: 'join', ptype: 'subscriber', room, pin, streams: [{ feed }] } });
  await video.play();
}

function choose(substream) {
  window.subscriber.send({ message: { request: 'configure', streams: [{ mid: window.mid, substream }] } });
}

async function look() {
  const seen = { width: 0, pictures: 0, sounds: 0 };
  const connection = window.subscriber.webrtcStuff.pc;
  for (const entry of (await connection.getStats()).values()) {
    if (entry.type !== 'inbound-rtp') continue;
    if (entry.kind === 'video') Object.assign(seen, { width: entry.frameWidth, pictures: entry.framesDecoded });
    else seen.sounds = entry.packetsReceived;
  }
  return seen;
}
