// What can be seen of a page's words: whether they are cut off, lie over each other, or stand in letters that no table has. Runs in the page.

/** The places where words are written, a line each, with what they stand in. Words that are only for readers of the screen are left out. */
const WRITTEN = `
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.for-readers');
  const written = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, element] = [walker.currentNode, walker.currentNode.parentElement];
    if (!text.data.trim() || element.closest('script, style, option') || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) if (box.width > 1) written.push({ element, box, text: text.data.trim().slice(0, 60) });
  }`;

/** Words of the table (not those of people, which end in three points where they are too long) that an edge cuts off. */
export const CUT = `(() => {${WRITTEN}
  const cut = new Set();
  for (const { element, box, text } of written) {
    if (!/\\p{Script=Hebrew}/u.test(text)) continue;
    if (box.left < -1 || box.right > innerWidth + 1) cut.add(text + ' (beyond the window)');
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(around);
      const edge = around.getBoundingClientRect();
      // Points above and below letters reach out of their line.
      const across = overflowX !== 'visible' && (box.left < edge.left - 1 || box.right > edge.right + 1);
      const down = /hidden|clip/.test(overflowY) && (box.top < edge.top - 6 || box.bottom > edge.bottom + 6);
      if (across || down) cut.add(text + ' (in ' + around.tagName + '.' + around.className + ')');
      if (position === 'fixed') break;
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) cut.add('the page is wider than the window');
  return [...cut];
})()`;

/** Words that lie over others of the same layer. */
export const OVERLAPPING = `(() => {${WRITTEN}
  const layer = (element) => element.closest('dialog, [popover], [data-over], .sheet, .notices') ?? document.body;
  const clipped = (element, { left, top, right, bottom }) => {
    for (let around = element; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowY === 'visible') continue;
      const edge = around.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, edge.left), Math.max(top, edge.top), Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
    }
    return { left, top, right, bottom };
  };
  const seen = written.map((one) => ({ ...one, layer: layer(one.element), seen: clipped(one.element, one.box) }));
  const over = new Set();
  for (const [at, one] of seen.entries())
    for (const other of seen.slice(at + 1)) {
      if (one.layer !== other.layer || one.element === other.element) continue;
      const across = Math.min(one.seen.right, other.seen.right) - Math.max(one.seen.left, other.seen.left);
      const down = Math.min(one.seen.bottom, other.seen.bottom) - Math.max(one.seen.top, other.seen.top);
      // Lines that stand close share the room of their points.
      if (across > 2 && down > 6) over.add(one.text + ' and ' + other.text);
    }
  return [...over];
})()`;

/** Pickers in which what is chosen is cut off; not those of devices, which are called what they are called. */
export const CUT_PICKERS = `(() => {
  const pen = document.createElement('canvas').getContext('2d');
  return [...document.querySelectorAll('select:not([data-testid="camera"], [data-testid="microphone"], [data-testid="scene-camera"])')]
    .filter((picker) => picker.checkVisibility({ visibilityProperty: true }))
    .filter((picker) => {
      const { font, paddingLeft, paddingRight } = getComputedStyle(picker);
      pen.font = font;
      const room = picker.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      return pen.measureText(picker.selectedOptions[0]?.text ?? '').width > room + 2;
    })
    .map((picker) => picker.dataset.testid + ': ' + picker.selectedOptions[0].text);
})()`;

/** All that is written, with what is told to who does not see it, without URLs and what is typed as it stands. */
export const SAID = `(() => {${WRITTEN}
  const said = written.filter(({ element }) => !element.closest('[translate="no"]')).map(({ element }) => element.textContent);
  for (const element of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt']) said.push(element.getAttribute(name) ?? '');
    if (/^(OPTION|OPTGROUP)$/.test(element.tagName)) said.push(element.label);
    if (element.matches('.for-readers')) said.push(element.textContent);
  }
  return said.map((text) => text.replace(/\\S+:\\/\\S*|\\S+\\.example\\.org\\S*/g, ''));
})()`;

/** Where each control and each part with a name stands; but for words within a line, and the picture, which is nobody's to mirror. */
export const PLACES = `(() => [...document.querySelectorAll('[data-testid], header, button, input, select, summary, h1, h2')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('body [dir="ltr"], .picture') && getComputedStyle(element).display !== 'inline')
  .map((element) => {
    const { left, right } = element.getBoundingClientRect();
    return { name: element.dataset.testid ?? element.tagName, left, right, all: innerWidth };
  }))()`;
