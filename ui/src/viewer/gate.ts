/**
 * Keeps sound out of the browser's buffer until it is played. A browser opens its sound device when the first sound is
 * there, and that takes it up to a second and more. What comes in the meantime waits in its buffer, and all sound after it
 * waits behind that: a second late at first, then made good by 60 ms a second.
 *
 * The frames go through a worker, which lets one pass, as a buffer that never had any counts nothing, and lets go of the
 * others until the buffer is read. (One that came before the browser was ready is lost: every half second there is another.) Nobody hears less by it: those frames come before the device. Where a browser lacks a
 * part of this, sound plays as it comes.
 */
export class SoundGate {
  readonly #receiver: RTCRtpReceiver;
  readonly #worker: Worker | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;

  /** To be made before this side's description is set: a browser may overlook it later. `failed`: no sound will come; the next gate is an open one. */
  constructor(receiver: RTCRtpReceiver, failed: () => void) {
    this.#receiver = receiver;
    if (broken || typeof Worker !== 'function' || typeof RTCRtpScriptTransform !== 'function') return;
    this.#worker = new Worker(new URL('./gate-worker.ts', import.meta.url), { name: 'sound' });
    this.#worker.onmessage = () => this.#ask();
    this.#worker.onerror = () => {
      broken = true;
      failed();
    };
    receiver.transform = new RTCRtpScriptTransform(this.#worker);
  }

  /** To be called when the connection is closed: until then all sound goes through here. */
  close(): void {
    clearInterval(this.#asking);
    this.#worker?.terminate();
  }

  /** One frame has passed. */
  #ask(): void {
    const reading = new Reading();
    const open = () => {
      clearInterval(this.#asking);
      this.#worker?.postMessage('open');
    };
    const began = performance.now();
    let lastPassed = began;
    this.#asking = setInterval(() => {
      if (performance.now() - began > openAfterMs) open();
      else
        void this.#receiver.getStats().then((stats) => {
          const samples = samplesRead(stats);
          if (reading.goesOn(samples)) open();
          else if (samples === 0 && performance.now() - lastPassed >= anotherAfterMs) {
            lastPassed = performance.now();
            this.#worker?.postMessage('one');
          }
        });
    }, askEveryMs);
  }
}

/** The worker could not be loaded, or threw. */
let broken = false;

/** Chromium gives the same statistics again for 50 ms. */
const askEveryMs = 60;
/** A device that is being opened may read a little, and then nothing for two seconds (Firefox: 40 ms of sound). */
const asksInARow = 3;
/** No device takes so long: the figures mean something else here. */
const openAfterMs = 5000;
const anotherAfterMs = 500;

/** Whether the buffer is read without a pause. */
class Reading {
  #last: number | undefined;
  #grew = 0;

  /** A browser that counts no samples is not waited for. */
  goesOn(samples: number | undefined): boolean {
    if (samples === undefined) return true;
    this.#grew = this.#last !== undefined && samples > this.#last ? this.#grew + 1 : 0;
    this.#last = samples;
    return this.#grew >= asksInARow;
  }
}

/** Samples are counted when they are read, made-up ones too. */
function samplesRead(stats: Iterable<[string, { type: string; totalSamplesReceived?: number }]>): number | undefined {
  for (const [, { type, totalSamplesReceived }] of stats) if (type === 'inbound-rtp') return totalSamplesReceived;
  return 0;
}
