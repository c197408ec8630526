// What the program says is said in the panel's language: by its key, with its values, and all that it says has one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Address, Said } from '../protocol/index.ts';
import { speak } from '../shared/words/language.ts';
import { english } from '../shared/words/table.testing.ts';
import { cannot, reach } from './reach.ts';
import { sentence, told, toldText } from './told.ts';

beforeEach(() => vi.stubGlobal('document', { documentElement: {} }));
afterEach(() => speak(['en']));

const camera = { key: 'device.camera', values: { name: 'HD Webcam' } };
const lost: Said = { message: 'The camera "HD Webcam" went away.', key: 'device.lost', values: { device: camera } };

test('English is the program’s own', () => expect(told(lost)).toEqual({ text: lost.message, language: 'en' }));

test('what stands alone is a sentence, whatever it begins with in the table', () => {
  const form = { message: '"sofa" is no source; write camera', key: 'source.form', values: { text: 'sofa' } };
  const host = { message: 'example.org ended it', key: 'relay.ended', values: { host: 'example.org' } };
  const why = { key: 'relay.no_roots' };
  const trusts = english.told?.['relay.no_roots'];
  const again = { message: `${trusts}. It is tried again.`, key: 'relay.again', values: { why } };
  const size = { message: 'it has 9x9 pixels', key: 'image.pixels', values: { width: 9, height: 9 } };
  const unknown = { message: 'something else', key: 'device.of_tomorrow' };
  expect([form, size, host, lost, unknown].map((said) => sentence(said).text)).toEqual([
    '"sofa" is no source; write camera.',
    'It has 9x9 pixels.',
    'example.org ended it.',
    lost.message,
    'something else',
  ]);
  expect(sentence(again).text, 'its first word is that of its part').toMatch(/^This computer trusts no .* again\.$/);
});

describe('in German', () => {
  beforeEach(() => speak(['de']));

  test('a sentence has its values, and its parts are German, too', () => {
    expect(told(lost).language).toBe('de');
    expect(toldText(lost)).toMatch(/^Die Kamera „HD Webcam“ ist weg\. Schließen Sie das Gerät wieder an/);
  });

  test('what stands alone is a sentence', () => {
    const said: Said = { message: '', key: 'relay.again', values: { why: { key: 'relay.no_roots' } } };
    expect(sentence(said).text).toMatch(/^Dieser Computer vertraut keinen .*\.$/);
    const offer: Said = { message: '', key: 'image.pixels', values: { width: 9, height: 9 } };
    expect(sentence(offer).text).toBe('Es hat 9x9 Pixel.');
    const host: Said = { message: '', key: 'relay.ended', values: { host: 'example.org' } };
    expect(sentence(host).text).toBe('example.org hat es beendet.');
  });

  test('numbers are written as the language writes them, and a port in one piece', () => {
    const sound = { key: 'record.sound', values: { seconds: 0.4 } };
    expect(toldText({ message: '', key: 'record.slow', values: { what: sound } })).toMatch(/fehlt bisher: 0,4 s Ton;/);
    const port: Said = { message: '', key: 'start.port', values: { port: 8787, transport: 'TCP' } };
    expect(toldText(port)).toContain('8787');
  });

  test('networks have German names, unless somebody named them', () => {
    const wifi: Said = { message: 'Wi-Fi', key: 'network.wifi' };
    const named = {
      message: 'Café Luna (Wi-Fi)',
      key: 'network.given',
      values: { name: 'Café Luna', network: { key: 'network.wifi' } },
    };
    expect([wifi, named, { message: 'Café Luna' }].map(toldText)).toEqual(['WLAN', 'Café Luna (WLAN)', 'Café Luna']);
  });

  test('who can open a link, and who cannot, follows from its address', () => {
    const scopes = ['network', 'internet', 'vpn', 'provider', 'cable', 'guests', 'computer', 'public'] as const;
    for (const scope of scopes)
      for (const host of ['192.0.2.7', '2001:db8::7']) {
        const address: Address = { host, interface: '', network: '', reach: 'People', cannot: 'Others cannot.', scope };
        expect(told(reach(address)).language, scope).toBe('de');
        expect(told(cannot(address)).language, scope).toBe('de');
      }
  });

  test('what nobody knows stays as it is, and is called English', () => {
    for (const key of [undefined, 'device.of_tomorrow', 'toString'])
      expect(told({ message: 'Something else.', key })).toEqual({ text: 'Something else.', language: 'en' });
    const what = { key: 'device.of_tomorrow' };
    expect(toldText({ message: 'Something else.', key: 'device.failed', values: { what } })).toBe('Something else.');
  });
});

const src = join(import.meta.dirname, '../../../src-tauri');
const IN_PANEL = [
  'audience',
  'chat',
  'forward',
  'media',
  'protocol',
  'reach',
  'record',
  'relay',
  'sdp',
  'server',
  'studio',
];
const folders = [...IN_PANEL.map((crate) => `crates/${crate}/src`), 'src'];

/** The program's files without its tests and comments, and with each text on one line. */
const sources = folders.flatMap((folder) =>
  readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => folder !== 'src' || name.startsWith('window'))
    .filter((name) => name.endsWith('.rs') && !/(^|\/)(tests?|fuzz|measuring|metrics)([/.]|$)/.test(name))
    .map((name) => ({ name: `${folder}/${name}`, text: plain(readFileSync(join(src, folder, name), 'utf8')) })),
);

function plain(text: string): string {
  const [code = ''] = text.split(/#\[cfg\((?:all\()?test\b[^\n]*\n(?:#\[[^\n]*\n)*mod \w+ \{/);
  return code.replace(/^\s*\/\/.*$/gm, '').replace(/\\\n\s*/g, '');
}

test('every sentence of the table is one that the program says', () => {
  const said = sources.flatMap(({ text }) => [...text.matchAll(/said!\(\s*"([^"]+)"/g)].map(([, key]) => key));
  const unsaid = Object.keys(english.told ?? {}).filter((key) => !said.includes(key));
  expect(unsaid).toEqual([]);
});

/** Said where there is no panel: on a command line, in a log, in an answer to a player, of a mistake of the program. */
const ELSEWHERE = /--[a-z]|^# /;
const ANSWERED = /^crates\/server\//;

test('every sentence that the program says to a person is in the table', () => {
  const texts = sources
    .filter(({ name }) => !ANSWERED.test(name))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
        .filter(
          ({ index }) =>
            !/(expect|tracing::\w+!|(assert|debug|warn|info|error|panic|unreachable)\w*!)\([^;]*$/.test(
              text.slice(Math.max(0, index - 90), index),
            ),
        )
        .map(([, words = '']) => ({ name, words })),
    );
  const sentences = texts.filter(
    ({ words }) => /^[\p{Lu}{`].*\.$/u.test(words) && words.split(' ').length > 3 && !ELSEWHERE.test(words),
  );
  expect(sentences).toEqual([]);
});
