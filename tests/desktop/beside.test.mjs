// What is refused or does not run is said beside what it is about: a message to the chat, the words that are not wanted, a server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { missing, openWindow } from './support/window.mjs';

describe('what is refused', { skip: missing() ?? false, timeout: 120_000 }, () => {
  let window;

  before(async () => {
    window = await openWindow({ args: ['--camera', 'pattern', '--microphone', 'tone'], width: 1280, height: 800 });
    await window.click('go-live');
    await window.find('end');
  });
  after(() => window?.close());

  /** What is said of `field` is seen, in its form, and is what describes it. */
  async function saidOf(field, said) {
    await window.find(said);
    const seen = await window.run(
      `const [field, said] = [...arguments].map((id) => document.querySelector(\`[data-testid="\${id}"]\`));
       const { left, top, width, height } = said.getBoundingClientRect();
       const on = document.elementFromPoint(left + width / 2, top + height / 2);
       return [said.contains(on), field.getAttribute('aria-describedby') === said.id, field.ariaInvalid];`,
      field,
      said,
    );
    assert.deepEqual(seen, [true, true, 'true'], `it is seen, and is about ${field}`);
    assert.equal(await window.focused(), field);
    assert.equal(await window.isThere('toast'), false, 'and nowhere else');
    return window.text(said);
  }

  test('a message that is too long', async () => {
    const field = await window.find('chat-write');
    await window.run(
      `arguments[0].value = 'x'.repeat(600); arguments[0].dispatchEvent(new Event('input', { bubbles: true }))`,
      field,
    );
    await field.sendKeys(Key.ENTER);
    assert.match(await saidOf('chat-write', 'chat-refused'), /at most 500 characters/);
    await window.screenshot('panel-message-refused');
    await field.sendKeys(Key.ESCAPE);
    assert.equal(await window.isThere('chat-refused'), false, 'Escape puts it away');
    assert.equal((await field.getAttribute('value')).length, 600, 'and what was written stays');
    await field.clear();
  });

  test('words that are too many', async () => {
    await window.click('chat-words');
    const field = await window.find('chat-words-text');
    assert.equal(await window.focused(), 'chat-words-text', 'who asked for it writes at once');
    await window.run(
      `arguments[0].value = Array.from({ length: 2000 }, (_, at) => 'word' + at).join('\\n');
       arguments[0].dispatchEvent(new Event('input', { bubbles: true }))`,
      field,
    );
    await window.click('chat-words-save');
    assert.match(await saidOf('chat-words-text', 'chat-words-wrong'), /words/);
    await window.screenshot('panel-words-refused');
    await field.sendKeys(Key.ESCAPE);
    assert.equal(await window.isThere('chat-words-form'), false, 'Escape closes it');
    assert.equal(await window.focused(), 'chat-words', 'and the focus is where it was opened');
  });

  test('a server that cannot be reached, where its list is closed, too', async () => {
    const list = (open) => window.run(`document.querySelector('[data-testid="relays"]').open = arguments[0]`, open);
    await list(true);
    await (await window.find('relay-url')).sendKeys('whip+http://127.0.0.1:9/whip/me', Key.ENTER);
    await window.find('relay');
    await list(false);
    await window.until(async () => (await window.text('relays-trouble')) === '0 of 1 running', 'it is said');
    await window.screenshot('panel-relay-waits');
    await list(true);
    await window.click('stop-relay');
    await window.until(async () => !(await window.isThere('relays-trouble')), 'and no more once it is stopped');
  });

  test('each field that can be written into stands out from what it is on, in the dark and in the light', async () => {
    await window.click('chat-words');
    await window.find('chat-words-text');
    for (const theme of ['light', 'dark']) {
      const faint = await window.run(
        `document.documentElement.dataset.theme = arguments[0];
         const light = (colour) => {
           const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
             .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
           return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
         };
         const clear = (colour) => /^(transparent|rgba\\(.*, 0\\))$/.test(colour);
         const ground = (element) => {
           const { backgroundColor } = getComputedStyle(element);
           return clear(backgroundColor) && element.parentElement ? ground(element.parentElement) : backgroundColor;
         };
         const fields = [...document.querySelectorAll('input, select, textarea')];
         return fields.filter((field) => field.offsetParent !== null).filter((field) => {
           const [edge, below] = [getComputedStyle(field).borderTopColor, ground(field.parentElement)].map(light);
           return Math.max(edge, below) / Math.min(edge, below) < 3;
         }).map((field) => field.dataset.testid);`,
        theme,
      );
      assert.deepEqual(faint, [], theme);
    }
  });
});
