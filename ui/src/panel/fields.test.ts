// From what was typed to a change, and from a refusal to its field.
import { expect, test } from 'vitest';
import type { Said } from '../protocol/index.ts';
import { change, fields, isWrong, refusedField } from './fields.ts';
import { settings } from './settings.testing.ts';

test('what was not touched is not sent', () => {
  expect(change(fields(settings), settings)).toEqual({});
});

test('any whole number is sent as it is, for the program to judge', () => {
  const edited = { ...fields(settings), bitrate_kbps: ' 2550 ', fps: '24', max_viewers: '7', title: 'Birds' };
  expect(change(edited, settings)).toEqual({ bitrate_kbps: 2550, fps: 24, max_viewers: 7, title: 'Birds' });
  expect(change({ ...fields(settings), bitrate_kbps: '99999' }, settings)).toEqual({ bitrate_kbps: 99999 });
});

test('what is on or off is sent as that', () => {
  expect(change({ ...fields(settings), jitsi: 'true' }, settings)).toEqual({ jitsi: true });
  const on = { ...settings, jitsi: true };
  expect(change(fields(on), on)).toEqual({});
  expect(change({ ...fields(on), jitsi: 'false' }, on)).toEqual({ jitsi: false });
});

test.each(['', 'fast', '2,5', '-1', '2500.5', '1e3', '4294967296'])(
  '%j is no number, and an example says how',
  (text) => {
    const wrong = change({ ...fields(settings), bitrate_kbps: text }, settings);
    if (!isWrong(wrong)) throw new Error('it was taken');
    expect(wrong.field).toBe('bitrate_kbps');
    expect(wrong.text).toContain(`“${text}”`);
    expect(wrong.text).toMatch(/For example: 2500$/);
  },
);

test('a refusal stands under the field that it names, with an example', () => {
  const of = (key: string, message: string): Said => ({
    message: `${key}: ${message}`,
    key: 'setting.of',
    values: { key, why: message },
  });
  expect(refusedField(of('public', '`a b` is no name: write HOST[:PORT]'))).toEqual({
    field: 'public',
    text: '`a b` is no name: write HOST[:PORT]. For example: live.example.org:8787',
  });
  expect(refusedField(of('fps', '99 frames a second cannot be sent: 1 to 60 can'))?.text).toBe(
    '99 frames a second cannot be sent: 1 to 60 can. For example: 30',
  );
  expect(refusedField({ message: 'Skylark is closing.', key: 'now.closing' })).toBeNull();
  expect(refusedField(of('disk', 'full'))).toBeNull();
});
