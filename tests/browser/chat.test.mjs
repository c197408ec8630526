// The chat on the watch page: people who type, in Chromium and Firefox, beside, below and over the picture.

import assert from 'node:assert/strict';
import { needs } from '../support/needs.mjs';
import { missing, openChromium } from './support/chromium.mjs';
import { contrast } from './support/contrast.mjs';
import { missing as missingFirefox, openFirefox } from './support/firefox.mjs';
import { line } from './support/line.mjs';
import { broadcast } from './support/skylark.mjs';

const { after, before, test } = needs(missing());
const { test: inFirefox } = needs(missingFirefox());

let chromium;
let skylark;

before(async () => {
  chromium = await openChromium();
  // Firefox pairs no address of its own with 127.0.0.1.
  skylark = await broadcast({
    listen: '0.0.0.0:0',
    args: ['--size', '640x360'],
    title: 'Sunday concert from the barn',
  });
});

after(async () => {
  await chromium?.close();
  await skylark?.remove();
});

/** What the page shows of the chat. */
const lines = (tab) =>
  tab.page.evaluate(() =>
    [...document.querySelectorAll('.chat .line .said')].map((line) => line.textContent.replace(/\s+/g, ' ').trim()),
  );

async function shows(tab, line, withinMs = 10_000) {
  await tab.until(
    async () => (await lines(tab)).includes(line),
    withinMs,
    async () => `"${line}" is among ${JSON.stringify(await lines(tab))}`,
  );
}

async function type(tab, text) {
  await tab.page.keyboard.type(text);
  await tab.page.keyboard.press('Enter');
}

async function focusIs(tab, label) {
  await tab.until(
    () => tab.page.evaluate((wanted) => document.activeElement?.getAttribute('aria-label') === wanted, label),
    10_000,
    async () =>
      `the focus is on "${label}", not ${await tab.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`,
  );
}

/** Opens the chat by its key, and takes a name. */
async function comesIn(tab, name) {
  await tab.plays();
  await tab.page.keyboard.press('c');
  await focusIs(tab, 'Your name');
  await type(tab, name);
  await focusIs(tab, 'Write something');
}

const box = (tab, what) =>
  tab.page.evaluate((selector) => {
    const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
    return { x, y, right: x + width, bottom: y + height, width, height };
  }, what);

