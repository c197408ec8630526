// What a watch page does about everything that can happen to it, without a page.
import { expect, test } from 'vitest';
import { start, step, type Input, type State, type Step } from './machine.ts';

/** Runs the machine over inputs, the middle of every random wait; returns the last step that changed anything. */
function run(...inputs: Input[]): Step {
  let last: Step = { state: start };
  for (const input of inputs) last = step(last.state, input, 0.5) ?? { state: last.state };
  return last;
}

const open: Input = { is: 'open', webrtc: true };
const playing: Input[] = [open, { is: 'flowing' }];
const refused = (code: (Input & { is: 'refused' })['code'], retryAfterS: number | null = null): Input => ({
  is: 'refused',
  code,
  reason: code === 'kicked' ? 'spoilers' : null,
  retryAfterS,
});
const names = (state: State) => state.phase.name;

test('a page joins as soon as it is open, and plays when packets come', () => {
  expect(run(open)).toMatchObject({ session: 'join', state: { phase: { name: 'connecting' } } });
  expect(names(run(...playing).state)).toBe('playing');
});

test('without WebRTC nothing is tried', () => {
  const last = run({ is: 'open', webrtc: false });
  expect(last).toEqual({
    state: { ...start, phase: { name: 'unsupported', lacks: 'webrtc' } },
    session: 'leave',
  });
});

test('a stream that is not live yet is waited for, and joined when it goes live', () => {
  const waiting = run(open, refused('not_live', 5));
  expect(names(waiting.state)).toBe('waiting');
  const live = step(waiting.state, { is: 'live' }, 0.5);
  expect(live?.retryMs).toBeLessThan(300);
  expect(step(live!.state, { is: 'retry' }, 0.5)?.session).toBe('join');
});

test('a network without the socket asks again, ever more seldom, at most once a minute or so', () => {
  let state = run(open).state;
  const waits: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const next = step(state, refused('not_live', 2), 1)!;
    waits.push(next.retryMs!);
    state = step(next.state, { is: 'retry' }, 1)!.state;
    expect(names(state), 'the words stay while it asks').toBe('waiting');
  }
  expect(waits[0]).toBeGreaterThanOrEqual(5000);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBeLessThanOrEqual(75_000);
});

test('a lost session is tried again at once, then with growing waits', () => {
  let next = step(run(...playing).state, { is: 'lost' }, 0.5)!;
  expect(names(next.state)).toBe('reconnecting');
  const waits = [next.retryMs!];
  for (let turn = 0; turn < 8; turn += 1) {
    const trying = step(next.state, { is: 'retry' }, 0.5)!;
    expect(trying.session).toBe('join');
    next = step(trying.state, { is: 'lost' }, 0.5)!;
    waits.push(next.retryMs!);
  }
  expect(waits[0]).toBeLessThan(300);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(7500);
});

test('when the network is back nobody waits any longer, and nothing under way is doubled', () => {
  const resting = run(...playing, { is: 'lost' }).state;
  const trying = step(resting, { is: 'reachable' }, 0.5)!;
  expect(trying.session).toBe('join');
  expect(step(trying.state, { is: 'reachable' }, 0.5)).toBeNull();
  expect(step(trying.state, { is: 'live' }, 0.5)).toBeNull();
  expect(step(trying.state, { is: 'retry' }, 0.5), 'a timer that fired too late').toBeNull();
});

test('trouble is shown and passes without a new session', () => {
  const troubled = run(...playing, { is: 'troubled' });
  expect(names(troubled.state)).toBe('reconnecting');
  expect(troubled.session).toBeUndefined();
  expect(names(run(...playing, { is: 'troubled' }, { is: 'flowing' }).state)).toBe('playing');
});

test('the end of the broadcast ends the session; it plays again when it is back live', () => {
  const ended = run(...playing, { is: 'ended' });
  expect(ended).toMatchObject({ session: 'leave', state: { phase: { name: 'ended' } } });
  expect(names(run(...playing, { is: 'offline' }).state)).toBe('ended');
  expect(run(...playing, { is: 'ended' }, { is: 'live' }, { is: 'retry' }).session).toBe('join');
  expect(names(run(...playing, { is: 'ended' }, refused('not_live')).state), 'it is still the end').toBe('ended');
  expect(names(run(open, { is: 'offline' }).state), 'it had not begun').toBe('waiting');
});

