// What was found in a rehearsal, for people.
import type { Finding } from '../protocol/index.ts';
import { decimal } from '../shared/words/language.ts';
import { sayFound } from './say.ts';

/** The sentence of a finding. */
export function sentence({ of, code, value }: Finding): string {
  // Which of the two comes first the sentence says.
  const measured = value === null ? '' : decimal(of === 'sync' ? Math.abs(value) : value, 0);
  return sayFound(code, { value: measured });
}

/** How many are to be looked at. */
export function toLookAt(findings: Finding[]): number {
  return findings.filter(({ verdict }) => verdict === 'look').length;
}