test('people write to each other and to the broadcaster, by keyboard alone', async () => {
  const anna = await chromium.open(skylark.live.watch);
  const sentFor = [];
  anna.page.on('request', (request) => sentFor.push(request.url()));
  const lena = await chromium.open(skylark.live.watch, {
    colorScheme: 'light',
  });
  await anna.plays();
  assert.ok(!sentFor.some((url) => url.includes('chat')), 'nothing of the chat is sent for before it is wanted');
  const wide = await box(anna, 'video');
  await comesIn(anna, 'Anna');
  assert.ok(
    sentFor.some((url) => url.includes('chat')),
    'and then it is',
  );
  await comesIn(lena, 'anna');

  await type(anna, 'Good evening! See https://example.com/x.');
  await shows(lena, 'Anna Good evening! See https://example.com/x.');
  const link = await lena.page.evaluate(() => {
    const { href, rel, target, referrerPolicy, textContent } = document.querySelector('.chat .line a');
    return { href, rel, target, referrerPolicy, textContent };
  });
  assert.deepEqual(link, {
    href: 'https://example.com/x',
    rel: 'noopener noreferrer nofollow',
    target: '_blank',
    referrerPolicy: 'no-referrer',
    textContent: 'https://example.com/x',
  });
  await type(lena, 'שלום <b>all</b> 👋');
  await shows(anna, 'anna 2 שלום <b>all</b> 👋');
  skylark.tell('say', { text: 'Welcome to the barn' });
  await shows(anna, 'Broadcaster Welcome to the barn');
  assert.equal(await anna.page.evaluate(() => document.querySelectorAll('.chat .host').length), 1);

  // M mutes nobody's sound while somebody writes.
  await anna.page.keyboard.type('mmm fff ccc');
  assert.equal((await anna.video()).muted, false);
  await anna.page.keyboard.press('Enter');
  await shows(lena, 'Anna mmm fff ccc');

  // Stacks and words without an end stay within their line and the chat.
  await type(lena, `${'W'.repeat(300)} Z${'\u0300\u0301\u0302'.repeat(20)}`);
  await anna.until(
    async () => (await lines(anna)).some((line) => line.includes('WWW')),
    5000,
    async () => 'the long word comes',
  );
  const overflow = await anna.page.evaluate(() => {
    const list = document.querySelector('.chat .lines');
    return list.scrollWidth - list.clientWidth;
  });
  assert.equal(overflow, 0, 'nothing stands out of the chat');

  // A reply, a reaction, a hand; and Escape leads back to the picture.
  await anna.page.evaluate(() => document.querySelector('.chat .line[data-id] .reply').focus());
  await anna.page.keyboard.press('Enter');
  await focusIs(anna, 'Write something');
  await type(anna, 'to my own');
  await shows(lena, 'Anna to my own');
  assert.match(await lena.page.evaluate(() => document.querySelector('.chat .answers').textContent), /Good evening/);
  await lena.page.evaluate(() => document.querySelector('.chat .reactions button').click());
  await anna.until(
    () => anna.page.evaluate(() => document.querySelector('.floats span') !== null),
    5000,
    async () => 'a reaction rises',
  );
  await lena.page.evaluate(() => document.querySelector('.chat .hand').click());
  await skylark.event(({ event, up }) => event === 'hand' && up, 'the hand is seen');
  await anna.picture('chat-1280');
  await lena.picture('chat-1280-light');

  const [video, chat] = [await box(anna, 'video'), await box(anna, '.chat')];
  assert.ok(video.right <= chat.x + 1 && video.width < wide.width, 'the chat stands beside the picture');
  await anna.page.keyboard.press('Escape');
  await focusIs(anna, 'Player: Space pauses, M mutes, F fills the screen, C shows the chat, ? lists all keys');
  await anna.page.keyboard.press('f');
  await anna.until(
    async () => (await box(anna, 'video')).width === (await anna.page.evaluate(() => innerWidth)),
    5000,
    async () => 'the picture fills the screen, and the chat is over it',
  );
  assert.ok((await box(anna, '.chat')).width > 0);
  await anna.picture('chat-full-screen');
  await anna.page.keyboard.press('f');
  await anna.page.keyboard.press('c');
  await anna.until(
    async () => (await box(anna, 'video')).width === wide.width,
    5000,
    async () => 'the picture has its place again',
  );
  assert.deepEqual([anna.faults, lena.faults], [[], []]);
  await anna.close();
  await lena.close();
});

test('the chat is open again after a reload, and what was refused is not lost', async () => {
  const person = await chromium.person();
  const anna = await person.open(skylark.live.watch);
  await comesIn(anna, 'Missed');
  skylark.tell('say', { text: 'before' });
  await shows(anna, 'Broadcaster before');
  await anna.reload();
  await anna.plays();
  await shows(anna, 'Broadcaster before');
  const before = (await lines(anna)).filter((line) => line === 'Broadcaster before').length;
  assert.equal(before, 1, 'the chat is open again, with its lines, each once');
  await anna.page.evaluate(() => document.querySelector('.chat input').focus());
  await focusIs(anna, 'Write something');
  skylark.tell('unwanted_words', { words: ['spoiler'] });
  await skylark.event(({ event, unwanted_words: words }) => event === 'chat_state' && words.length > 0, 'it is told');
  await type(anna, 'a spoiler');
  await anna.until(
    async () => /does not want a word in it/.test(await anna.words()),
    5000,
    () => anna.words(),
  );
  assert.equal(await anna.page.evaluate(() => document.activeElement.value), 'a spoiler', 'it can be changed');
  skylark.tell('unwanted_words', { words: [] });
  await anna.close();
});