test('removed means removed: nothing but forgiveness brings it back', () => {
  const removed = run(...playing, { is: 'removed', reason: 'spoilers' });
  expect(removed).toMatchObject({ session: 'leave', state: { phase: { name: 'removed', reason: 'spoilers' } } });
  const others: Input[] = [
    { is: 'flowing' },
    { is: 'troubled' },
    { is: 'lost' },
    { is: 'live' },
    { is: 'offline' },
    { is: 'ended' },
    { is: 'retry' },
    { is: 'reachable' },
    refused('full'),
  ];
  for (const input of others) expect(step(removed.state, input, 0.5), input.is).toBeNull();
  expect(step(removed.state, { is: 'forgiven' }, 0.5)).toMatchObject({ session: 'join' });
});

test('a refusal says why', () => {
  expect(run(open, refused('kicked')).state.phase).toEqual({ name: 'removed', reason: 'spoilers' });
  expect(run(open, refused('banned')).state.phase).toEqual({ name: 'removed', reason: null });
  expect(run(open, refused('unknown_link')).state.phase).toEqual({ name: 'gone', retired: false });
  expect(run(open, refused('retired_link')).state.phase).toEqual({ name: 'gone', retired: true });
  expect(run(open, refused('bad_offer')).state.phase).toEqual({ name: 'unsupported', lacks: 'format' });
  for (const code of ['unknown_link', 'retired_link', 'bad_offer', 'kicked', 'banned'] as const)
    expect(run(open, refused(code)).retryMs, `${code} is no reason to ask again`).toBeUndefined();
});

test('full and locked are asked again politely, and stay what they are meanwhile', () => {
  for (const code of ['full', 'locked'] as const) {
    const said = run(open, refused(code, 10));
    expect(names(said.state)).toBe(code);
    expect(said.retryMs).toBeGreaterThanOrEqual(10_000);
    const asking = step(said.state, { is: 'retry' }, 0.5)!;
    expect(names(asking.state)).toBe(code);
    expect(names(step(asking.state, { is: 'flowing' }, 0.5)!.state)).toBe('playing');
  }
});

test('too many joins from one address are said to be that, and wait as told', () => {
  for (const inputs of [[open], [...playing, { is: 'troubled' } as const]]) {
    const later = run(...inputs, refused('too_many', 7));
    expect(names(later.state)).toBe('later');
    expect(later.retryMs).toBeGreaterThanOrEqual(7000);
    for (const hasty of [{ is: 'live' }, { is: 'reachable' }, { is: 'alone' }] as const)
      expect(step(later.state, hasty, 0.5), hasty.is).toBeNull();
    const asking = step(later.state, { is: 'retry' }, 0.5)!;
    expect(asking.session).toBe('join');
    expect(names(asking.state), 'the words stay while it asks').toBe('later');
    expect(names(step(asking.state, { is: 'flowing' }, 0.5)!.state)).toBe('playing');
    expect(names(step(asking.state, { is: 'lost' }, 0.5)!.state), 'now it is the host that is not there').toBe(
      'connecting',
    );
  }
});

test('who asked too often about a full or locked stream reads on that it is full or locked', () => {
  for (const code of ['full', 'locked'] as const)
    expect(names(run(open, refused(code, 10), { is: 'retry' }, refused('too_many', 7)).state)).toBe(code);
});

test('after a while without the host the words may change, and nothing that is under way does', () => {
  const resting = run(...playing, { is: 'lost' }).state;
  const alone = step(resting, { is: 'alone' }, 0.5)!;
  expect(alone).toEqual({ state: { ...resting, alone: true }, keepsTimer: true });
  const trying = step(alone.state, { is: 'retry' }, 0.5)!;
  expect(trying.state.alone, 'one attempt more is no sign of the host').toBe(true);
  expect(step(trying.state, { is: 'lost' }, 0.5)!.state.alone).toBe(true);
  expect(step(trying.state, { is: 'flowing' }, 0.5)!.state).toMatchObject({ phase: { name: 'playing' }, alone: false });
  expect(step(alone.state, { is: 'ended' }, 0.5)!.state, 'the host said so').toMatchObject({ alone: false });
  for (const other of [run(...playing), run(open, refused('full')), run(open, refused('not_live'))])
    expect(step(other.state, { is: 'alone' }, 0.5), names(other.state)).toBeNull();
});

