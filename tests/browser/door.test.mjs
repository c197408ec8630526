// What stands before the stream, as a guest's browser shows it: the passcode, the waiting room, a link of one's own.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, afterEach, before, beforeEach, test } = needs(missing());

const sizes = [
  { name: '1280', width: 1280, height: 720 },
  { name: 'phone', width: 390, height: 844, phone: true, colorScheme: 'light' },
];

let chromium;
let skylark;

before(async () => (chromium = await openChromium()));
after(() => chromium?.close());
beforeEach(async () => {
  skylark = await broadcast({ title: 'Sunday concert' });
});
afterEach(() => skylark?.remove());

for (const { name, ...size } of sizes) {
  test(`${name}: the passcode is asked for in words, typed, and asked for once`, async () => {
    skylark.tell('passcode', { text: 'kuvo tami' });
    await skylark.event(({ event, on }) => event === 'passcode' && on, 'it is asked for');
    const person = await chromium.person(size);
    const tab = await person.open(skylark.live.watch);
    await tab.is('passcode');
    assert.doesNotMatch(await tab.words(), /Sunday|watching/, 'nothing is told before');
    assert.doesNotMatch(await tab.page.title(), /Sunday/);
    await tab.picture(`passcode-${name}`);
    const field = tab.page.getByLabel('Passcode');
    await tab.page.keyboard.type('kuvo tam');
    await tab.page.keyboard.press('Enter');
    await tab.until(
      async () => (await tab.words()).includes('not the passcode'),
      5000,
      () => tab.words(),
    );
    await tab.picture(`passcode-wrong-${name}`);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await tab.page.keyboard.type('kuvo tami');
    await tab.page.keyboard.press('Enter');
    await tab.plays();
    // The picture and the title come by ways of their own, and either may be the first.
    await tab.until(
      async () => /Sunday/.test(await tab.page.title()),
      5000,
      () => tab.page.title(),
    );
    await tab.reload();
    await tab.plays();
    assert.ok(!(await tab.page.content()).includes('kuvo'), 'the word stays nowhere in the page');
    assert.ok(!tab.page.url().includes('kuvo'));

    skylark.tell('passcode', { text: 'another' });
    await skylark.event(({ event }) => event === 'passcode', 'another', { since: skylark.events.length });
    await tab.plays();
    await person.close();
  });

  test(`${name}: who waits says a name, is listed, and comes in when let in`, async () => {
    skylark.tell('waiting_room', { on: true });
    await skylark.event(({ event, on }) => event === 'waiting_room' && on, 'there is one');
    const tab = await chromium.open(skylark.live.watch, size);
    await tab.is('knocking');
    assert.doesNotMatch(await tab.words(), /Sunday|watching/, 'nothing is told before');
    await tab.page.getByLabel('Your name, for the broadcaster').fill('Anna');
    await tab.page.keyboard.press('Enter');
    const { viewer } = await skylark.event(({ event, viewer }) => event === 'knock' && viewer.name, 'it has a name');
    assert.equal(viewer.name, 'Anna');
    await tab.picture(`knocking-${name}`);
    skylark.tell('admit', { viewer: viewer.id });
    await tab.plays();
    await tab.close();
  });
}

test('who is refused is told so, and comes in when that is undone and it is let in', async () => {
  skylark.tell('waiting_room', { on: true });
  const tab = await chromium.open(skylark.live.watch);
  await tab.is('knocking');
  const { viewer } = await skylark.event(({ event }) => event === 'knock', 'it knocks');
  skylark.tell('refuse', { viewer: viewer.id, reason: 'members only' });
  await tab.is('removed');
  assert.match(await tab.words(), /not let in.*members only/s);
  await tab.picture('refused-1280');
  const since = skylark.events.length;
  skylark.tell('forgive', { viewer: viewer.id });
  const again = await skylark.event(({ event }) => event === 'knock', 'it knocks again', { since });
  skylark.tell('admit', { viewer: again.viewer.id });
  await tab.plays();
  await tab.close();
});

test("a guest's link is for one device and ends when it is revoked", async () => {
  skylark.tell('make_guest_link', { name: 'Anna', devices: 1 });
  const { watch } = await skylark.event(({ event }) => event === 'guest_link', 'it is made');
  const first = await chromium.open(watch);
  await first.plays();
  assert.equal((await skylark.viewer()).guest, 'Anna');
  const second = await chromium.open(watch);
  await second.is('in_use');
  await second.picture('in-use-1280');
  skylark.tell('revoke_guest_link', { name: 'Anna' });
  await first.is('gone');
  assert.equal((await first.video()).source, false, 'nothing is left of the picture');
  await first.close();
  await second.close();
});
