// The front that Skylark hands its stream to a mediasoup by. mediasoup is a library: this is the server around it, and whoever runs it may change it.
//
// One WebSocket at wss://HOST:PORT/NAME is one stream, for as long as it is open; each message is JSON.
//   Skylark says                                              the front says
//   {publish: {srtp, cname, video: {pt, ssrcs}, audio: {pt, ssrc}}}   {published: {ip, port, srtp}} or {refuses: "why"}
//                                                             {hears: BYTES} each second: what has arrived so far
//   {admit: ID}                                               {viewer: ID, offer: SDP} or {viewer: ID, refuses: "why"}
//   {answer: ID, sdp: SDP}                                    {viewer: ID, takes: true}, {viewer: ID, flows: true}, {viewer: ID, gone: true}
//   {drop: ID}                                                {ended: "replaced"}: another publishes by this name now
// GET /NAME tells, with the same key, what arrives and who watches.
// A site of your own with mediasoup-client in its page asks for what that needs, with the key, which is not for the page:
//   POST /NAME/guests                       {guest, rtpCapabilities, transport}
//   POST /NAME/guests/GUEST {rtpCapabilities}   {consumers}, and then, when the page's transport connects, {dtlsParameters}
//   DELETE /NAME/guests/GUEST
//
// Environment: KEY (required), CERT and CERT_KEY (PEM files; without them there is no TLS, and LISTEN is to be an address of a private network), LISTEN,
// PORT, ANNOUNCED (the address that others reach it by, where that is another), MEDIA_PORT (the first of one a core, UDP and TCP), RTP_PORTS (of streams
// that come in), CORES.
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { availableParallelism } from 'node:os';
import mediasoup from 'mediasoup';
import { WebSocketServer } from 'ws';

const { KEY, CERT, CERT_KEY, LISTEN: ip = '127.0.0.1', ANNOUNCED: announcedIp } = process.env;
const { PORT = 4443, MEDIA_PORT = 44400, RTP_PORTS = '45000-45999', CORES = availableParallelism() } = process.env;
if (!KEY || KEY.length < 16) throw new Error('KEY is to be a secret of 16 characters or more.');
const [rtcMinPort, rtcMaxPort] = RTP_PORTS.split('-').map(Number);
const rtcpFeedback = ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'].map((feedback) => {
  const [type, parameter] = feedback.split(' ');
  return { type, parameter };
});
const h264 = { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 };
const picture = { mimeType: 'video/H264', clockRate: 90000, parameters: h264, rtcpFeedback };
const sound = { mimeType: 'audio/opus', clockRate: 48000, channels: 2, parameters: { useinbandfec: 1, stereo: 1 } };
const mediaCodecs = [
  { kind: 'audio', preferredPayloadType: 111, ...sound },
  { kind: 'video', preferredPayloadType: 102, ...picture },
];
// A worker is a process with one thread.
const cores = await Promise.all(
  [...Array(Number(CORES)).keys()].map(async (core) => {
    const worker = await mediasoup.createWorker({ logLevel: 'warn', rtcMinPort, rtcMaxPort });
    worker.on('died', () => {
      console.error('A worker died.');
      process.exit(1);
    });
    const listenInfos = ['udp', 'tcp'].map((protocol) => ({
      protocol,
      ip,
      announcedIp,
      port: Number(MEDIA_PORT) + core,
    }));
    return { worker, server: await worker.createWebRtcServer({ listenInfos }) };
  }),
);
const streams = new Map();

class Stream {
  viewers = new Map();
  bytes = 0;
  constructor(name, socket) {
    this.name = name;
    this.socket = socket;
  }
  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  async publish({ srtp, cname, video, audio }) {
    this.routers = await Promise.all(cores.map(({ worker }) => worker.createRouter({ mediaCodecs })));
    this.load = cores.map(() => 0);
    const { cryptoSuite: srtpCryptoSuite } = srtp;
    this.transport = await this.routers[0].createPlainTransport({
      listenIp: { ip, announcedIp },
      rtcpMux: true,
      comedia: true,
      enableSrtp: true,
      srtpCryptoSuite,
    });
    await this.transport.connect({ srtpParameters: srtp });
    const produce = (kind, codec, encodings) =>
      this.transport.produce({ kind, rtpParameters: { codecs: [codec], encodings, rtcp: { cname } } });
    const encodings = video.ssrcs.map((ssrc) => ({ ssrc }));
    this.producers = [
      await produce('audio', { ...sound, payloadType: audio.pt }, [{ ssrc: audio.ssrc }]),
      await produce('video', { ...picture, payloadType: video.pt }, encodings),
    ];
    // To all cores, so that whoever is the first there waits for nothing.
    this.piped = this.routers.map(
      (router, core) =>
        core &&
        Promise.all(this.producers.map(({ id: producerId }) => this.routers[0].pipeToRouter({ producerId, router }))),
    );
    // Who is let in hears of it.
    this.piped.slice(1).forEach((pipes) => pipes.catch(() => {}));
    this.transport.on('tuple', () => this.hears());
    this.beat = setInterval(() => this.hears(), 1000);
    this.say({
      published: { ip: announcedIp ?? ip, port: this.transport.tuple.localPort, srtp: this.transport.srtpParameters },
    });
  }

