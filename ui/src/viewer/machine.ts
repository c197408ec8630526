/** What a watch page is doing, decided without a clock, a socket or a page: inputs in, the next state and deeds out. */

import type { RefusalCode } from '../protocol/index.ts';
import { backoffMs, politeMs } from './backoff.ts';

export type Phase =
  | { name: 'connecting' }
  /** Nothing is live yet. */
  | { name: 'waiting' }
  | { name: 'playing' }
  /** It played, and will again. */
  | { name: 'reconnecting' }
  | { name: 'ended' }
  /** `knocked`: it was never let in. */
  | { name: 'removed'; reason: string | null; knocked?: true }
  /** Nothing is told before somebody lets this page in. */
  | { name: 'knocking' }
  /** A word is asked for. */
  | { name: 'passcode' }
  | { name: 'full' }
  /** As many devices as may watch by this link. */
  | { name: 'in_use' }
  /** Nobody new is let in for now. */
  | { name: 'locked' }
  /** Too many from this network asked at once. */
  | { name: 'later' }
  /** The link leads nowhere, or no longer. */
  | { name: 'gone'; retired: boolean }
  | { name: 'unsupported'; lacks: 'webrtc' | 'format' };

export interface State {
  phase: Phase;
  /** Attempts that failed since it last went well. */
  attempt: number;
  /** The next attempt waits for its time; nothing is under way. */
  resting: boolean;
  /** It has been without the host for `aloneAfterMs`. */
  alone: boolean;
  /** Nothing is heard of the host while it is to say when this is over: the socket is gone, or an attempt found nobody. */
  cut: boolean;
}

export type Input =
  | { is: 'open'; webrtc: boolean }
  /** Picture or sound is there. */
  | { is: 'flowing' }
  /** The session is being checked; what is shown stands still. */
  | { is: 'troubled' }
  /** The session is gone or the server could not be reached. */
  | { is: 'lost' }
  | { is: 'refused'; code: RefusalCode; reason: string | null; retryAfterS: number | null }
  /** The socket says that this page has to wait until somebody lets it in. */
  | { is: 'waits' }
  /** The socket says that a word is asked for. */
  | { is: 'asked' }
  /** The word was said. */
  | { is: 'said' }
  | { is: 'live' }
  | { is: 'offline' }
  | { is: 'ended' }
  /** There may be room for whoever was refused. */
  | { is: 'room' }
  /** The socket is gone, and with it the word that something is over. */
  | { is: 'cut' }
  /** The socket is open, or says something: the host is there. */
  | { is: 'heard' }
  /** `aloneAfterMs` have passed in which `awaitsHost` held. */
  | { is: 'alone' }
  | { is: 'removed'; reason: string | null; knocked?: true }
  | { is: 'forgiven' }
  /** The time asked for by `retryMs` has come. */
  | { is: 'retry' }
  /** The network or the server is back: no need to wait longer. */
  | { is: 'reachable' };

/** The next state and what to do. With `retryMs` absent no timer runs any more, unless `keepsTimer`. */
export interface Step {
  state: State;
  keepsTimer?: true;
  /** Leaving takes the picture away too; joining keeps the last one until there is a new one. */
  session?: 'join' | 'leave';
  retryMs?: number;
}

export const start: State = { phase: { name: 'connecting' }, attempt: 0, resting: false, alone: false, cut: false };

/** Without the host for this long, it is no short interruption any more, and the words say so. */
export const aloneAfterMs = 20_000;

/** Pages that were refused come spread over this time when there is room: there may be a thousand of them, and one place. */
const roomSpreadMs = 1000;

/** It is the host that this waits for. */
export function awaitsHost({ phase, cut }: State): boolean {
  return connects(phase) || cut;
}

