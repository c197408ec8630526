// A wire between one browser and the media port, that loses the DTLS datagrams it is told to lose.

import { createSocket } from 'node:dgram';

/** RFC 7983: the first byte tells DTLS from STUN and RTP. */
const isDtls = (datagram) => datagram[0] >= 20 && datagram[0] <= 63;

/** The first handshake message in a datagram in the clear (RFC 6347 4.2.2); 2 is the ServerHello. */
export const handshakeType = (datagram) => (datagram[0] === 22 && datagram.readUInt16BE(3) === 0 ? datagram[13] : null);

/**
 * `loses(direction, number, datagram)` is asked for every DTLS datagram; direction is 'up' (browser to host) or 'down',
 * number counts from 1.
 */
export async function lossyWire(port, loses) {
  const front = createSocket('udp4');
  const backs = new Map();
  const counted = { up: 0, down: 0, lost: 0 };
  const passes = (direction, datagram) => {
    if (!isDtls(datagram)) return true;
    counted[direction] += 1;
    const lost = loses(direction, counted[direction], datagram);
    if (lost) counted.lost += 1;
    return !lost;
  };
  front.on('message', (datagram, from) => {
    const key = `${from.address}:${from.port}`;
    let back = backs.get(key);
    if (!back) {
      back = createSocket('udp4');
      back.on('message', (answer) => {
        if (passes('down', answer)) front.send(answer, from.port, from.address);
      });
      backs.set(key, back);
    }
    if (passes('up', datagram)) back.send(datagram, port, '127.0.0.1');
  });
  await new Promise((bound) => front.bind(0, '127.0.0.1', bound));
  return {
    port: front.address().port,
    counted,
    close() {
      front.close();
      for (const back of backs.values()) back.close();
    },
  };
}

/** Makes a page's WHEP answers name the wire instead of the media port. */
export async function through(page, wirePort) {
  await page.route('**/whep/*', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const response = await route.fetch();
    const answer = await response.text();
    const body = answer.replace(/^(a=candidate:\S+ \d+ udp \d+ )\S+ \d+( typ host)/gim, `$1127.0.0.1 ${wirePort}$2`);
    await route.fulfill({ response, body });
  });
}
