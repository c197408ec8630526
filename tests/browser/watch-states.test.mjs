// axe finds nothing in the states of the watch page that the real program brings about: a wrong passcode, a knock that is refused, what the
// broadcaster withholds, a chat with all that moderates it, a rehearsal, a link that is in use. Dark and light.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { findings } from './support/axe.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());

let chromium, skylark;
before(async () => {
  chromium = await openChromium();
  skylark = await broadcast({ title: 'Sunday concert from the barn' });
});
after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

/** Has the program do this, and waits until it says that it did. */
async function tell(command, values, event = command) {
  const since = skylark.events.length;
  skylark.tell(command, values);
  return skylark.event((told) => told.event === event, `${command}: ${event}`, { since });
}

/** Dark with all rules; light is other colours and nothing else. */
async function good(tab, state) {
  for (const theme of ['dark', 'light']) {
    await tab.page.emulateMedia({ colorScheme: theme });
    assert.deepEqual(
      await findings(tab.page, theme === 'light' ? ['color-contrast'] : undefined),
      [],
      `${state}, ${theme}`,
    );
    await tab.picture(`axe-${state.replace(/\W+/g, '-')}-${theme}`);
  }
}

const says = (tab, words) => tab.page.getByText(words).first().waitFor();

/** What happens, by what is to be seen. */
const STATES = {
  'microphone off': async (tab) => {
    await tell('mute_microphone', { on: true });
    await says(tab, /microphone is off/i);
  },
  'camera off, too': async (tab) => {
    await tell('camera_off', { on: true });
    await says(tab, /camera/i);
  },
  'right back': async (tab) => {
    await tell('be_right_back', { on: true });
    await says(tab, /right back/i);
  },
  'chat: pinned, answered, with a hand up': async (tab) => {
    await tab.page.keyboard.press('c');
    await tab.page.getByLabel('Your name').fill('Anna');
    await tab.page.keyboard.press('Enter');
    await tab.page.getByLabel('Write something').fill('Good evening');
    await tab.page.keyboard.press('Enter');
    const { message } = await skylark.event(({ event }) => event === 'chat', 'it is said');
    await tell('say', { text: 'Good evening, Anna', reply_to: message.id }, 'chat');
    await tell('pin', { message: message.id }, 'chat_state');
    await tab.page.locator('.chat .hand').click();
    await skylark.event(({ event }) => event === 'hand', 'the hand is up');
    await says(tab, 'Good evening, Anna');
  },
  'chat: slow, refused': async (tab) => {
    await tell('slow_mode', { seconds: 60 }, 'chat_state');
    await tab.page.getByLabel('Write something').fill('And again');
    await tab.page.keyboard.press('Enter');
    await tab.page.locator('.chat [role="alert"]:not(:empty), .chat [role="status"]:not(:empty)').first().waitFor();
  },
  'chat: off': async (tab) => {
    await tell('chat', { mode: 'off' }, 'chat_state');
    await tab.page.getByLabel('Write something').waitFor({ state: 'detached' });
  },
};

test('while it plays', async () => {
  const tab = await chromium.open(skylark.live.watch, { width: 1280, height: 800 });
  await tab.is('playing');
  for (const [state, happens] of Object.entries(STATES)) {
    await happens(tab);
    // The controls come when somebody moves.
    for (const x of [200, 201]) await tab.page.mouse.move(x, 100);
    await good(tab, state);
  }
  await tab.close();
});

test('at the door', async () => {
  await tell('passcode', { text: 'owl in the barn' });
  const tab = await chromium.open(skylark.live.watch, { width: 390, height: 844 });
  await tab.is('passcode');
  await tab.page.keyboard.type('barn owl');
  await tab.page.keyboard.press('Enter');
  await tab.page.locator('[aria-invalid="true"]').waitFor();
  await good(tab, 'a wrong passcode');
  await tell('passcode', { text: null });
  await tell('waiting_room', { on: true });
  await tab.reload();
  await tab.is('knocking');
  await tab.page.getByLabel('Your name, for the broadcaster').fill('Anna');
  await tab.page.keyboard.press('Enter');
  const { viewer } = await skylark.event(({ event, viewer }) => event === 'knock' && viewer.name, 'it has a name');
  await good(tab, 'knocked, with a name');
  skylark.tell('refuse', { viewer: viewer.id, reason: 'members only' });
  await tab.is('removed');
  await good(tab, 'not let in');
  await tab.close();
  await tell('waiting_room', { on: false });
});

test('a link that is in use', async () => {
  const { watch } = await tell('make_guest_link', { name: 'Anna', devices: 1 }, 'guest_link');
  const first = await chromium.open(watch);
  await first.is('playing');
  const second = await chromium.open(watch);
  await second.is('in_use');
  await good(second, 'in use');
  await first.close();
  await second.close();
});

test('a rehearsal', async () => {
  await tell('end', {}, 'ended');
  const { rehearsal } = await tell('rehearse', { on: true }, 'rehearsal');
  const tab = await chromium.open(rehearsal.watch);
  await tab.is('playing');
  await says(tab, /rehearsal/i);
  await good(tab, 'rehearsal');
  await tab.close();
});
