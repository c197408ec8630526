// What can be chosen as camera or microphone, and which of it is chosen.
import type { Snapshot, Source, SourceState } from '../protocol/index.ts';
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

/** The choice that asks which file. */
export const IMAGE = 'image:';

/** Whether a source has a state of its own beside the camera's. */
export function isOfScreen(source: string): boolean {
  return /^(screen|window|image)(:|$)/.test(source);
}

/** Whether it is a screen, whichever that is. */
export function isScreen(source: string): boolean {
  return /^screen(:|$)/.test(source);
}

interface Group {
  label: string;
  sources: Source[];
}

type Shown = Pick<Snapshot, 'devices' | 'settings' | 'camera'>;

/** The cameras, and what stands in the place of one, each by the text that `set_source` takes. */
export function cameraChoices({ devices, settings, camera }: Shown): { sources: Source[]; value: string } {
  const { sources, value } = choices(devices.cameras, settings.camera, camera, [
    { id: 'pattern', label: say('source.pattern') },
    { id: 'off', label: say('source.no_camera') },
  ]);
  const written = (id: string): string => (needsNone(id) ? id : `camera:${id}`);
  return { sources: sources.map(({ id, label }) => ({ id: written(id), label })), value: written(value) };
}

const needsNone = (id: string): boolean => id === 'pattern' || id === 'off';

/** All that a picture can come from, in groups, and which of it is chosen; in a scene all that can be its screen. */
export function pictureChoices(snapshot: Shown): { groups: Group[]; value: string } {
  const { devices, settings } = snapshot;
  const inScene = settings.scene !== 'off';
  const named = (kind: string, sources: Source[]): Source[] =>
    sources.map(({ id, label }) => ({ id: `${kind}:${id}`, label }));
  const camera = cameraChoices(snapshot);
  const [screens, windows] = [named('screen', devices.screens), named('window', devices.windows)];
  const asked = devices.desktop_asks ? screens[0] : undefined;
  if (asked) asked.label = say('source.screen.asked');
  const others = [{ id: IMAGE, label: say('source.image') }];
  if (!inScene) others.push(...camera.sources.filter(({ id }) => needsNone(id)));
  let value = camera.value;
  if (inScene || isOfScreen(settings.source)) {
    value = isOfScreen(settings.source) ? settings.source : 'screen';
    // Where the desktop asks, no screen has a number.
    if (asked && isScreen(value)) value = asked.id;
    if (![...screens, ...windows, ...others].some(({ id }) => id === value)) {
      const [kind, name] = [/^[a-z]+/.exec(value)?.[0], value.replace(/^[a-z]+:/, '')];
      if (kind === 'window') windows.unshift({ id: value, label: name });
      else if (kind === 'image') others.unshift({ id: value, label: name });
      else if (value === 'screen') screens.unshift({ id: value, label: say('source.screen.primary') });
      else screens.unshift({ id: value, label: say('source.away', { name: say('source.screen.number', { name }) }) });
    }
  }
  const groups = [
    { label: say('source.cameras'), sources: inScene ? [] : camera.sources.filter(({ id }) => !needsNone(id)) },
    { label: say('source.screens'), sources: screens },
    { label: say('source.windows'), sources: windows },
    { label: say('source.others'), sources: others },
  ];
  return { groups: groups.filter(({ sources }) => sources.length > 0), value };
}
