// What the program says is said in the panel's language: its sentences are found with what changes in them, and all of them are known.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { speak } from '../shared/words/language.ts';
import { tables } from '../shared/words/table.testing.ts';
import { ownText, ownWords } from './own-words.ts';

beforeEach(() => vi.stubGlobal('document', { documentElement: {} }));
afterEach(() => speak(['en']));

const busy =
  'The camera "HD Webcam" is in use by another program. Close that program (a video call, a browser tab), or choose another one.';

test('English is the program’s own', () => expect(ownWords(busy)).toEqual({ text: busy, language: 'en' }));

describe('in German', () => {
  beforeEach(() => speak(['de']));

  test('a sentence has its values, and its parts are German, too', () => {
    expect(ownText(busy)).toMatch(/^Die Kamera „HD Webcam“ wird von einem anderen Programm benutzt\. Schließen Sie es/);
    expect(
      ownText('The camera "Old" delivers nothing any more. Unplug it and plug it in again, or choose another one.'),
    ).toMatch(/^Die Kamera „Old“ liefert nichts mehr\. Ziehen Sie das Gerät ab/);
    expect(ownText('sfu.example: 1.')).toBe('sfu.example: 1.');
    expect(ownText('sfu.example refuses the secret (401): check it. It is tried again.')).toBe(
      'sfu.example weist das Geheimnis zurück (401): Prüfen Sie es. Es wird noch einmal versucht.',
    );
    expect(ownText('There is a link of that name: revoke it first, or choose another name.')).toMatch(
      /^Es gibt schon einen Link mit diesem Namen/,
    );
    expect(ownText('sfu.example ended it.')).toBe('sfu.example hat es beendet.');
    expect(
      ownText('Nothing could be recorded. The disk of /mnt is full. Free space, or record to another folder.'),
    ).toBe(
      'Es ließ sich nichts aufnehmen. Die Platte von /mnt ist voll. Schaffen Sie Platz, oder nehmen Sie in einen anderen Ordner auf.',
    );
    expect(
      ownText(
        'The disk is too slow: 1 picture and 0.4 seconds of sound are missing from the recording so far, and nothing from the broadcast. Record to a faster disk.',
      ),
    ).toMatch(/fehlen bisher 1 Bild und 0,4 Sekunden Ton, der/);
  });

  test('networks have German names, unless somebody named them', () => {
    expect(['Wi-Fi', 'Café Luna (Wi-Fi)', 'Café Luna', 'Public name'].map(ownText)).toEqual([
      'WLAN',
      'Café Luna (WLAN)',
      'Café Luna',
      'Öffentlicher Name',
    ]);
  });

  test('what nobody knows stays as it is, and is called English', () => {
    for (const text of ['', 'Something else.', 'x'.repeat(10_000)])
      expect(ownWords(text)).toEqual({ text, language: 'en' });
  });
});

const crates = join(import.meta.dirname, '../../../src-tauri/crates');
const IN_PANEL = ['audience', 'chat', 'forward', 'media', 'reach', 'record', 'relay', 'sdp', 'studio'];

/** The program's files without its tests and comments, and with each text on one line. */
const sources = IN_PANEL.flatMap((crate) =>
  readdirSync(join(crates, crate, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs') && !/(^|\/)(tests?|fuzz|measuring|metrics)([/.]|$)/.test(name))
    .map((name) => ({ name: `${crate}/${name}`, text: plain(readFileSync(join(crates, crate, 'src', name), 'utf8')) })),
);
const window = join(crates, '../src/window');
const shell = ['commands.rs', 'shell.rs'].map((name) => ({
  name,
  text: plain(readFileSync(join(window, name), 'utf8')),
}));

function plain(text: string): string {
  const [code = ''] = text.split(/#\[cfg\((?:all\()?test\b[^\n]*\n(?:#\[[^\n]*\n)*mod \w+ \{/);
  return code.replace(/^\s*\/\/.*$/gm, '').replace(/\\\n\s*/g, '');
}

const said = [...sources, ...shell].map(({ text }) => text.replaceAll('\\"', '"')).join('\n');

/** Whether the program has these words; some are put together of two texts. */
function has(words: string): boolean {
  if (said.includes(words)) return true;
  const both = (at: number): boolean => said.includes(words.slice(0, at)) && said.includes(words.slice(at).trim());
  return [...Array(words.length).keys()].some((at) => at >= 6 && at <= words.length - 6 && both(at));
}

test('every sentence of the table is one that the program says', () => {
  const unsaid = Object.entries(tables.get('en')?.told ?? {}).flatMap(([key, message]) =>
    message
      .split(/\{\w+\}/)
      .map((part) => part.replace(/^[\s.:,]+|[\s.:]+$/g, ''))
      .filter((part) => /\p{L}{3}/u.test(part) && !has(part))
      .map((part) => `${key}: ${part}`),
  );
  expect(unsaid).toEqual([]);
});

/** Said where there is no panel: on a command line, in a log, of a file that only a terminal names. */
const ELSEWHERE = /--[a-z]|^# |trusted_proxy|^A secret of/;

test('every sentence that the program says to a person is in the table', async () => {
  await speak(['de']);
  const texts = [...sources, ...shell].flatMap(({ name, text }) =>
    [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
      .filter(
        ({ index }) =>
          !/(expect|tracing::\w+!|(assert|debug|warn|info|error|panic|unreachable)\w*!)\([^;]*$/.test(
            text.slice(Math.max(0, index - 90), index).replace('#[error(', ''),
          ),
      )
      .map(([, words = '']) => ({ name, words: words.replaceAll('\\"', '"') })),
  );
  const sentences = texts.filter(({ words }) => /^[\p{Lu}{"`].*\.$/u.test(words) && words.split(' ').length > 3);
  expect(sentences.length).toBeGreaterThan(80);
  const unknown = sentences
    .filter(({ words }) => !ELSEWHERE.test(words))
    .filter(({ words }) => {
      const example = words.replace(/\{line\}/g, '1').replace(/\{[^}]*\}/g, 'X1');
      // What is said behind a cause is known behind one.
      return [example, `X1. ${example}`].every((text) => ownWords(text).language === 'en');
    });
  expect(unknown).toEqual([]);
});