test('a page that lost its socket has exactly what it missed, nothing twice, and what was written is not lost', async (t) => {
  const cable = await line(skylark.live.port);
  t.after(() => cable.close());
  const url = new URL(skylark.live.watch);
  url.host = `127.0.0.1:${cable.port}`;
  const anna = await chromium.open(url.href);
  await comesIn(anna, 'Cable');
  /** The broadcaster writes; the message's id. */
  const says = async (text) => {
    skylark.tell('say', { text });
    const { message } = await skylark.event(
      ({ event, message }) => event === 'chat' && message.text === text,
      `"${text}" is written`,
    );
    return message.id;
  };
  const deletes = async (message) => {
    skylark.tell('delete_message', { message });
    await skylark.event(
      ({ event, messages }) => event === 'chat_deleted' && messages.includes(message),
      'it is deleted',
    );
  };
  const field = () => anna.page.evaluate(() => document.querySelector('.chat form input').value);
  const since = async (first) => (await lines(anna)).slice((await lines(anna)).indexOf(`Broadcaster ${first}`));
  const one = await says('cable one');
  await says('cable two');
  await type(anna, 'arrives');
  await shows(anna, 'Cable arrives');

  // It is on its way when the line breaks.
  cable.hold();
  await type(anna, 'on its way');
  cable.cut();
  await says('cable three');
  await deletes(one);
  await deletes(await says('cable four'));
  await says('cable five');
  await anna.until(
    async () => {
      // Until the page knows that its socket is gone what is written there may be taken.
      if ((await field()) === '') await type(anna, 'without a line');
      return /That was not sent/.test(await anna.words());
    },
    10_000,
    async () => `it is told that there is no connection, and not "${await anna.words()}"`,
  );
  assert.equal(await field(), 'without a line', 'it stays where it was written');
  assert.ok(!(await lines(anna)).includes('Broadcaster cable three'));
  cable.mend();
  await shows(anna, 'Broadcaster cable five');
  await anna.until(
    async () => /^on its way .*without a line$/.test(await field()),
    10_000,
    async () => `what was on its way is given back: "${await field()}"`,
  );
  await says('cable six');
  await shows(anna, 'Broadcaster cable six');
  assert.deepEqual(await since('cable two'), [
    'Broadcaster cable two',
    'Cable arrives',
    'Broadcaster cable three',
    'Broadcaster cable five',
    'Broadcaster cable six',
  ]);
  assert.ok(!(await lines(anna)).includes('Broadcaster cable one'), 'what was taken out meanwhile is gone');
  assert.equal(await anna.state(), 'playing', 'the picture went on');
  await anna.page.keyboard.press('Enter');
  const sent = ({ event, message }) => event === 'chat' && message.text.startsWith('on its way');
  const { message } = await skylark.event(sent, 'and is sent now');
  await shows(anna, `Cable ${message.text}`);
  assert.deepEqual(anna.faults, []);
  await anna.close();
});

for (const colorScheme of ['light', 'dark'])
  test(`on a phone held upright the chat is below the picture: ${colorScheme}`, async () => {
    const tab = await chromium.open(skylark.live.watch, {
      width: 390,
      height: 844,
      phone: true,
      colorScheme,
    });
    await comesIn(tab, 'Phone');
    await type(tab, 'مرحبا from a phone');
    await shows(tab, 'Phone مرحبا from a phone');
    const [video, chat] = [await box(tab, 'video'), await box(tab, '.chat')];
    assert.ok(chat.y >= video.bottom && chat.bottom <= 844 && chat.height > 300, JSON.stringify({ video, chat }));
    assert.deepEqual([video.x, video.width], [0, 390], 'the picture goes from edge to edge');
    assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), 390);
    await tab.picture(`chat-phone-${colorScheme}`);
    const asked = await tab.page.evaluate(() => {
      const field = document.querySelector('.chat input');
      const colours = [getComputedStyle(field, '::placeholder').color, getComputedStyle(field).backgroundColor];
      return colours.map((colour) => colour.match(/[\d.]+/g).map(Number));
    });
    assert.ok(contrast(...asked) >= 4.5, `what a field asks for can be read: ${JSON.stringify(asked)}`);
    const rows = await tab.page.evaluate(() => {
      const title = document.querySelector('.about h1');
      title.textContent = 'A title of which there is more than fits into one line of a phone, and into two of them';
      return title.getBoundingClientRect().height / parseFloat(getComputedStyle(title).lineHeight);
    });
    assert.equal(Math.round(rows), 2, 'a long title has a second line, and no third');
    const person = await skylark.event(({ event, name }) => event === 'name' && name.startsWith('Phone'), 'a name');
    assert.ok(person.viewer);
    await tab.close();
  });

inFirefox('people write in Firefox', async (t) => {
  const firefox = await openFirefox();
  t.after(() => firefox.close());
  const tab = await firefox.open(skylark.live.watch);
  await comesIn(tab, 'Fuchs');
  await type(tab, 'Grüße aus Firefox 🦊');
  await shows(tab, 'Fuchs Grüße aus Firefox 🦊');
  await skylark.event(
    ({ event, message }) => event === 'chat' && message.text === 'Grüße aus Firefox 🦊',
    'the broadcaster reads it',
  );
  skylark.tell('say', { text: 'Hello Firefox' });
  await shows(tab, 'Broadcaster Hello Firefox');
  await tab.picture('chat-firefox');
  assert.deepEqual(tab.faults, []);
});
