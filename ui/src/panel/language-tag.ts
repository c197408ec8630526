// The library of the graphs makes a formatter of the browser's language as it is loaded. WebKitGTK names "C" where the system's locale is
// that one, which is no language tag, and the library would not load: it is given the one that the panel speaks.
import { language } from '../shared/words/language.ts';

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { configurable: true, value: language() });
}
