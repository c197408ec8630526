// A picker whose value the program changes as well as people. WebKit tells of no choice that stood there when the picker was focused, or was
// chosen last: who shows an image, and then the screen that was shown before it, would choose in vain.
import type { Action } from 'svelte/action';
import { tick } from 'svelte';

/** `value`: what the program shows. */
export const follows: Action<HTMLSelectElement, string> = (list, value) => {
  let known = value;
  const chosen = (): void => void (known = list.value);
  // Not `change`: behind a listener of that Svelte may put the list right again before the picker's own handler reads what was chosen.
  list.addEventListener('input', chosen);
  return {
    update(value) {
      if (value === known) return;
      known = value;
      // As if it was focused with what it shows now.
      void tick().then(() => {
        if (document.activeElement !== list) return;
        list.blur();
        list.focus();
      });
    },
    destroy: () => list.removeEventListener('input', chosen),
  };
};
