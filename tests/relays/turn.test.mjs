// The stream handed to a WHIP server that is reached through a TURN server alone, a real coturn, which it names in its answer (RFC 9725 section 4.6).
// It runs in a network of its own (scripts/relays.sh).

import assert from 'node:assert/strict';
import { broadcast } from '../browser/support/skylark.mjs';
import { needs } from '../support/needs.mjs';
import { Coturn, missing } from './support/coturn.mjs';
import { door } from './support/door.mjs';
import { Janus } from './support/janus.mjs';
import { withRules } from './support/packets.mjs';
import { WhipServer } from './support/whip-server.mjs';

const { test, before, after } = needs(process.env.SKYLARK_RELAYS_MISSING || missing());

const SECRET = 'a-secret-of-the-endpoint';
const ROOM = 4243;

let janus, server, room, coturn, front, skylark, url;

before(async () => {
  janus = new Janus();
  await janus.start();
  room = await janus.makeRoom(ROOM, 'h264');
  server = new WhipServer();
  await server.start();
  coturn = new Coturn();
  await coturn.start();
  const { origin, pathname } = new URL((await server.endpoint('turn', ROOM, SECRET)).replace('whip+', ''));
  front = await door(origin, { fields: { Link: coturn.link } });
  url = `whip+${front.origin}${pathname}`;
  skylark = await broadcast({ args: ['--size', '640x360', '--bitrate', '900k'] });
});

after(async () => {
  await skylark?.remove();
  front?.close();
  await server?.stop();
  await coturn?.remove();
  await janus?.remove();
});

test('media goes by the TURN server that the answer names, where there is no other way', async () => {
  // Janus' own ports are for who comes from the TURN server's.
  const { ports } = coturn;
  const others = `udp dport 20000-30000 udp sport != ${ports} counter drop\n udp sport 20000-30000 udp dport != ${ports} counter drop`;
  const listed = await withRules(others, async () => {
    skylark.tell('relay', { url, secrets: { bearer: SECRET } });
    const runs = ({ event, state }) => event === 'relay' && state === 'running';
    await skylark.event(runs, 'the relay runs', { withinMs: 30_000 });
    const { f, h, q, sound } = await room.count(3000);
    for (const [name, layer] of Object.entries({ f, h, q, sound }))
      assert.ok(layer.pictures > 60, `${name}: ${JSON.stringify(layer)}`);
  });
  assert.match(listed, /counter packets [1-9]/, 'the direct way was tried, and led nowhere');
  assert.match(coturn.log, /new, realm=<skylark>, username=<somebody>/);
  assert.ok(!(JSON.stringify(skylark.events) + skylark.log).includes(coturn.password), 'its secret is told to nobody');
});
