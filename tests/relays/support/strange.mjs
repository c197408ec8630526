// What answers in the place of an engine and is none: noise, in HTTP and in what a WebSocket carries, another server, and nothing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const END_OF_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** No HTTP, a WebSocket that says what is no JSON, one that says JSON without any sense, and who sends everybody somewhere else. */
const SERVERS = {
  noise: (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nnoise\r\n\r\n'),
  words: (request, socket) => opened(request, socket, 'what is this'),
  senseless: (request, socket) => opened(request, socket, JSON.stringify({ error: { code: 'x' }, error_code: [] })),
  elsewhere: (_, socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n'),
};

/** A WebSocket that says this as often as it is spoken to. */
function opened(request, socket, text) {
  const key = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + END_OF_KEY)
    .digest('base64');
  const protocol = request.headers['sec-websocket-protocol'];
  const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${key}`];
  if (protocol) fields.push(`Sec-WebSocket-Protocol: ${protocol}`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields.join('\r\n')}\r\n\r\n`);
  const frame = Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
  socket.on('data', () => socket.write(frame));
}

/**
 * What becomes of a relay to each of them (`url` makes its URL of `HOST:PORT`): its state and its words. Nobody else is disturbed: `others` looks.
 */
export async function strangers({ skylark, url, secrets, others }) {
  const servers = [];
  const at = {};
  for (const [name, serve] of Object.entries(SERVERS)) {
    const server = createServer();
    const sockets = new Set();
    server.on('upgrade', (request, socket) => {
      sockets.add(socket);
      // Who has heard enough may hang up before all is read.
      socket.on('error', () => {});
      serve(request, socket);
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    servers.push({ server, sockets });
    at[name] = `127.0.0.1:${server.address().port}`;
  }
  // Nobody listens where somebody did.
  const gone = createServer();
  await new Promise((listening) => gone.listen(0, '127.0.0.1', listening));
  const nobody = `127.0.0.1:${gone.address().port}`;
  await new Promise((closed) => gone.close(closed));
  try {
    for (const [host, state, words] of [
      ['no-such-host.invalid', 'waiting', /no-such-host.invalid cannot be found/],
      [nobody, 'waiting', /cannot be reached/],
      ['192.0.2.1', 'failed', /use https/],
      [at.noise, 'waiting', /what is no HTTP/],
      [at.words, 'waiting', /it is no JSON|does not answer/],
      [at.senseless, 'waiting', /answers|does not answer|Nothing is heard/],
      [at.elsewhere, 'failed', /sends us on in a way that cannot be followed/],
    ]) {
      const since = skylark.events.length;
      skylark.tell('relay', { url: url(host), secrets });
      const fits = (event) => event.event === 'relay' && event.host === host && event.state === state;
      const said = await skylark.event(fits, `${host} is ${state}`, { since, withinMs: 15_000 });
      assert.match(said.message, words, host);
      if (state === 'waiting') {
        assert.match(said.message, /It is tried again\.$/);
        const again = (event) => event.event === 'relay' && event.host === host && event.state === 'connecting';
        await skylark.event(again, `${host} is asked again`, { since: skylark.events.indexOf(said) });
      }
      skylark.tell('stop_relay', { relay: said.relay });
      await skylark.event((event) => event.event === 'relay' && event.gone && event.relay === said.relay, 'it is gone');
    }
    await others();
  } finally {
    for (const { server, sockets } of servers) {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }
}
