// What the panel shows as chosen.
import { expect, test } from 'vitest';
import type { Devices, Settings, SourceState } from '../protocol/index.ts';
import { settings } from './settings.testing.ts';
import { cameraChoices, choices, IMAGE, pictureChoices } from './sources.ts';

const cameras = ['HD Webcam', 'Integrated Camera'].map((name) => ({ id: name, label: name }));
const others = [{ id: 'pattern', label: 'Test pattern' }];
const running = (id: string): SourceState => ({ state: 'running', id, format: '1280x720' });

test('a listed device is shown as chosen', () => {
  const { sources, value } = choices(cameras, 'HD Webcam', running('HD Webcam'), others);
  expect(value).toBe('HD Webcam');
  expect(sources).toHaveLength(3);
  expect(choices(cameras, 'pattern', running('pattern'), others).value).toBe('pattern');
});

test.each(['default', '0', '/dev/video0', 'integrated'])('%s is shown by the name it has led to', (chosen) => {
  const { sources, value } = choices(cameras, chosen, running('Integrated Camera'), others);
  expect(value).toBe('Integrated Camera');
  expect(sources).toHaveLength(3);
});

test('what is not listed can be seen all the same', () => {
  const away: SourceState = { state: 'failed', id: 'HD Webcam (usb-1)', code: 'device_lost', message: 'it went away' };
  const { sources, value } = choices(cameras, 'HD Webcam (usb-1)', away, others);
  expect(value).toBe('HD Webcam (usb-1)');
  expect(sources[0]).toEqual({ id: value, label: 'HD Webcam (usb-1) (not there)' });
  const none: SourceState = { state: 'failed', id: 'default', code: 'no_device', message: 'none' };
  expect(choices([], 'default', none, others).sources[0]?.label).toBe('First one found (not there)');
});

function shown(change: Partial<Settings>, devices: Partial<Devices> = {}) {
  const none = { microphones: [], outputs: [], programs: [], screens: [], windows: [], desktop_asks: false };
  const camera: SourceState = { state: 'off' };
  return { camera, devices: { ...none, cameras, ...devices }, settings: { ...settings, ...change } };
}

const screens = [{ id: '1', label: 'HDMI-1 (1920x1080)' }];
const windows = [{ id: 'Slides', label: 'Slides' }];

test('all that a picture can come from stands in one list', () => {
  const { groups, value } = pictureChoices(shown({ camera: 'HD Webcam', source: 'screen:1' }, { screens, windows }));
  expect(value).toBe('screen:1');
  expect(groups.map(({ sources }) => sources.map(({ id }) => id))).toEqual([
    ['camera:HD Webcam', 'camera:Integrated Camera'],
    ['screen:1'],
    ['window:Slides'],
    [IMAGE, 'pattern', 'off'],
  ]);
});

test.each(['screen', 'screen:2', 'window:Notes', 'image:/home/anna/card.png'])(
  '%s is shown though it is not listed',
  (source) => {
    const { groups, value } = pictureChoices(shown({ source }, { screens, windows }));
    expect(value).toBe(source);
    expect(groups.flatMap(({ sources }) => sources).filter(({ id }) => id === source)).toHaveLength(1);
  },
);

test.each(['screen', 'screen:1', 'screen:2'])(
  'where the desktop asks, %s is the one screen that is listed',
  (source) => {
    const screens = [{ id: '1', label: 'by the program' }];
    const { groups, value } = pictureChoices(shown({ source }, { screens, windows, desktop_asks: true }));
    expect(value).toBe('screen:1');
    const [listed, ...more] = groups.flatMap(({ sources }) => sources).filter(({ id }) => id.startsWith('screen'));
    expect(listed?.label).toBe('Screen or window…');
    expect(more).toEqual([]);
  },
);

test('in a scene the screen and the camera are chosen apart', () => {
  const scene = shown(
    { scene: 'screen+camera:top-left', source: 'camera:HD Webcam', camera: 'HD Webcam' },
    { windows },
  );
  const { groups, value } = pictureChoices(scene);
  expect(value).toBe('screen');
  expect(groups.map(({ sources }) => sources.map(({ id }) => id))).toEqual([['screen'], ['window:Slides'], [IMAGE]]);
  expect(cameraChoices(scene).value).toBe('camera:HD Webcam');
  expect(cameraChoices(scene).sources.map(({ id }) => id)).toContain('pattern');
});
