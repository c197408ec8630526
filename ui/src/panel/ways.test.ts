// Which buttons there are when something could not start.
import { expect, test } from 'vitest';
import type { ErrorCode, SourceState } from '../protocol/index.ts';
import { cameraWays, microphoneWays, startWays } from './ways.ts';

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
