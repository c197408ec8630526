// Why nothing is seen, as far as a connection tells.
import type { FailureCode } from '../protocol/index.ts';
import type { Reading } from './stats.ts';

/** From the first packet of the picture to the first that was decoded. */
const decodedWithinMs = 8000;

/** How far a connection came that never was one. */
export function whyUnconnected({ iceConnectionState, localDescription }: RTCPeerConnection): FailureCode {
  if (['connected', 'completed'].includes(iceConnectionState)) return 'no_handshake';
  // Of TCP there may be candidates: nobody here takes it.
  return /a=candidate:\S+ \d+ udp /i.test(localDescription?.sdp ?? '') ? 'no_way' : 'no_network';
}

/** Looks whether packets of a picture become one. */
export class Decoding {
  #since: number | null = null;
  #settled = false;

  /** True once, when packets have come for long enough and nothing was made of them. */
  fails({ packets, decoded }: Reading['picture'], now: number): boolean {
    if (this.#settled || packets === 0 || decoded === null) return false;
    this.#since ??= now;
    const late = now - this.#since > decodedWithinMs;
    this.#settled = decoded > 0 || late;
    return late && decoded === 0;
  }
}
