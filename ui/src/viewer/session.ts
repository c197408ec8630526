/** One WHEP session: from the offer to the last packet. Knows no page and draws nothing. */

import type { FailureCode } from '../protocol/index.ts';
import { SoundGate } from './gate.ts';
import { ClockDifference, latencyByPlayoutMs, latencyMs, type Captured, type Shown } from './latency.ts';
import { Decoding, whyUnconnected } from './reasons.ts';
import { accepted, restartFragment, withCredentials, withStereo } from './sdp.ts';
import { read, type Reading } from './stats.ts';
import { answer, create, presence, remove, restart, type Answered, type Refusal } from './whep.ts';

export interface SessionEvents {
  /** The server answered: the tracks to show, and the session's id. */
  held(stream: MediaStream, id: string): void;
  /** Packets arrive, for the first time or again. */
  flowing(): void;
  /** What arrived of a picture that comes from another server, or in a rehearsal: every two seconds. */
  path(picture: Reading['picture'], soundLateMs: number | null): void;
  /** Nothing arrives; the session is being asked for. */
  troubled(): void;
  refused(refusal: Refusal): void;
  /** Nothing was seen by it, and this is what the browser knows of why; the session is over when that was told. */
  failed(code: FailureCode, session: string | null): Promise<void>;
  /** It cannot be brought back. Said once, and nothing after it. */
  lost(): void;
}

/** How often the packets are counted. */
const countEveryMs = 500;
/** Each such count of what comes from elsewhere is told: not every server there looks how much a path carries. And in a rehearsal. */
const tellEvery = 4;
/** Sound is sent 50 times a second: this long without any packet is no accident. The session is asked for, once. */
const quietMs = 1500;
/** Who is sent the stream from elsewhere says so often that it still watches, and learns whether it may. */
const askEveryMs = 15_000;
/** Offers from elsewhere that are answered in a row: one for the connection, and a few for what is sent on it. */
const mostOffers = 5;
/** From the answer, or an ICE restart, until connected. */
const connectWithinMs = 8000;
/** From connected to the first packet; a stream that is silent for longer is taken for what it is. */
const silentMs = 2000;

/**
 * There was no way to another server: the next session asks for the stream from the one that is asked, though it may be smaller. The one
 * after that asks for either again, as there may be no room here, or the network is another one.
 */
let noWayElsewhere = false;

/** Null where the browser makes no connection now: Firefox refuses to while the network is down. */
export type Begin = (whep: string, on: SessionEvents) => Session | null;

export const begin: Begin = (whep, on) => {
  try {
    return new Session(whep, on);
  } catch {
    return null;
  }
};

export class Session {
  readonly #whep: string;
  readonly #on: SessionEvents;
  #pc: RTCPeerConnection;
  readonly #clock = new ClockDifference();
  #url: string | null = null;
  /** What the other side says of itself: the server's answer, or what was offered from elsewhere. */
  #answer = '';
  /** The stream comes from another server, which the one that is asked has the say over. */
  #elsewhere = false;
  /** What arrives is asked for: this is a rehearsal. */
  rehearses = false;
  #ended = false;
  #counting: ReturnType<typeof setInterval> | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #gate: SoundGate | undefined;
  #checking = false;
  #flows = false;
  #packets = 0;
  #counts = 0;
  #grewAt = 0;
  #asked = false;
  /** It has been connected; before that there is nothing an ICE restart could bring back. */
  #wasConnected = false;
  #playout: Reading['playout'] = null;
  readonly #decoding = new Decoding();

  constructor(whep: string, on: SessionEvents) {
    this.#whep = whep;
    this.#on = on;
    this.#pc = this.#connection();
  }

