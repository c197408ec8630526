// That a broadcast goes on as before while something else does not.

import assert from 'node:assert/strict';

/** All these events' seconds together have their pictures: a single one of a busy machine's is nobody's doing. */
export function undisturbed(events) {
  const seconds = events.filter((event) => event.event === 'stats').map(({ stats }) => stats.fps);
  const fps = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
  assert.ok(seconds.length > 2 && fps > 27, `pictures by the second: ${JSON.stringify(seconds)}`);
}
