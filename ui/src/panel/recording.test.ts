// What is said of the recording, in each of its states.
import { expect, test } from 'vitest';
import type { Recording, RecordingState } from '../protocol/index.ts';
import { name, shown, size, unfinished } from './recording.ts';

const recording = (state: RecordingState, more: Partial<Recording> = {}): Recording => ({
  state,
  file: null,
  seconds: 0,
  bytes: 0,
  ...more,
});

test('its button does what the state allows', () => {
  const acts = (['off', 'starting', 'waiting', 'recording', 'stopping', 'stopped', 'failed'] as const).map(
    (state) => shown(recording(state)).act,
  );
  expect(acts).toEqual(['record', null, 'stop_recording', 'stop_recording', null, 'record', 'record']);
});

test('while it runs, for how long and how large', () => {
  const { state, on, button } = shown(recording('recording', { seconds: 3725, bytes: 1_234_567_890 }));
  expect(state).toBe('Recording 1:02:05, 1.2 GB');
  expect([on, button]).toEqual([true, 'Stop recording']);
});

test('when it is done, where it is; when it failed, why, and what is kept', () => {
  const done = shown(recording('stopped', { file: '/v/a.mp4', seconds: 61, bytes: 20_900_000 }));
  expect([done.state, done.file, done.trouble]).toEqual(['Recorded 1:01, 20 MB', '/v/a.mp4', null]);
  const failed = shown(recording('failed', { file: '/v/a.mp4', seconds: 5, message: 'The disk is full.' }));
  expect([failed.trouble?.message, failed.file]).toEqual(['The disk is full.', '/v/a.mp4']);
  expect(shown(recording('failed', { message: 'Only 18 MB are free.' })).file).toBeNull();
});

test('sizes and names are as people read them', () => {
  expect([size(0), size(999_999_999), size(2_340_000_000)]).toEqual(['0 MB', '999 MB', '2.3 GB']);
  expect([name('/v/Sunday 10.30.mp4'), name('C:\\v\\a.mp4')]).toEqual(['Sunday 10.30.mp4', 'a.mp4']);
});

test('what was not finished is offered by name, or by number', () => {
  expect(unfinished([])).toBeNull();
  const file = { file: '/v/a.mp4', bytes: 1 };
  expect(unfinished([file])).toContain('a.mp4');
  expect(unfinished([file, file])).toContain('2 recordings');
});
