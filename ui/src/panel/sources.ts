// What can be chosen as camera or microphone, and which of it is chosen.
import type { Source, SourceState } from '../protocol/index.ts';
import { say } from './say.ts';

/**
 * The devices, then what needs none, and which of them is shown as chosen. What is chosen otherwise than by a listed name (by a
 * part of one, an index, a path, or as the first that delivers) is shown by the name of the device that it has led to. A
 * device that is not listed is put first, so that the choice can be seen.
 */
export function choices(
  devices: Source[],
  chosen: string,
  state: SourceState,
  others: Source[],
): { sources: Source[]; value: string } {
  const all = [...devices, ...others];
  const listed = (id: string): boolean => all.some((source) => source.id === id);
  const value = listed(chosen) || state.state === 'off' ? chosen : state.id;
  if (listed(value)) return { sources: all, value };
  const away = state.state === 'failed' && (state.code === 'no_device' || state.code === 'device_lost');
  const name = value === 'default' ? say('source.first') : value;
  return { sources: [{ id: value, label: away ? say('source.away', { name }) : name }, ...all], value };
}
