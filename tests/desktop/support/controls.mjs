// What of the page can be used where it stands. Runs in the page.

/** Which controls are not on top where they stand, once they are scrolled to; and whether anything is wider than the window. */
export const HIDDEN = `
  const hidden = [];
  for (const element of document.querySelectorAll('main button, main select, main output')) {
    if (element.offsetParent === null || element.closest('details:not([open])')) continue;
    element.scrollIntoView({ block: 'nearest' });
    const { left, top, width, height } = element.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!element.contains(seen)) hidden.push(element.dataset.testid);
  }
  if (document.documentElement.scrollWidth > innerWidth) hidden.push('beyond the edge');
  return hidden;`;
