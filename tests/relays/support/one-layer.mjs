// A door in front of a WHIP server that knows nothing of simulcast: it takes the layers out of what is offered.

import { createServer } from 'node:http';

/** Where the door of this server (`http://HOST:PORT`) is. */
export async function withoutSimulcast(origin) {
  const door = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const offered = body.replace(/a=(rid|simulcast):.*\r\n/g, '').replace(/a=extmap:\d+ \S*(rtp-stream-id)\r\n/g, '');
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const { method } = request;
    const answered = await fetch(origin + request.url, {
      method,
      headers,
      body: method === 'DELETE' ? undefined : offered,
    });
    const fields = [...answered.headers].filter(([name]) => ['content-type', 'location', 'etag'].includes(name));
    response.writeHead(answered.status, Object.fromEntries(fields));
    response.end(await answered.text());
  });
  await new Promise((listening) => door.listen(0, '127.0.0.77', listening));
  return { origin: `http://127.0.0.77:${door.address().port}`, close: () => door.close() };
}
