// A player in Chromium that takes counter-offers and has no page: it hears nothing of a kick, and shows what still comes.

/** Joins as a client of this name, which keeps no cookie; with `answers: false` it is offered something and says nothing more. */
export async function watchBareHanded(chromium, whep, { answers = true, as = 'a player' } = {}) {
  const context = await chromium.browser.newContext({ userAgent: as });
  const page = await context.newPage();
  // A page of the same origin, so that it is a browser like any other.
  await page.goto(new URL('/healthz', whep).href);
  const session = await page.evaluate(join, { whep, answers });
  const packets = () =>
    page.evaluate(async () => {
      let sum = 0;
      for (const entry of (await window.connection.getStats()).values())
        if (entry.type === 'inbound-rtp') sum += entry.packetsReceived;
      return sum;
    });
  return {
    /** Asks about its session. */
    session: (method) => fetch(session, { method }),

    receives: async () => {
      const end = Date.now() + 10_000;
      while ((await packets()) < 50) {
        if (Date.now() > end) throw new Error(`it receives ${await packets()} packets`);
        await new Promise((over) => setTimeout(over, 50));
      }
    },

    /** What is on its way may come for half a second; after that nothing does for two. */
    receivesNothing: async () => {
      await new Promise((over) => setTimeout(over, 500));
      const before = await packets();
      await new Promise((over) => setTimeout(over, 2000));
      const more = (await packets()) - before;
      if (more > 0) throw new Error(`${more} packets came after it was removed`);
    },

    close: () => context.close(),
  };
}

/** Asks for an offer and says goodbye, so many times, four at a time and as fast as it is answered. */
export async function comeAndGo(chromium, whep, times) {
  const context = await chromium.browser.newContext({ userAgent: 'restless' });
  const page = await context.newPage();
  await page.goto(new URL('/healthz', whep).href);
  await page.evaluate(joinAndLeave, { whep, times });
  await context.close();
}

async function joinAndLeave({ whep, times }) {
  const connection = new RTCPeerConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  const { sdp: body } = await connection.createOffer();
  connection.close();
  const headers = { 'Content-Type': 'application/sdp', 'Skylark-Counter-Offer': '1' };
  const one = async () => {
    while (times-- > 0) {
      const posted = await fetch(whep, { method: 'POST', body, headers });
      if (posted.status !== 406) throw new Error(`${posted.status}: ${await posted.text()}`);
      await fetch(new URL(posted.headers.get('Location'), whep), { method: 'DELETE' });
    }
  };
  await Promise.all([one(), one(), one(), one()]);
}

async function join({ whep, answers }) {
  const connection = new RTCPeerConnection();
  connection.addTransceiver('audio', { direction: 'recvonly' });
  connection.addTransceiver('video', { direction: 'recvonly' });
  const offer = await connection.createOffer();
  connection.close();
  const sdp = { 'Content-Type': 'application/sdp' };
  const posted = await fetch(whep, {
    method: 'POST',
    body: offer.sdp,
    headers: { ...sdp, 'Skylark-Counter-Offer': '1' },
  });
  if (posted.status !== 406) throw new Error(`${posted.status}: ${await posted.text()}`);
  const session = new URL(posted.headers.get('Location'), whep).href;
  if (!answers) return session;
  window.connection = new RTCPeerConnection();
  for (let offered = posted; offered.status !== 204;) {
    await window.connection.setRemoteDescription({ type: 'offer', sdp: await offered.text() });
    const answer = await window.connection.createAnswer();
    await window.connection.setLocalDescription(answer);
    offered = await fetch(session, { method: 'PATCH', body: answer.sdp, headers: sdp });
    if (!offered.ok) throw new Error(`${offered.status}: ${await offered.text()}`);
  }
  return session;
}
