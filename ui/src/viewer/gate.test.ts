// When the gate lets sound pass, with a worker that the test drives.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

class Transform {
  readonly worker: unknown;
  constructor(worker: unknown) {
    this.worker = worker;
  }
}

/** The worker's side, driven by the test. */
class FakeWorker {
  static last: FakeWorker;
  onmessage = () => {};
  onerror = () => {};
  told: unknown[] = [];
  ended = false;
  constructor() {
    FakeWorker.last = this;
  }
  postMessage = (told: unknown) => void this.told.push(told);
  terminate = () => void (this.ended = true);
}

let samples: number | undefined;
let receiver: { transform: unknown; getStats(): Promise<Map<string, unknown>> };
let failures: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('RTCRtpScriptTransform', Transform);
  // A gate that failed keeps all later ones open, so each test has a module of its own.
  vi.resetModules();
  samples = 480;
  failures = 0;
  receiver = {
    transform: null,
    getStats: () => Promise.resolve(new Map([['A', { type: 'inbound-rtp', totalSamplesReceived: samples }]])),
  };
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function gate() {
  const { SoundGate } = await import('./gate.ts');
  return new SoundGate(receiver as unknown as RTCRtpReceiver, () => (failures += 1));
}

test('it opens when the buffer is read without a pause, and asks no more', async () => {
  await gate();
  const worker = FakeWorker.last;
  expect(receiver.transform).toEqual(new Transform(worker));
  await vi.advanceTimersByTimeAsync(1000);
  samples = 48_000;
  await vi.advanceTimersByTimeAsync(1000);
  expect(worker.told, 'nothing has passed yet, so nothing is asked').toEqual([]);

  worker.onmessage();
  samples = 480;
  await vi.advanceTimersByTimeAsync(1000);
  samples = 2400;
  await vi.advanceTimersByTimeAsync(2000);
  expect(worker.told, 'a device is being opened, and has read a little').toEqual([]);
  const device = setInterval(() => (samples = (samples ?? 0) + 480), 10);
  await vi.advanceTimersByTimeAsync(400);
  expect(worker.told.length).toBeGreaterThan(0);
  const told = worker.told.length;
  await vi.advanceTimersByTimeAsync(1000);
  expect(worker.told.length).toBe(told);
  clearInterval(device);
});

test('a browser that counts no samples is not waited for, nor one whose count stands still', async () => {
  await gate();
  samples = undefined;
  FakeWorker.last.onmessage();
  await vi.advanceTimersByTimeAsync(100);
  expect(FakeWorker.last.told.length).toBeGreaterThan(0);

  await gate();
  samples = 480;
  FakeWorker.last.onmessage();
  await vi.advanceTimersByTimeAsync(4500);
  expect(FakeWorker.last.told).toEqual([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(FakeWorker.last.told.length).toBeGreaterThan(0);
});

test('a worker that does not load is told once, and the next session does without', async () => {
  await gate();
  FakeWorker.last.onerror();
  expect(failures).toBe(1);
  receiver.transform = null;
  await gate();
  expect(receiver.transform).toBeNull();
});

test('a browser without encoded transforms plays sound as it comes', async () => {
  vi.stubGlobal('RTCRtpScriptTransform', undefined);
  (await gate()).close();
  expect(receiver.transform).toBeNull();
});

test('where the first frame was lost it is followed by another now and then', async () => {
  await gate();
  samples = 0;
  FakeWorker.last.onmessage();
  await vi.advanceTimersByTimeAsync(1300);
  expect(FakeWorker.last.told).toEqual(['one', 'one']);
});

test('closing ends the worker and the asking', async () => {
  const open = await gate();
  FakeWorker.last.onmessage();
  open.close();
  samples = 48_000;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FakeWorker.last.told).toEqual([]);
  expect(FakeWorker.last.ended).toBe(true);
});
