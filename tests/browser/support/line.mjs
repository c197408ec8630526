// A line for TCP between a browser and a program on this machine, which can be held, cut and mended. Media goes another way.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A line to `port` of this machine. What is said is said to its own port. */
export async function line(port) {
  const pairs = new Set();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const end of pair) {
      // Its close follows.
      end.on('error', () => {});
      end.on('close', () => {
        pairs.delete(pair);
        pair.forEach((other) => other.destroy());
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    /** What the browser says is taken, and does not arrive. */
    hold() {
      for (const [near, far] of pairs) near.unpipe(far);
    },
    /** Every connection breaks, and none comes about. */
    cut() {
      whole = false;
      for (const [near] of pairs) near.destroy();
    },
    mend() {
      whole = true;
    },
    async close() {
      this.cut();
      server.close();
      await once(server, 'close');
    },
  };
}
