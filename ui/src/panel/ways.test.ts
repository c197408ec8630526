// Which buttons there are when something could not start.
import { expect, test } from 'vitest';
import type { ErrorCode, SourceState } from '../protocol/index.ts';
import { cameraWays, microphoneWays, screenWays, startWays } from './ways.ts';

const codes: (ErrorCode | null)[] = [
  'port_in_use',
  'bad_address',
  'bad_setting',
  'storage',
  'device_failed',
  'thread_failed',
  null,
];

test.each(codes)('after %s it can be tried again', (code) => {
  expect(startWays(code)).toContain('again');
});

test('what most people want stands first', () => {
  expect(startWays('port_in_use')[0]).toBe('other_port');
  expect(startWays('bad_address')[0]).toBe('any_address');
  expect(startWays('bad_setting')).toEqual(['usual_settings', 'open_file', 'again']);
});

const failed: SourceState = { state: 'failed', id: 'a', code: 'device_lost', message: '' };
const source = (id: string) => ({ id, label: id });

test('in the place of a camera: another, the pattern, none', () => {
  const ways = cameraWays(failed, ['a', 'b', 'c', 'd'].map(source));
  expect(ways).toEqual([
    { way: 'use', source: source('b') },
    { way: 'use', source: source('c') },
    { way: 'pattern' },
    { way: 'off' },
  ]);
  expect(cameraWays(failed, [source('a')])[0]).toEqual({ way: 'look' });
  expect(cameraWays({ state: 'off' }, [source('b')])).toEqual([]);
});

test('in the place of a microphone: another, none', () => {
  expect(microphoneWays(failed, [source('b')]).map(({ way }) => way)).toEqual(['use', 'off']);
  expect(microphoneWays(failed, []).map(({ way }) => way)).toEqual(['look', 'off']);
});

test('where the desktop asks which screen it is, it asks once more; where nothing asks, it is tried again', () => {
  const devices = {
    cameras: [],
    microphones: [],
    outputs: [],
    programs: [],
    screens: [source('1')],
    windows: [source('Slides')],
  };
  const away: SourceState = { ...failed, id: 'screen:1' };
  expect(screenWays(away, { ...devices, desktop_asks: true })).toEqual([{ way: 'ask', source: 'screen:1' }]);
  const nothing = { ...away, code: 'no_device' } as const;
  expect(screenWays(nothing, { ...devices, desktop_asks: true })).toEqual([{ way: 'again', source: 'screen:1' }]);
  expect(screenWays({ ...away, id: 'window:Notes' }, { ...devices, desktop_asks: true })).toEqual([
    { way: 'ask', source: 'screen' },
  ]);
  expect(screenWays(away, { ...devices, desktop_asks: false })[0]).toEqual({
    way: 'use',
    source: { id: 'window:Slides', label: 'Slides' },
  });
});
