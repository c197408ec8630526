// The window's program where there is no WebView2, which Wine has not: it says what is missing and how to get it, and ends; without a window
// it does all it can.

import assert from 'node:assert/strict';
import { missingCommand, needs } from '../support/needs.mjs';
import { X11 } from '../support/x11.mjs';
import { display } from './support/display.mjs';
import { folder, missing, Skylark } from './support/wine.mjs';

const { after, before, test } = needs(missing());

let place;
before(() => (place = folder()));
after(() => place?.remove());

const SENTENCE =
  /the window needs Microsoft's WebView2 Runtime.*https:\/\/developer\.microsoft\.com.*`skylark headless`/;

test('without WebView2 a sentence says what is missing and how to get it', async () => {
  const skylark = new Skylark(place.path, []);
  try {
    assert.equal(await skylark.ended(), 1, skylark.log);
    assert.match(skylark.log, SENTENCE);
    assert.doesNotMatch(skylark.log, /panicked/);
  } finally {
    await skylark.gone();
  }
});

test('who reads no stderr sees the same in a box, and the program ends when it was read', async (t) => {
  const lacking = missingCommand('Xvfb');
  if (lacking) return t.skip(lacking);
  const screen = await display();
  const skylark = new Skylark(place.path, [], { environment: { DISPLAY: screen.name } });
  try {
    const x11 = await X11.open(screen.name);
    const box = await screen.window(x11, 'Skylark');
    assert.ok(skylark.runs, 'it waits until somebody has read it');
    screen.picture('windows-no-webview2');
    await x11.askToClose(box);
    x11.close();
    assert.equal(await skylark.ended(), 1, skylark.log);
    assert.match(skylark.log, SENTENCE);
  } finally {
    await skylark.gone();
    screen.remove();
  }
});

test('a command line that cannot be is refused as everywhere, with 2', async () => {
  const skylark = new Skylark(place.path, ['--fps', 'many']);
  try {
    assert.equal(await skylark.ended(), 2, skylark.log);
    assert.match(skylark.log, /--fps/);
  } finally {
    await skylark.gone();
  }
});
