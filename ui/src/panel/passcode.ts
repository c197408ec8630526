// A passcode that can be said on the telephone: made of syllables, by chance.

const consonants = 'bdfghklmnprstvwz';
const vowels = 'aeiou';

/** Syllables of a word, and words. Each syllable is one of 80, so together it is one in 2^37. */
const perWord = 2;
const words = 3;

/** `random` gives so many bytes. */
export function suggestion(random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))): string {
  const drawn = Array.from({ length: words * perWord }, () => syllable(random));
  return Array.from({ length: words }, (_, at) => drawn.slice(at * perWord, (at + 1) * perWord).join('')).join(' ');
}

/** A byte has three times 80 values; what is above is drawn again, so that none is likelier than another. */
function syllable(random: (bytes: number) => Uint8Array): string {
  const all = consonants.length * vowels.length;
  for (;;) {
    const [byte = 255] = random(1);
    if (byte < 3 * all) {
      const one = byte % all;
      return (consonants[Math.floor(one / vowels.length)] ?? '') + (vowels[one % vowels.length] ?? '');
    }
  }
}
