// The program is started where no window can be.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { binary } from './support/window.mjs';

test('without a display it says so and what to do, and ends', () => {
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const { status, stderr } = spawnSync(binary, [], { env, encoding: 'utf8', timeout: 20_000 });
  assert.match(stderr, /no display.*`skylark headless`/s);
  assert.equal(status, 1);
});

test('a display that cannot be opened is no display', () => {
  for (const [name, value] of [
    ['DISPLAY', ':4711'],
    ['WAYLAND_DISPLAY', 'nowhere-0'],
  ]) {
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const { status, stderr } = spawnSync(binary, [], {
      env: { ...env, [name]: value },
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.match(stderr, new RegExp(`no display.*${name}=${value} cannot be opened.*\`skylark headless\``, 's'));
    assert.doesNotMatch(stderr, /panicked/);
    assert.equal(status, 1);
  }
});
