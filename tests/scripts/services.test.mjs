// What packages would start is not started: while apt runs policy-rc.d forbids what was not there before, and afterwards it is as it was.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Machine } from './support/machine.mjs';

/** Installing brings a unit, and asks what Debian's scripts ask; the answers are written down. */
const INSTALLS = `
case " $* " in *" -s "*|*" update "*) exit ;; esac
mkdir -p "$SKYLARK_SYSTEM_ROOT/usr/lib/systemd/system"
: >"$SKYLARK_SYSTEM_ROOT/usr/lib/systemd/system/janus.service"
ask() { "$SKYLARK_SYSTEM_ROOT/usr/sbin/policy-rc.d" "$@"; echo "$* $?" >>"$FAKE/answers"; }
ask janus start
ask janus.service start
ask ssh restart
ask ssh.service restart
cp "$SKYLARK_SYSTEM_ROOT/usr/sbin/policy-rc.d" "$FAKE/policy-of-then"`;

function machine(t, tools, booted = true) {
  const made = new Machine({ 'apt-get': INSTALLS, ...tools });
  t.after(() => made.remove());
  const units = join(made.folder, 'root/usr/lib/systemd/system');
  mkdirSync(units, { recursive: true });
  for (const unit of ['ssh.service', ...(booted ? ['systemd-journald.service'] : [])])
    writeFileSync(join(units, unit), '');
  return made;
}

test('a new service is not started, one that was there may be, and none is started at the next boot', async (t) => {
  const made = machine(t);
  const { code, said } = await made.dev(['setup', '--peers']);
  assert.equal(code, 0, said);
  assert.equal(
    made.read('answers'),
    'janus start 101\njanus.service start 101\nssh restart 0\nssh.service restart 0\n',
  );
  assert.deepEqual(made.calls('systemctl'), ['systemctl disable --quiet janus.service']);
  assert.equal(made.has('root/usr/sbin/policy-rc.d'), false, 'nothing is left behind');
});

test('also after a failure nothing is left behind', async (t) => {
  const made = machine(t, { 'apt-get': `${INSTALLS}\nexit 100` });
  assert.notEqual((await made.dev(['setup', '--peers'])).code, 0);
  assert.equal(made.has('root/usr/sbin/policy-rc.d'), false);
});

test('what was left behind by a run that was killed forbids nothing, and goes with the next run', async (t) => {
  const made = machine(t);
  await made.dev(['setup', '--peers']);
  const policy = join(made.folder, 'root/usr/sbin/policy-rc.d');
  writeFileSync(policy, made.read('policy-of-then'));
  chmodSync(policy, 0o755);
  assert.equal(spawnSync(policy, ['anything', 'start']).status, 0, 'its maker is gone');
  await made.dev(['setup', '--peers']);
  assert.equal(made.has('root/usr/sbin/policy-rc.d'), false);
});

test('somebody’s own policy is asked about what was there, and comes back', async (t) => {
  const made = machine(t);
  const policy = join(made.folder, 'root/usr/sbin/policy-rc.d');
  mkdirSync(join(policy, '..'), { recursive: true });
  writeFileSync(policy, '#!/bin/sh\nexit 104\n');
  chmodSync(policy, 0o755);
  await made.dev(['setup', '--peers']);
  assert.equal(
    made.read('answers'),
    'janus start 101\njanus.service start 101\nssh restart 104\nssh.service restart 104\n',
  );
  assert.equal(made.read('root/usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 104\n');
});

test('where systemd came with the packages its own services stay as they are', async (t) => {
  const made = machine(t, {}, false);
  assert.equal((await made.dev(['setup', '--peers'])).code, 0);
  assert.deepEqual(made.calls('systemctl'), []);
});