test('who waits for a word of the host may be told that it has gone, from when its socket is or nobody answers', () => {
  for (const code of ['not_live', 'full', 'locked'] as const) {
    const said = run(open, refused(code, 10)).state;
    const cut = step(said, { is: 'cut' }, 0.5)!;
    expect(cut, 'the next attempt keeps its time').toEqual({ state: { ...said, cut: true }, keepsTimer: true });
    expect(step(cut.state, { is: 'reachable' }, 0.5), 'and nobody asks the sooner').toBeNull();
    const alone = step(cut.state, { is: 'alone' }, 0.5)!.state;
    expect(alone).toEqual({ ...said, cut: true, alone: true });
    expect(step(alone, { is: 'heard' }, 0.5)).toEqual({ state: said, keepsTimer: true });
    const asking = step(said, { is: 'retry' }, 0.5)!.state;
    expect(step(asking, { is: 'lost' }, 0.5)!.state).toMatchObject({ phase: said.phase, cut: true });
    const answered = step({ ...asking, cut: true, alone: true }, refused(code, 10), 0.5)!.state;
    expect(answered, 'an answer is a word of the host').toMatchObject({ cut: false, alone: false });
  }
  for (const other of [run(...playing), run(...playing, { is: 'ended' }), run(open, refused('kicked'))])
    expect(step(other.state, { is: 'cut' }, 0.5), names(other.state)).toBeNull();
});

test('who was refused for now asks again as soon as there is room, spread over a second', () => {
  for (const code of ['full', 'locked'] as const) {
    const out = run(open, refused(code, 10)).state;
    expect(step(out, { is: 'room' }, 1)!.retryMs).toBe(1000);
    expect(step(out, { is: 'room' }, 0)!.retryMs).toBe(0);
    const asking = step(step(out, { is: 'room' }, 0.5)!.state, { is: 'retry' }, 0.5)!;
    expect(asking.session).toBe('join');
    expect(step(asking.state, { is: 'room' }, 0.5), 'it asks already').toBeNull();
  }
  for (const other of [run(...playing), run(open), run(...playing, { is: 'removed', reason: null })])
    expect(step(other.state, { is: 'room' }, 0.5), names(other.state)).toBeNull();
});

test('a passcode is asked for until it was said, and asking for it disturbs no picture', () => {
  const asked = run(open, refused('passcode_needed'));
  expect(asked).toMatchObject({ session: 'leave', state: { phase: { name: 'passcode' }, resting: true } });
  expect(asked.retryMs, 'the broadcaster may take it away').toBeGreaterThanOrEqual(5000);
  expect(names(step(asked.state, refused('passcode_needed'), 0.5)!.state)).toBe('passcode');
  for (const input of [{ is: 'live' }, { is: 'room' }, { is: 'reachable' }] as Input[])
    expect(step(asked.state, input, 0.5), input.is).toBeNull();
  expect(step(asked.state, { is: 'said' }, 0.5)).toMatchObject({
    session: 'join',
    state: { phase: { name: 'connecting' } },
  });
  expect(names(run(open, refused('not_live'), { is: 'asked' }).state)).toBe('passcode');
  expect(step(run(...playing).state, { is: 'asked' }, 0.5)).toBeNull();
  expect(step(run(...playing).state, { is: 'said' }, 0.5)).toBeNull();
});

test('who knocks asks in time not to be forgotten, and comes in as soon as it hears of the broadcast', () => {
  for (const inputs of [
    [open, refused('waiting_room', 5)],
    [open, refused('not_live'), { is: 'waits' }],
  ] as Input[][]) {
    let last = run(...inputs);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(last.state.phase).toEqual({ name: 'knocking' });
      expect(last.retryMs).toBeLessThan(7000);
      last = step(step(last.state, { is: 'retry' }, 1)!.state, refused('waiting_room', 5), 1)!;
    }
    expect(step(last.state, { is: 'live' }, 0.5)!.retryMs).toBeLessThan(300);
    expect(names(step(last.state, { is: 'offline' }, 0.5)!.state), 'it was let in before it begins').toBe('waiting');
    expect(step(last.state, { is: 'waits' }, 0.5)).toBeNull();
  }
  expect(run(open, refused('not_admitted')).state.phase).toEqual({ name: 'removed', reason: null, knocked: true });
  expect(step(run(...playing).state, { is: 'waits' }, 0.5), 'who watches stays').toBeNull();
  expect(names(run(open, refused('link_in_use', 10)).state)).toBe('in_use');
});
