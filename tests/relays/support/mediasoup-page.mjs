// A page of somebody else's, with mediasoup's own client: it watches a stream. Its site has the front's key, the page has not.

import { bundled, strangersPage } from './client.mjs';
import { until } from './janus.mjs';
import { SECRETS } from './mediasoup.mjs';

/** Watches the stream at this URL of the front's, through a site of its own. */
export async function watchWithItsClient(chromium, stream) {
  const { page, close } = await strangersPage(
    chromium,
    bundled('mediasoup-client', 'mediasoupClient'),
    async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const headers = { Authorization: `Bearer ${SECRETS.bearer}` };
      const asked = await fetch(stream + request.url, { method: request.method, headers, body: body || undefined });
      response.writeHead(asked.status);
      response.end(await asked.text());
    },
  );
  await page.evaluate(watch);
  const seen = () => page.evaluate(look);
  return {
    /** Waits for a moving picture of this width, and for the sound. */
    sees: async (width) => {
      let last;
      const moves = async () => {
        last = await seen();
        return last.width === width && last.pictures > 30 && last.sounds > 20;
      };
      await until(moves, 'it sees and hears', 20_000).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)}`);
      });
    },

    /** It says goodbye. */
    close: async () => {
      await page.evaluate(() => fetch(`/guests/${window.guest}`, { method: 'DELETE' }));
      await close();
    },
  };
}

async function watch() {
  const ask = async (path, body) => {
    const asked = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
    if (!asked.ok) throw new Error(`${path}: ${asked.status} ${await asked.text()}`);
    return asked.status === 204 ? null : asked.json();
  };
  const { guest, rtpCapabilities, transport } = await ask('/guests');
  window.guest = guest;
  const device = new window.mediasoupClient.Device();
  await device.load({ routerRtpCapabilities: rtpCapabilities });
  const { consumers } = await ask(`/guests/${guest}`, { rtpCapabilities: device.rtpCapabilities });
  const receiving = device.createRecvTransport(transport);
  receiving.on('connect', ({ dtlsParameters }, done, failed) => {
    ask(`/guests/${guest}`, { dtlsParameters }).then(done, failed);
  });
  window.consumers = await Promise.all(consumers.map((consumer) => receiving.consume(consumer)));
  const video = document.querySelector('video');
  video.srcObject = new MediaStream(window.consumers.map(({ track }) => track));
  await video.play();
}

async function look() {
  const seen = { width: 0, pictures: 0, sounds: 0 };
  for (const consumer of window.consumers)
    for (const entry of (await consumer.getStats()).values()) {
      if (entry.type !== 'inbound-rtp') continue;
      if (entry.kind === 'video') Object.assign(seen, { width: entry.frameWidth, pictures: entry.framesDecoded });
      else seen.sounds = entry.packetsReceived;
    }
  return seen;
}
