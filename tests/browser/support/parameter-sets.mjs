// What H.264 says that it is, read in Chromium from the bytes that its decoder is given: statistics only know what was answered.

/**
 * Runs on a page before its scripts. What each keyframe says is noted in `parameterSets`. The page's own
 * transform of the sound goes out of use for it: Chromium gives frames to one of the two interfaces.
 */
export function readParameterSets() {
  const parameterSets = [];
  Object.assign(globalThis, { parameterSets });
  delete globalThis.RTCRtpScriptTransform;

  /** The first bytes of each NAL unit of an Annex B stream. */
  const units = (bytes) => {
    const found = [];
    for (let at = 0; at + 3 < bytes.length; at += 1)
      if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1) found.push(bytes.subarray(at + 3, at + 15));
    return found;
  };
  /** `entropy_coding_mode_flag` stands after two numbers, each as ue(v) (H.264 7.3.2.2). */
  const arithmetic = (unit) => {
    const bits = [...unit.subarray(1)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    let at = 0;
    for (let number = 0; number < 2; number += 1) at += 2 * bits.slice(at).indexOf('1') + 1;
    return bits[at] === '1';
  };
  const note = (frame) => {
    const all = units(new Uint8Array(frame.data));
    const sequence = all.find(([first]) => (first & 0x1f) === 7);
    const picture = all.find(([first]) => (first & 0x1f) === 8);
    if (sequence && picture) parameterSets.push({ profile: sequence[1], arithmetic: arithmetic(picture) });
  };

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super({ ...configuration, encodedInsertableStreams: true });
      this.addEventListener('track', ({ receiver }) => {
        const { readable, writable } = receiver.createEncodedStreams();
        const reading = new TransformStream({
          transform(frame, onwards) {
            if (receiver.track.kind === 'video') note(frame);
            onwards.enqueue(frame);
          },
        });
        // It ends by failing, with the connection.
        readable
          .pipeThrough(reading)
          .pipeTo(writable)
          .catch(() => {});
      });
    }
  };
}
