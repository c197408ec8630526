// A door in front of a WHIP server, which changes what is offered or what is answered.

import { createServer } from 'node:http';

/** `offers` changes an offer; `fields` are said with what is answered to it. Where the door of this server (`http://HOST:PORT`) is. */
export async function door(origin, { offers = (offer) => offer, fields = {} }) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const { method } = request;
    const answered = await fetch(origin + request.url, {
      method,
      headers,
      body: method === 'DELETE' ? undefined : method === 'POST' ? offers(body) : body,
    });
    const known = [...answered.headers].filter(([name]) => ['content-type', 'location', 'etag'].includes(name));
    response.writeHead(answered.status, { ...Object.fromEntries(known), ...(method === 'POST' ? fields : {}) });
    response.end(await answered.text());
  });
  await new Promise((listening) => server.listen(0, '127.0.0.77', listening));
  return { origin: `http://127.0.0.77:${server.address().port}`, close: () => server.close() };
}

/** A server that knows nothing of simulcast: the layers are taken out of what is offered. */
export const withoutSimulcast = (origin) =>
  door(origin, {
    offers: (offer) =>
      offer.replace(/a=(rid|simulcast):.*\r\n/g, '').replace(/a=extmap:\d+ \S*(rtp-stream-id)\r\n/g, ''),
  });
