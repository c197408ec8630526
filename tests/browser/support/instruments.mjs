// What the tests measure inside a watch page. These functions are sent into the page as text, before its own script.

/** Remembers every peer connection that the page makes. */
export function rememberConnections() {
  window.connections = [];
  const Native = window.RTCPeerConnection;
  if (!Native) return;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
}

/** Every frame that is shown, with the clock in it, for `ms` milliseconds. */
export function watchFrames(ms) {
  const video = document.querySelector('video');
  const frames = [];
  return new Promise((done) => {
    const until = performance.now() + ms;
    const shown = (now, meta) => {
      const clock = window.readClock(video);
      const shownAtMs = performance.timeOrigin + meta.expectedDisplayTime;
      const readAtMs = performance.timeOrigin + performance.now();
      const age = (at) => (clock === null ? null : ((Math.round(at) - clock.ms + 2 ** 31) >>> 0) - 2 ** 31);
      frames.push({ at: now, clock, latencyMs: age(shownAtMs), readMs: age(readAtMs), rtp: meta.rtpTimestamp });
      if (performance.now() < until) video.requestVideoFrameCallback(shown);
      else done(frames);
    };
    video.requestVideoFrameCallback(shown);
    setTimeout(() => done(frames), ms + 2000);
  });
}

/**
 * The strongest frequency left and right between 300 and 900 Hz, and the loudness of each where there is sound, over a third of a
 * second. The loudness is the middle one of windows of 10 ms: opening an audio graph makes a browser hold back sound on a busy
 * machine, and such a hole says nothing of how loud the rest is.
 */
export async function listen() {
  const context = new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(document.querySelector('video').srcObject);
  const splitter = context.createChannelSplitter(2);
  source.connect(splitter);
  const ears = [0, 1].map((channel) => {
    const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
    splitter.connect(analyser, channel);
    return analyser;
  });
  await new Promise((done) => setTimeout(done, 1200));
  const heard = ears.map((analyser) => {
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const width = context.sampleRate / analyser.fftSize;
    let best = Math.ceil(300 / width);
    for (let bin = best; bin < 900 / width; bin += 1) if (spectrum[bin] > spectrum[best]) best = bin;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const window10ms = Math.round(context.sampleRate / 100);
    const loudness = [];
    for (let start = 0; start + window10ms <= samples.length; start += window10ms) {
      const part = samples.subarray(start, start + window10ms);
      loudness.push(Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / window10ms));
    }
    const rms = loudness.sort((a, b) => a - b)[Math.floor(loudness.length / 2)];
    return { hertz: best * width, rms };
  });
  await context.close();
  return { left: heard[0], right: heard[1] };
}

/**
 * How much later the beep is heard than the flash is seen, in milliseconds, once for every second of `seconds`.
 * The beep is 1 kHz at five times the tone's loudness. Heard: when its first samples pass the page's audio graph;
 * seen: when the browser means to show the frame. The first `settle` seconds do not count: opening an audio graph makes
 * a browser hold back sound, and then catch up.
 */
export async function lipSync({ seconds, settle }) {
  const video = document.querySelector('video');
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.resume();
  const source = context.createMediaStreamSource(video.srcObject);
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  source.connect(analyser);
  await new Promise((done) => setTimeout(done, settle * 1000));
  const samples = new Float32Array(analyser.fftSize);
  const until = performance.now() + seconds * 1000;
  const beeps = [];
  const flashes = [];

  const ear = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const now = performance.now();
    const first = samples.findIndex((sample) => Math.abs(sample) > 0.3);
    // The onset itself has to be in sight: quiet before it, and not the same beep again.
    const quiet = 480;
    if (first < quiet || (beeps.length > 0 && now - beeps.at(-1) < 500)) return;
    beeps.push(now - ((samples.length - first) / context.sampleRate) * 1000);
  }, 5);

  let before = true;
  await new Promise((done) => {
    const shown = (now, meta) => {
      const on = window.readFlash(video);
      if (on && !before) flashes.push(meta.expectedDisplayTime);
      before = on;
      if (performance.now() < until) video.requestVideoFrameCallback(shown);
      else done();
    };
    video.requestVideoFrameCallback(shown);
  });
  clearInterval(ear);
  await context.close();
  const nearest = (flash) => beeps.map((beep) => beep - flash).sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  return flashes.map(nearest).filter((skew) => skew !== undefined && Math.abs(skew) < 400);
}

/** The statistics of the connection that is open now: those of one type (and kind). */
export async function statistics(type, kind) {
  const open = window.connections.filter((connection) => connection.connectionState !== 'closed').at(-1);
  const found = [];
  (await open.getStats()).forEach((entry) => {
    if (entry.type === type && (!kind || entry.kind === kind)) found.push({ ...entry });
  });
  return found;
}
