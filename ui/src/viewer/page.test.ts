// Where the stream is asked for, read from the page's address.
import { expect, test } from 'vitest';
import { backoffMs, politeMs } from './backoff.ts';
import { start, type Phase } from './machine.ts';
import { place } from './place.ts';
import { read } from './stats.ts';
import { watchingWords, withheldWords, words } from './words.ts';

test("the page's own address says where everything is", () => {
  expect(place(new URL('http://192.168.1.20:8787/w/abc'))).toEqual({
    whep: 'http://192.168.1.20:8787/whep/abc',
    events: 'ws://192.168.1.20:8787/w/abc/events',
    failed: 'http://192.168.1.20:8787/w/abc/failed',
    passcode: 'http://192.168.1.20:8787/w/abc/passcode',
  });
  expect(place(new URL('https://example.org/live/w/abc/?x=1#y'))).toEqual({
    whep: 'https://example.org/live/whep/abc',
    events: 'wss://example.org/live/w/abc/events',
    failed: 'https://example.org/live/w/abc/failed',
    passcode: 'https://example.org/live/w/abc/passcode',
  });
  expect(place(new URL('http://127.0.0.1:8787/'))).toBeNull();
});

test('waits never exceed their bounds', () => {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    for (const random of [0, 1]) {
      expect(backoffMs(attempt, random)).toBeGreaterThanOrEqual(125);
      expect(backoffMs(attempt, random)).toBeLessThanOrEqual(10_000);
      expect(politeMs(attempt, random, 10)).toBeGreaterThanOrEqual(10_000);
      expect(politeMs(attempt, random, 10)).toBeLessThanOrEqual(75_000);
    }
  }
});

test('the words for a removed viewer say so, and give the reason where there is one', () => {
  const said = (phase: Phase) => Object.values(words({ ...start, phase }) ?? {}).join(' ');
  expect(said({ name: 'removed', reason: 'spoilers' })).toMatch(/removed.*spoilers/);
  expect(said({ name: 'removed', reason: null })).toMatch(/removed.*no reason/);
  expect(said({ name: 'full' })).toContain('This stream is full');
  expect(said({ name: 'playing' })).toBe('');
});

test('whoever waits for a word of a host that has gone is told that it has, and an end stays an end', () => {
  const title = (phase: Phase, alone: boolean) => words({ ...start, phase, alone })?.title;
  for (const name of ['waiting', 'full', 'locked', 'reconnecting'] as const) {
    expect(title({ name }, true), name).toBe('The broadcaster may have gone');
    expect(title({ name }, false), name).not.toBe('The broadcaster may have gone');
  }
  expect(title({ name: 'ended' }, true)).toBe('The broadcast has ended');
});

test('the words for what is withheld say what it is, and being away says it all', () => {
  const said = (microphone_muted: boolean, camera_off: boolean, be_right_back = false) =>
    withheldWords({ microphone_muted, camera_off, be_right_back });
  expect(said(false, false)).toBe('');
  expect(said(true, false)).toBe('The microphone is off');
  expect(said(false, true)).toBe('The camera is off');
  expect(said(true, true)).toMatch(/camera and the microphone/);
  expect(said(true, true, true)).toMatch(/right back/);
});

test('a long number of viewers can be read', () => {
  expect(watchingWords(1)).toBe('1 watching');
  expect(watchingWords(1204)).toBe('1,204 watching');
});

test('what came when it was sent again is not lost', () => {
  const lost = (video: object) =>
    read(new Map([['v', { type: 'inbound-rtp', kind: 'video', timestamp: 1, ...video }]])).picture.lost;
  expect(lost({ packetsLost: 111, retransmittedPacketsReceived: 80 })).toBe(31);
  expect(lost({ packetsLost: 111, retransmittedPacketsReceived: 129 })).toBe(0);
  expect(lost({ packetsLost: 111 })).toBe(111);
  expect(lost({ packetsLost: -2 })).toBe(0);
});

test('statistics without a sender report give packets and nothing made up', () => {
  const stats = new Map<string, unknown>([
    ['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 5, timestamp: 1 }],
    ['v', { type: 'inbound-rtp', kind: 'video', packetsReceived: 7, timestamp: 1 }],
    ['r', { type: 'remote-outbound-rtp', kind: 'audio', remoteTimestamp: 9, timestamp: 1 }],
    ['p', { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.002, timestamp: 1 }],
  ]);
  expect(read(stats)).toEqual({
    packets: 12,
    picture: { packets: 7, decoded: null, lost: 0 },
    soundLateMs: null,
    report: null,
    playout: null,
  });
});

test('sound that plays an earlier moment than the picture is late', () => {
  const stats = new Map<string, unknown>([
    ['a', { type: 'inbound-rtp', kind: 'audio', estimatedPlayoutTimestamp: 3_900_000_000_000, timestamp: 1 }],
    ['v', { type: 'inbound-rtp', kind: 'video', estimatedPlayoutTimestamp: 3_900_000_000_070, timestamp: 1 }],
  ]);
  expect(read(stats).soundLateMs).toBe(70);
});

test('a rehearsal that is over has words of its own', () => {
  const gone = { ...start, phase: { name: 'gone', retired: true } as const };
  expect(words(gone, true)?.title).toBe('The rehearsal is over');
  expect(words(gone)?.title).toBe('This link has been replaced');
  expect(words({ ...gone, phase: { name: 'gone', retired: false } }, true)?.title).toBe('This link leads nowhere');
});
