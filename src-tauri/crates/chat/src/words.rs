//! Words that the broadcaster does not want: whole words, in any case and in common disguises.

use crate::likeness::Looked;
use std::collections::{BTreeSet, HashMap};

/// Most words, so that a message is compared with a list that ends.
pub(crate) const MAX_WORDS: usize = 1000;

/// Longest word, bytes.
pub(crate) const MAX_WORD: usize = 100;

/// From so many equal letters on, a word is drawn out ("baaad"); two are how it is written ("good"). More are counted as so many.
const DRAWN_OUT: u8 = 3;

/// The words.
///
/// All phrases are followed through a text at once, a bit for each of their words: a thousand that begin alike cost what one does, and
/// whatever stands in a text, a word of it costs as many steps as there are blocks of 64 bits at the most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    written: Vec<String>,
    /// By their letters, each once where it stands several times in a row, and by how often each stands.
    known: HashMap<String, HashMap<Vec<u8>, Places>>,
    /// Where phrases begin. Theirs follow each other.
    begins: Vec<u64>,
    /// Where they end.
    ends: Vec<u64>,
}

/// Where in the phrases a word stands.
#[derive(Clone, Debug, Default)]
struct Places {
    /// By blocks of 64, those that have any.
    blocks: Vec<(usize, u64)>,
    /// It is a phrase by itself.
    alone: bool,
}

/// A word by its letters: each once, and how often it stands in a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Drawn {
    letters: String,
    runs: Vec<u8>,
}

impl Words {
    /// Takes the list as the broadcaster wrote it.
    pub(crate) fn new(words: Vec<String>) -> Words {
        let mut phrases: BTreeSet<Vec<Drawn>> = BTreeSet::new();
        for word in words.iter().filter(|word| word.chars().any(char::is_alphanumeric)) {
            phrases.extend(forms(word).iter().map(|form| pieces(form).map(Drawn::of).collect()));
        }
        let mut all = Words { written: words, ..Words::default() };
        let mut at = 0;
        for phrase in phrases {
            let last = phrase.len().saturating_sub(1);
            for (n, Drawn { letters, runs }) in phrase.into_iter().enumerate() {
                let (block, bit) = (at / 64, 1 << (at % 64));
                if block == all.begins.len() {
                    all.begins.push(0);
                    all.ends.push(0);
                }
                all.begins[block] |= if n == 0 { bit } else { 0 };
                all.ends[block] |= if n == last { bit } else { 0 };
                let places = all.known.entry(letters).or_default().entry(runs).or_default();
                places.alone |= last == 0;
                match places.blocks.last_mut() {
                    Some((there, bits)) if *there == block => *bits |= bit,
                    _ => places.blocks.push((block, bit)),
                }
                at += 1;
            }
        }
        all
    }

    /// As the broadcaster wrote them.
    pub(crate) fn written(&self) -> &[String] {
        &self.written
    }

    /// One of them is in the text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        !self.known.is_empty() && forms(text).iter().any(|form| self.stands(form))
    }

    fn stands(&self, text: &str) -> bool {
        let mut words: Vec<Drawn> = Vec::new();
        // "b a d" and "b.a.d": single letters in a row are one word, too.
        let mut spelt = String::new();
        let mut spelt_words: Vec<Drawn> = Vec::new();
        for chunk in text.split_whitespace() {
            let pieces: Vec<&str> = pieces(chunk).collect();
            for piece in &pieces {
                words.push(Drawn::of(piece));
                if piece.chars().nth(1).is_none() {
                    spelt.push_str(piece);
                } else {
                    spelt_words.push(Drawn::of(&std::mem::take(&mut spelt)));
                }
            }
            if pieces.len() > 1 {
                spelt_words.push(Drawn::of(&pieces.concat()));
            }
        }
        spelt_words.push(Drawn::of(&spelt));
        self.follow(&words) || spelt_words.iter().any(|word| self.places(word).any(|places| places.alone))
    }

    /// These words in a row have a phrase in them.
    fn follow(&self, words: &[Drawn]) -> bool {
        // Phrases that the words until here are the beginning of, by the last of these.
        let mut here = vec![0; self.begins.len()];
        let mut next = here.clone();
        for word in words {
            for (block, bits) in self.places(word).flat_map(|places| &places.blocks) {
                let before = block.checked_sub(1).map_or(0, |before| here[before] >> 63);
                next[*block] |= (here[*block] << 1 | before | self.begins[*block]) & bits;
                if next[*block] & self.ends[*block] != 0 {
                    return true;
                }
            }
            std::mem::swap(&mut here, &mut next);
            next.fill(0);
        }
        false
    }

    /// Where words stand that this one is, or is when it is not drawn out.
    fn places(&self, word: &Drawn) -> impl Iterator<Item = &Places> {
        let known = self.known.get(&word.letters);
        let drawn_out = word.runs.contains(&DRAWN_OUT);
        let exact = known.filter(|_| !drawn_out).and_then(|known| known.get(&word.runs));
        let others = known.filter(|_| drawn_out).into_iter().flatten();
        exact.into_iter().chain(others.filter(|(runs, _)| fits(&word.runs, runs)).map(|(_, places)| places))
    }
}

