/** What the person chose; `system` follows the desktop or the phone. */
export type Theme = 'system' | 'dark' | 'light';

const key = 'skylark-theme';
const light = window.matchMedia('(prefers-color-scheme: light)');

let usual: Theme = 'system';

/**
 * Puts the chosen theme on the page and keeps it right when the system changes its mind. Call it once, first. `theme` is
 * the one for somebody who has not chosen.
 */
export function followTheme(theme: Theme = 'system'): void {
  usual = theme;
  apply();
  light.addEventListener('change', apply);
}

export function chosenTheme(): Theme {
  const kept = read();
  return kept === 'dark' || kept === 'light' || kept === 'system' ? kept : usual;
}

export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Without storage (a private window) the choice holds until the page is closed.
    unkept = theme;
  }
  apply();
}

let unkept: string | null = null;

function read(): string | null {
  try {
    return localStorage.getItem(key) ?? unkept;
  } catch {
    return unkept;
  }
}

function apply(): void {
  const theme = chosenTheme();
  const dark = theme === 'dark' || (theme === 'system' && !light.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
