// What was found in a rehearsal, in sentences.
import { expect, test } from 'vitest';
import type { Finding, FindingCode } from '../protocol/index.ts';
import { rehearsal } from '../shared/words/en.json';
import { sentence, toLookAt } from './rehearsal.ts';

function found(of: Finding['of'], code: FindingCode, value: number | null = null): Finding {
  return { of, verdict: 'look', code, value, message: 'in English' };
}

test('a finding is a sentence with what was measured, and which of the two comes first is said', () => {
  expect(sentence(found('sound', 'sound_soft', -40.6))).toContain('Only -41 LUFS');
  expect(sentence(found('sync', 'sync_early', -81))).toContain(' 81 ms before the picture');
  expect(sentence(found('upload', 'upload_short', 900))).toContain('carries 900 kbit/s');
  expect(sentence(found('picture', 'picture_black'))).toBe(rehearsal.picture_black);
});

test('what is good or not known yet is nothing to look at', () => {
  const black = found('picture', 'picture_black');
  expect(toLookAt([black, { ...black, verdict: 'good' }, { ...black, verdict: 'unknown' }])).toBe(1);
});