  #connection(): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    pc.addEventListener('connectionstatechange', () => this.#connectionChanged());
    return pc;
  }

  /**
   * POSTs the offer at once: the server is ICE-lite and learns this side's candidates from the checks it gets, so
   * none is waited for and none is trickled.
   */
  async join(): Promise<void> {
    let creating: ReturnType<typeof create> | undefined;
    try {
      const [sound] = ['audio', 'video'].map((kind) => {
        const transceiver = this.#pc.addTransceiver(kind, { direction: 'recvonly' });
        offerCaptureTime(transceiver);
        // What arrives is shown; the sender smooths, and a buffer would only be latency.
        if ('jitterBufferTarget' in transceiver.receiver) transceiver.receiver.jitterBufferTarget = 0;
        return transceiver.receiver;
      });
      const offering = this.#offer({});
      // While the browser makes the offer: starting a worker takes as long.
      if (sound) this.#gate = new SoundGate(sound, () => this.#lose());
      const { sdp, set } = await offering;
      if (this.#ended) return;
      creating = create(this.#whep, sdp, !noWayElsewhere);
      noWayElsewhere = false;
      const [created] = await Promise.all([creating, set]);
      if (this.#ended) {
        if ('url' in created) remove(created.url);
        return;
      }
      if (created.is === 'refused') {
        this.leave();
        this.#on.refused(created);
        return;
      }
      if (created.is === 'unreachable') {
        this.#lose();
        return;
      }
      this.#url = created.url;
      if (created.is === 'elsewhere') {
        await this.#joinElsewhere(created.url, created.offer);
        return;
      }
      this.#answer = created.answer;
      await this.#pc.setRemoteDescription({ type: 'answer', sdp: created.answer });
      if (!this.#ended) this.#hold();
    } catch {
      // Whatever the server made meanwhile, nobody will watch.
      if (!this.#url) void creating?.then((created) => 'url' in created && remove(created.url));
      this.#lose();
    }
  }

  /**
   * Answers what another server offers. By a connection of its own: what was offered before is of no use there. That server learns
   * this side's candidates from the checks it gets, as the other does.
   */
  async #joinElsewhere(url: string, offer: string): Promise<void> {
    this.#pc.close();
    this.#gate?.close();
    this.#elsewhere = true;
    this.#pc = this.#connection();
    let answered: Answered = { offer };
    let gated = false;
    // Some offer a connection first, and what is sent on it when that is answered.
    for (let n = 0; typeof answered === 'object' && n < mostOffers; n++) {
      this.#answer = answered.offer;
      await this.#pc.setRemoteDescription({ type: 'offer', sdp: answered.offer });
      for (const receiver of this.#pc.getReceivers())
        if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
      const sound = this.#pc.getReceivers().find(({ track }) => track.kind === 'audio');
      if (sound && !gated) this.#gate = new SoundGate(sound, () => this.#lose());
      gated ||= sound !== undefined;
      const { sdp: plain = '' } = await this.#pc.createAnswer();
      const sdp = withStereo(plain);
      await this.#pc.setLocalDescription({ type: 'answer', sdp });
      if (this.#ended) return;
      answered = await answer(url, sdp);
      if (this.#ended) return;
    }
    if (answered === 'refused') this.#findNoWay();
    else if (answered !== 'taken') this.#lose();
    else {
      this.#hold();
      this.#asking = setInterval(() => void this.check(), askEveryMs);
    }
  }

  /**
   * Finds out whether the server still has this session, by an ICE restart: it costs a few milliseconds and nothing of the
   * picture, finds a new way where the network changed, and fails at once where host or session are gone. A session that was
   * never connected is left to its deadline: a restart would throw away what its first connection has found so far.
   */
  async check(): Promise<void> {
    if (this.#ended || this.#checking || !this.#url || !this.#wasConnected) return;
    this.#checking = true;
    try {
      if (this.#elsewhere) {
        // A way that is lost there is not found again by this side: another session is.
        const isThere = this.#pc.connectionState === 'connected' ? await presence(this.#url) : 'gone';
        if (this.#ended) return;
        // A server that cannot be asked now takes nothing from a picture that moves: it is asked again.
        if (isThere === 'gone' || (isThere === 'unknown' && !this.#flows)) this.#lose();
        else if (!this.#flows) this.#expectPackets();
        return;
      }
      const { sdp, set } = await this.#offer({ iceRestart: true });
      await set;
      const fragment = await restart(this.#url, restartFragment(sdp));
      if (this.#ended) return;
      const answer = fragment === null ? null : withCredentials(this.#answer, fragment);
      if (answer === null) {
        this.#lose();
        return;
      }
      this.#answer = answer;
      await this.#pc.setRemoteDescription({ type: 'answer', sdp: answer });
      if (!this.#flows) this.#expectPackets();
    } catch {
      this.#lose();
    } finally {
      this.#checking = false;
    }
  }

  /** The page was frozen, or nobody saw it: a connection that died meanwhile is to be found out now. */
  wake(): void {
    if (this.#url) void this.#count();
  }

  /** The video says that its stream is over, which only a closed connection does. */
  stoodStill(): void {
    this.#lose();
  }

  /** The network came back or is another one. What a join has gathered on the old one is of no use: it is begun anew. */
  networkChanged(): void {
    if (this.#wasConnected && !this.#elsewhere) void this.check();
    else if (this.#url) this.#lose();
  }

  /** Ends the session on both sides, and its picture. Nothing is said afterwards. */
  leave(): void {
    this.#end();
    this.#pc.close();
    this.#gate?.close();
  }

  /** All that the browser tells of the connection; null when it is over. */
  report(): Promise<RTCStatsReport> | null {
    return this.#ended ? null : this.#pc.getStats();
  }

  /** Glass to glass for a frame that is on the screen; null where this browser or this sender does not tell enough. */
  latencyMs(shown: Shown): number | null {
    const difference = this.#clock.ms;
    // What another server says of its clock says nothing of when a picture was taken.
    if (this.#ended || this.#elsewhere || difference === null) return null;
    const receiver = this.#pc.getReceivers().find(({ track }) => track.kind === 'video');
    const source = receiver?.getSynchronizationSources()[0] as Partial<Captured> | undefined;
    if (source?.rtpTimestamp !== undefined && source.captureTimestamp !== undefined) {
      const captured: Captured = {
        rtpTimestamp: source.rtpTimestamp,
        captureTimestamp: source.captureTimestamp,
        senderCaptureTimeOffset: source.senderCaptureTimeOffset ?? 0,
      };
      return latencyMs(shown, captured, difference);
    }
    if (!this.#playout) return null;
    return latencyByPlayoutMs(this.#playout.estimatedMs, this.#playout.sampledAtMs, difference);
  }

  /** `set`: it is this side's description. The server need not wait for that. */
  async #offer(options: RTCOfferOptions): Promise<{ sdp: string; set: Promise<void> }> {
    const { sdp: plain = '' } = await this.#pc.createOffer(options);
    const sdp = withStereo(plain);
    const set = this.#pc.setLocalDescription({ type: 'offer', sdp });
    // Whoever waits for it hears of a failure; who has left meanwhile does not wait, and a page must not be told of that.
    set.catch(() => {});
    return { sdp, set };
  }

  #hold(): void {
    const kinds = accepted(this.#answer);
    const tracks = this.#pc.getReceivers().map(({ track }) => track);
    const stream = new MediaStream(tracks.filter(({ kind }) => (kind === 'video' ? kinds.video : kinds.audio)));
    for (const track of stream.getTracks()) track.addEventListener('unmute', () => this.#flow());
    this.#counting = setInterval(() => void this.#count(), countEveryMs);
    this.#expectPackets();
    this.#on.held(stream, this.#id ?? '');
  }

  #connectionChanged(): void {
    if (this.#ended) return;
    switch (this.#pc.connectionState) {
      case 'connected':
        this.#wasConnected = true;
        // Before it is held nothing is sent yet: another offer has to be answered.
        if (!this.#flows && this.#counting !== undefined) this.#expectPackets();
        return;
      case 'disconnected':
        this.#stopFlowing();
        void this.check();
        return;
      case 'failed':
      case 'closed':
        this.#findNoWay();
    }
  }

  #expectPackets(): void {
    clearTimeout(this.#deadline);
    const connected = this.#pc.connectionState === 'connected';
    // Connected and silent is a stream whose camera and microphone are off, and no fault.
    this.#deadline = setTimeout(
      () => (this.#pc.connectionState === 'connected' ? this.#flow() : this.#findNoWay()),
      connected ? silentMs : connectWithinMs,
    );
  }

  async #count(): Promise<void> {
    const { packets, report, playout, picture, soundLateMs } = read(await this.#pc.getStats());
    if (this.#ended) return;
    if (report) this.#clock.add(report);
    this.#playout = playout;
    const now = performance.now();
    this.#counts += 1;
    if ((this.rehearses || (this.#elsewhere && picture.packets > 0)) && this.#counts % tellEvery === 0)
      this.#on.path(picture, soundLateMs);
    if (this.#decoding.fails(picture, now)) void this.#on.failed('no_picture', this.#id);
    if (packets > this.#packets) {
      this.#packets = packets;
      this.#grewAt = now;
      this.#asked = false;
      this.#flow();
    } else if (this.#flows && !this.#asked && now - this.#grewAt > quietMs) {
      this.#asked = true;
      this.#stopFlowing();
      void this.check();
    }
  }

  get #id(): string | null {
    return this.#url && this.#url.slice(this.#url.lastIndexOf('/') + 1);
  }

  #flow(): void {
    clearTimeout(this.#deadline);
    if (this.#flows || this.#ended) return;
    this.#flows = true;
    this.#grewAt = performance.now();
    this.#on.flowing();
  }

  #stopFlowing(): void {
    if (!this.#flows) return;
    this.#flows = false;
    this.#on.troubled();
  }

  /** The other side cannot be reached, or not any more. */
  #findNoWay(): void {
    // Some connect before anything is sent: who was not held has seen nothing from there.
    const watched = this.#wasConnected && this.#counting !== undefined;
    if (!this.#ended && this.#elsewhere && !watched) noWayElsewhere = true;
    // There the next session asks for the stream from here.
    const told =
      this.#ended || this.#elsewhere || this.#wasConnected
        ? undefined
        : this.#on.failed(whyUnconnected(this.#pc), this.#id);
    this.#lose(told);
  }

  /** The picture stands still until somebody calls `leave`: better to look at than none. The server keeps the session until `told`. */
  #lose(told?: Promise<void>): void {
    if (this.#ended) return;
    this.#end(told);
    this.#on.lost();
  }

  #end(told?: Promise<void>): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#counting);
    clearInterval(this.#asking);
    clearTimeout(this.#deadline);
    const url = this.#url;
    if (url && told) void told.then(() => remove(url));
    else if (url) remove(url);
  }
}

/** Browsers that know abs-capture-time may leave it out of the offer unless asked (WebRTC Extensions, section 5). */
function offerCaptureTime(transceiver: RTCRtpTransceiver): void {
  const extensible = transceiver as RTCRtpTransceiver & {
    getHeaderExtensionsToNegotiate?(): { uri: string; direction: string }[];
    setHeaderExtensionsToNegotiate?(extensions: { uri: string; direction: string }[]): void;
  };
  const extensions = extensible.getHeaderExtensionsToNegotiate?.();
  const captureTime = extensions?.find(({ uri }) => uri.endsWith('/abs-capture-time'));
  if (!extensions || !captureTime) return;
  captureTime.direction = 'sendrecv';
  extensible.setHeaderExtensionsToNegotiate?.(extensions);
}
