// A door in front of a running Skylark that has one page more: both pages of `./dev bench click` come from the same origin, by the same way.

import { createServer, connect } from 'node:net';

/** Requests for `path` are answered with `html`, all others by whoever listens at `port` of `host`. */
export async function front({ host, port, path, html }) {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(html)}\r\n\r\n`;
  const asks = `GET ${path} `;
  const open = new Set();
  const server = createServer((client) => {
    client.setNoDelay(true);
    let behind;
    const ends = () => (client.destroy(), behind?.destroy(), open.delete(client));
    open.add(client);
    client.on('error', ends).on('close', ends);
    client.on('data', (bytes) => {
      // A browser sends its next request when it has the answer to the last, and by whichever connection is free.
      if (bytes.toString('latin1', 0, asks.length) === asks) {
        client.write(head + html);
        return;
      }
      if (!behind) {
        behind = connect(port, host).setNoDelay(true);
        behind.on('error', ends).on('close', ends);
        behind.pipe(client);
      }
      behind.write(bytes);
    });
  });
  await new Promise((done, failed) => server.once('error', failed).listen(0, host, done));
  return {
    port: server.address().port,
    close: () => new Promise((done) => (server.close(done), open.forEach((client) => client.destroy()))),
  };
}