/** Null: nothing changes, a running timer goes on. `random` is between 0 and 1. */
export function step(state: State, input: Input, random: number): Step | null {
  const { phase } = state;
  switch (input.is) {
    case 'open':
      return input.webrtc ? join() : stop({ name: 'unsupported', lacks: 'webrtc' });
    case 'flowing':
      return final(phase) ? null : { state: { ...start, phase: { name: 'playing' } } };
    case 'troubled':
      return phase.name === 'playing' ? { state: { ...start, phase: { name: 'reconnecting' } } } : null;
    case 'lost':
      return final(phase) || state.resting ? null : lost(state, random);
    case 'refused':
      return final(phase) ? null : refused(state, input, random);
    case 'waits':
      if (final(phase) || played(phase) || phase.name === 'knocking' || phase.name === 'locked') return null;
      return refused(state, waitingRoom, random);
    case 'asked':
      return final(phase) || played(phase) ? null : refused(state, passcodeNeeded, random);
    case 'said':
      return phase.name === 'passcode' ? join() : null;
    case 'live':
      // A thousand pages hear this in the same instant: they come spread over a quarter of a second.
      if (phase.name === 'waiting' || phase.name === 'ended' || phase.name === 'knocking')
        return { state: { ...start, resting: true }, retryMs: backoffMs(0, random) };
      return reachable(state);
    case 'reachable':
      return reachable(state);
    case 'offline':
    case 'ended':
      if (final(phase) || phase.name === 'waiting' || phase.name === 'ended') return null;
      return stop({ name: played(phase) || input.is === 'ended' ? 'ended' : 'waiting' });
    case 'room':
      return refusedForNow(phase) && state.resting ? { state, retryMs: Math.round(roomSpreadMs * random) } : null;
    case 'cut':
      return awaitsWord(phase) && !state.cut ? { state: { ...state, cut: true }, keepsTimer: true } : null;
    case 'heard':
      return state.cut ? { state: { ...state, cut: false, alone: false }, keepsTimer: true } : null;
    case 'alone':
      return awaitsHost(state) && !state.alone ? { state: { ...state, alone: true }, keepsTimer: true } : null;
    case 'removed':
      return phase.name === 'unsupported'
        ? null
        : stop({ name: 'removed', reason: input.reason, ...(input.knocked && { knocked: true }) });
    case 'forgiven':
      return phase.name === 'removed' ? join() : null;
    case 'retry':
      return state.resting ? { state: { ...state, resting: false }, session: 'join' } : null;
  }
}

/** A knock is over where nothing is heard for 15 s. */
const knockAgainMs = 5000;

const waitingRoom = { is: 'refused', code: 'waiting_room', reason: null, retryAfterS: null } as const;

/** It is asked again now and then, as the broadcaster may have taken it away. */
const passcodeNeeded = { is: 'refused', code: 'passcode_needed', reason: null, retryAfterS: null } as const;

function refused(state: State, refusal: Input & { is: 'refused' }, random: number): Step {
  const { phase, attempt } = state;
  // The page's socket tells when any of these is over; asking again is for a network that lets no socket through.
  const later = (next: Phase): Step => ({
    state: { phase: next, attempt: attempt + 1, resting: true, alone: false, cut: false },
    session: 'leave',
    retryMs: politeMs(attempt, random, refusal.retryAfterS),
  });
  switch (refusal.code) {
    case 'unknown_link':
      return stop({ name: 'gone', retired: false });
    case 'retired_link':
      return stop({ name: 'gone', retired: true });
    case 'kicked':
    case 'banned':
      return stop({ name: 'removed', reason: refusal.reason });
    case 'not_admitted':
      return stop({ name: 'removed', reason: refusal.reason, knocked: true });
    case 'bad_offer':
      return stop({ name: 'unsupported', lacks: 'format' });
    case 'passcode_needed':
    case 'wrong_passcode':
      return later({ name: 'passcode' });
    case 'waiting_room':
      // Who is not heard of again within 15 s knocks no more, where no socket comes through.
      return { ...later({ name: 'knocking' }), retryMs: Math.round(knockAgainMs * (1 + random / 4)) };
    case 'not_live':
      return later({ name: played(phase) || phase.name === 'ended' ? 'ended' : 'waiting' });
    case 'locked':
      return later({ name: 'locked' });
    case 'full':
      return later({ name: 'full' });
    case 'link_in_use':
      return later({ name: 'in_use' });
    case 'too_many':
      return later(connects(phase) ? { name: 'later' } : phase);
  }
}

function lost({ phase, attempt, alone }: State, random: number): Step {
  const next = afterLoss(phase);
  return {
    state: { phase: next, attempt: attempt + 1, resting: true, alone, cut: awaitsWord(next) },
    retryMs: backoffMs(attempt, random),
  };
}

function afterLoss(phase: Phase): Phase {
  if (phase.name === 'playing') return { name: 'reconnecting' };
  // Nobody says any more that it was too much.
  return phase.name === 'later' ? { name: 'connecting' } : phase;
}

function reachable(state: State): Step | null {
  return connects(state.phase) && state.resting ? { state: { ...state, resting: false }, session: 'join' } : null;
}

function join(): Step {
  return { state: start, session: 'join' };
}

function stop(phase: Phase): Step {
  return { state: { ...start, phase }, session: 'leave' };
}

function connects(phase: Phase): boolean {
  return phase.name === 'connecting' || phase.name === 'reconnecting';
}

/** The host has said how it is, and is to say when that is over. What has ended has, whether the host is there or not. */
function awaitsWord(phase: Phase): boolean {
  return phase.name === 'waiting' || phase.name === 'knocking' || refusedForNow(phase);
}

function played(phase: Phase): boolean {
  return phase.name === 'playing' || phase.name === 'reconnecting';
}

function refusedForNow(phase: Phase): boolean {
  return phase.name === 'full' || phase.name === 'locked';
}

/** Only a message about this viewer, or loading the page again, leads out of these. */
function final(phase: Phase): boolean {
  return phase.name === 'removed' || phase.name === 'gone' || phase.name === 'unsupported';
}
