// A viewer who does well, for tests.
import type { Layer, Viewer } from '../protocol/index.ts';

export const full: Layer = { codec: 'h264', rid: 'f', temporal: 2, height: 720 };

export function viewer(id: number, stats: Partial<Viewer['stats']> = {}, more: Partial<Viewer> = {}): Viewer {
  const still = {
    layer: full,
    rtt_ms: 20,
    loss: 0,
    bitrate_kbps: 2500,
    latency_ms: null,
    line_kbps: null,
    capped: null,
  };
  const who = { id, address: '10.0.0.7', browser: 'Chrome, Linux', since_at: 0, rejected: [] };
  return { ...who, stats: { ...still, ...stats }, ...more };
}