/// A text in each way in which it may be meant, which mostly is one.
fn forms(text: &str) -> BTreeSet<String> {
    let looked = Looked::at(text);
    [true, false].into_iter().flat_map(|punctuation| looked.undisguised(punctuation)).collect()
}

/// What stands between all that is no letter.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

/// A word whose letters stand so often in a row is one whose letters stand that often.
fn fits(said: &[u8], word: &[u8]) -> bool {
    said.len() == word.len() && said.iter().zip(word).all(|(said, word)| said == word || *said == DRAWN_OUT)
}

impl Drawn {
    fn of(word: &str) -> Drawn {
        let mut drawn = Drawn { letters: String::new(), runs: Vec::new() };
        for c in word.chars() {
            match drawn.runs.last_mut() {
                Some(run) if drawn.letters.ends_with(c) => *run = DRAWN_OUT.min(*run + 1),
                _ => {
                    drawn.letters.push(c);
                    drawn.runs.push(1);
                }
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Words {
        Words::new(["bad", "god", "shit", "buy now", "идиот", "größe"].map(str::to_owned).to_vec())
    }

    #[test]
    fn whole_words_in_any_case_and_in_disguise() {
        for said in [
            "bad",
            "That is BAD.",
            "b4d",
            "B@d!",
            "baaaad",
            "b a d",
            "b.a.d",
            "b-a-d",
            "bád",
            "bаd",
            "ｂａｄ",
            "ba\u{200b}d",
            "so *bad*",
            "sh1t",
            "sh!t",
            "$hit",
            "5hit",
            "Buy NOW",
            "buy\u{a0}now",
            "Идиот",
            "GRÖSSE größe",
            "bad?!",
        ] {
            assert!(words().is_in(said), "{said}");
        }
    }

    #[test]
    fn others_are_left_alone() {
        for said in [
            "badge",
            "forbade",
            "good",
            "Baden-Baden",
            "now buy",
            "buy it now",
            "a b",
            "Shitake",
            "so",
            "",
            "👍",
            "b ad",
        ] {
            assert!(!words().is_in(said), "{said}");
        }
        assert!(!Words::default().is_in("bad"));
        assert!(!Words::new(vec![String::new(), "!".into()]).is_in("what!"), "a word of nothing");
    }

    #[test]
    fn phrases_of_any_length_that_begin_alike_are_told_apart() {
        let phrases: Vec<String> = (1..100).map(|n| format!("{}end{n}", "so ".repeat(n))).collect();
        let words = Words::new(phrases);
        assert!(words.begins.len() > 64, "they reach over many blocks");
        for n in [1, 2, 50, 99] {
            assert!(words.is_in(&format!("it is {}end{n} of it", "so ".repeat(n))), "{n}");
            assert!(words.is_in(&format!("{}end{n}", "soooo ".repeat(n + 1))), "{n}: the last of them");
            assert!(!words.is_in(&format!("{}end{n}", "so ".repeat(n - 1))), "{n}");
        }
    }

    /// The same slowly: each phrase at each word of the text.
    fn stands_slowly(phrases: &[Vec<Drawn>], words: &[Drawn]) -> bool {
        let is = |word: &Drawn, of: &Drawn| word.letters == of.letters && fits(&word.runs, &of.runs);
        phrases.iter().any(|phrase| {
            words.windows(phrase.len()).any(|words| words.iter().zip(phrase).all(|(word, of)| is(word, of)))
        })
    }

    proptest! {
        #[test]
        fn all_phrases_at_once_are_each_by_itself(
            phrases in prop::collection::vec("[ab]{1,4}( [ab]{1,4}){0,70}", 1..8),
            text in "[ab]{1,4}( [ab]{1,4}){0,90}",
            cut in 0usize..4,
        ) {
            // One is in the text, as far as it goes.
            let inside = text.split(' ').skip(cut).take(3).collect::<Vec<_>>().join(" ");
            let phrases: Vec<String> = phrases.into_iter().chain((!inside.is_empty()).then_some(inside)).collect();
            for phrases in [&phrases[..], &phrases[..phrases.len() - 1]] {
                let words = Words::new(phrases.to_vec());
                let of = |text: &str| pieces(text).map(Drawn::of).collect::<Vec<_>>();
                let slowly = stands_slowly(&phrases.iter().map(|phrase| of(phrase)).collect::<Vec<_>>(), &of(&text));
                prop_assert_eq!(words.follow(&of(&text)), slowly);
            }
        }
    }
}