  async hears() {
    const [{ bytesReceived }] = await this.transport.getStats().catch(() => [{}]);
    if (bytesReceived !== undefined) this.say({ hears: (this.bytes = bytesReceived) });
  }

  // On the core with the fewest viewers. Nothing: it was dropped meanwhile.
  async seat(id, tell) {
    const core = this.load.indexOf(Math.min(...this.load)),
      router = this.routers[core];
    const viewer = { id, core, consumers: [] };
    this.load[core]++;
    this.viewers.set(id, viewer);
    await this.piped[core];
    const transport = await router.createWebRtcTransport({
      webRtcServer: cores[core].server,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 2_000_000,
    });
    if (!this.viewers.has(id)) return transport.close();
    viewer.transport = transport;
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected') tell({ flows: true });
      if (state === 'closed' || state === 'failed') {
        tell({ gone: true });
        this.drop(id);
      }
    });
    return viewer;
  }

  async consume({ transport, consumers }, rtpCapabilities) {
    for (const { id: producerId } of this.producers)
      consumers.push(await transport.consume({ producerId, rtpCapabilities, paused: true }));
  }

  async begin({ transport, consumers }, dtlsParameters) {
    await transport.connect({ dtlsParameters });
    for (const consumer of consumers) await consumer.resume();
  }

  async admit(id) {
    const viewer = await this.seat(id, (what) => this.say({ viewer: id, ...what }));
    if (!viewer) return;
    await this.consume(viewer, this.routers[viewer.core].rtpCapabilities);
    if (this.viewers.has(id)) this.say({ viewer: id, offer: offer(viewer.transport, viewer.consumers) });
  }

  // Whom Skylark is not told of. Who comes no further makes room.
  async guest() {
    const guest = randomUUID(),
      viewer = await this.seat(guest, () => {});
    if (!viewer) throw new Error('The stream has ended.');
    setTimeout(() => viewer.transport.dtlsState !== 'connected' && this.drop(guest), 15_000).unref();
    const { id, iceParameters, iceCandidates, dtlsParameters } = viewer.transport;
    const { rtpCapabilities } = this.routers[viewer.core];
    return { guest, rtpCapabilities, transport: { id, iceParameters, iceCandidates, dtlsParameters } };
  }

  async guestSays(viewer, { rtpCapabilities, dtlsParameters }) {
    if (dtlsParameters) return this.begin(viewer, dtlsParameters);
    if (!viewer.consumers.length) await this.consume(viewer, rtpCapabilities);
    const consumers = viewer.consumers.map(({ id, producerId, kind, rtpParameters }) => ({
      id,
      producerId,
      kind,
      rtpParameters,
    }));
    return { consumers };
  }

  async answer(id, sdp) {
    const viewer = this.viewers.get(id),
      find = (what) => new RegExp(`^a=${what}`, 'm').exec(sdp);
    const [, algorithm, value] = find('fingerprint:(\\S+) (\\S+)') ?? [],
      role = find('setup:passive') ? 'server' : 'client';
    if (!viewer?.transport || !value) throw new Error('That is no answer to what was offered.');
    await this.begin(viewer, { role, fingerprints: [{ algorithm, value }] });
    this.say({ viewer: id, takes: true });
  }

  drop(id) {
    const viewer = this.viewers.get(id);
    if (viewer) {
      this.viewers.delete(id);
      this.load[viewer.core]--;
      viewer.transport?.close();
    }
  }

  end() {
    this.over = true;
    clearInterval(this.beat);
    this.routers?.forEach((router) => router.close());
    if (streams.get(this.name) === this) streams.delete(this.name);
  }

  async told() {
    const what = ['ssrc', 'packetCount', 'bitrate', 'packetsLost', 'packetsRepaired'];
    const layers = (await this.producers[1].getStats()).map((of) =>
      Object.fromEntries(what.map((key) => [key, of[key]])),
    );
    const viewers = [...this.viewers.values()].map(({ id, core, transport, consumers }) => ({
      id,
      core,
      state: transport?.dtlsState,
      layer: consumers[1]?.currentLayers?.spatialLayer,
    }));
    return { bytes: this.bytes, layers, viewers };
  }

  async take(message) {
    const id = message.admit ?? message.answer;
    try {
      if (message.publish && !this.routers) {
        await this.publish(message.publish);
        // It may have ended meanwhile.
        if (this.over) this.end();
      } else if (message.admit !== undefined) await this.admit(id);
      else if (message.answer !== undefined) await this.answer(id, String(message.sdp));
      else if (message.drop !== undefined) this.drop(message.drop);
    } catch (error) {
      // Whoever was dropped meanwhile is told nothing.
      if (id === undefined) this.say({ refuses: error.message });
      else if (this.viewers.has(id)) {
        this.drop(id);
        this.say({ viewer: id, refuses: error.message });
      }
    }
  }
}

function offer({ iceParameters: ice, iceCandidates, dtlsParameters: dtls }, consumers) {
  const print = dtls.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  const media = consumers.map(
    ({
      kind,
      rtpParameters: {
        codecs,
        headerExtensions,
        encodings: [{ ssrc, rtx }],
        mid,
        rtcp: { cname },
      },
    }) => [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${mid}`,
      'a=sendonly',
      'a=rtcp-mux',
      'a=rtcp-rsize',
      `a=msid:skylark ${kind}`,
      `a=ice-ufrag:${ice.usernameFragment}`,
      `a=ice-pwd:${ice.password}`,
      `a=fingerprint:sha-256 ${print.value}`,
      'a=setup:actpass',
      ...headerExtensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
      ...codecs.flatMap(({ payloadType: pt, mimeType, clockRate, channels, parameters, rtcpFeedback: asks = [] }) => [
        `a=rtpmap:${pt} ${mimeType.split('/')[1]}/${clockRate}${channels > 1 ? `/${channels}` : ''}`,
        ...(Object.keys(parameters).length
          ? [
              `a=fmtp:${pt} ${Object.entries(parameters)
                .map(([name, value]) => `${name}=${value}`)
                .join(';')}`,
            ]
          : []),
        ...asks.map(({ type, parameter }) => `a=rtcp-fb:${pt} ${type}${parameter ? ` ${parameter}` : ''}`),
      ]),
      ...(rtx ? [`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`] : []),
      ...[ssrc, rtx?.ssrc].filter(Boolean).map((source) => `a=ssrc:${source} cname:${cname}`),
      ...iceCandidates.map(
        ({ foundation, protocol, priority, ip: address, port, type, tcpType }) =>
          `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcpType ? ` tcptype ${tcpType}` : ''}`,
      ),
      'a=end-of-candidates',
    ],
  );
  const bundle = consumers.map(({ rtpParameters: { mid } }) => mid).join(' ');
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${bundle}`,
    'a=msid-semantic: WMS *',
    ...media.flat(),
    '',
  ].join('\r\n');
}

const knows = ({ headers: { authorization = '' } }) => {
  const [said, right] = [authorization, `Bearer ${KEY}`].map((text) => Buffer.from(text));
  return said.length === right.length && timingSafeEqual(said, right);
};
const refuse = (socket, status) =>
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
const name = ({ url }) => /^\/([^/?]+)$/.exec(url)?.[1];
const server = CERT
  ? https.createServer({ cert: readFileSync(CERT), key: readFileSync(CERT_KEY) })
  : http.createServer();
server.on('request', async (request, response) => {
  const [status, body] = await asked(request).catch(({ message }) => [400, { message }]);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body ? JSON.stringify(body) : '');
});
async function asked(request) {
  const [, of, guests, guest] = /^\/([^/?]+)(\/guests(?:\/([^/?]+))?)?$/.exec(request.url) ?? [],
    stream = streams.get(of);
  if (!knows(request)) return [401];
  if (!stream?.producers) return [404];
  if (!guests) return [200, await stream.told()];
  if (!guest) return request.method === 'POST' ? [201, await stream.guest()] : [405];
  const viewer = stream.viewers.get(guest);
  if (request.method === 'DELETE') return stream.drop(guest), [204];
  if (!viewer?.transport) return [404];
  let text = '';
  for await (const part of request) if ((text += part).length > 65_536) return [413];
  const told = await stream.guestSays(viewer, JSON.parse(text));
  return told ? [200, told] : [204];
}
const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
server.on('upgrade', (request, raw, head) => {
  raw.on('error', () => raw.destroy());
  if (!knows(request)) return refuse(raw, 401);
  if (!name(request)) return refuse(raw, 404);
  sockets.handleUpgrade(request, raw, head, (socket) => {
    const stream = new Stream(name(request), socket),
      before = streams.get(stream.name);
    streams.set(stream.name, stream);
    // Whoever is cut off comes back before that is noticed here.
    if (before) {
      before.say({ ended: 'replaced' });
      before.socket.close();
      before.end();
    }
    let alive = true;
    const asks = setInterval(() => {
      if (!alive) socket.terminate();
      alive = false;
      socket.ping();
    }, 5000);
    socket.on('pong', () => (alive = true));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(asks);
      stream.end();
    });
    socket.on('message', (text) => {
      try {
        stream.take(JSON.parse(text) ?? {});
      } catch {
        socket.terminate();
      }
    });
  });
});
server.listen(Number(PORT), ip, () =>
  console.log(`mediasoup ${mediasoup.version} on ${cores.length} cores, at ${ip}:${PORT}`),
);
