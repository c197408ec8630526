//! Words that the broadcaster does not want: whole words, in any case and in common disguises.

use crate::likeness::{Looked, undisguised};
use std::collections::HashMap;

/// Most words, so that a message is compared with a list that ends.
pub(crate) const MAX_WORDS: usize = 1000;

/// Longest word, bytes.
pub(crate) const MAX_WORD: usize = 100;

/// From so many equal letters on, a word is drawn out ("baaad"); two are how it is written ("good").
const DRAWN_OUT: usize = 3;

/// The words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    written: Vec<String>,
    /// By their letters, each once where it stands several times in a row: how often each stands. A phrase is several words in a row.
    known: HashMap<String, Vec<Phrase>>,
}

/// The words of a phrase that follow its first, and the first word's runs of letters.
#[derive(Clone, Debug)]
struct Phrase {
    first: Vec<usize>,
    others: Vec<Drawn>,
}

/// A word by its letters: each once, and how often it stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawn {
    letters: String,
    runs: Vec<usize>,
}

impl Words {
    /// Takes the list as the broadcaster wrote it.
    pub(crate) fn new(words: Vec<String>) -> Words {
        let mut known: HashMap<String, Vec<Phrase>> = HashMap::new();
        for word in words.iter().filter(|word| word.chars().any(char::is_alphanumeric)) {
            for punctuation in [true, false] {
                for form in undisguised(word, punctuation) {
                    let mut pieces =
                        form.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()).map(Drawn::of);
                    if let Some(first) = pieces.next() {
                        known
                            .entry(first.letters)
                            .or_default()
                            .push(Phrase { first: first.runs, others: pieces.collect() });
                    }
                }
            }
        }
        Words { written: words, known }
    }

    /// As the broadcaster wrote them.
    pub(crate) fn written(&self) -> &[String] {
        &self.written
    }

    /// One of them is in the text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.known.is_empty() {
            return false;
        }
        let looked = Looked::at(text);
        let forms = [true, false].into_iter().flat_map(|punctuation| looked.undisguised(punctuation));
        forms.into_iter().any(|form| self.stands(&form))
    }

    fn stands(&self, text: &str) -> bool {
        let mut words: Vec<Drawn> = Vec::new();
        // "b a d" and "b.a.d": single letters in a row are one word, too.
        let mut spelt = String::new();
        let mut spelt_words: Vec<Drawn> = Vec::new();
        for chunk in text.split_whitespace() {
            let pieces: Vec<&str> =
                chunk.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()).collect();
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
        let stands_at = |n: usize| self.phrases(&words[n]).any(|phrase| phrase.follows(&words[n + 1..]));
        (0..words.len()).any(stands_at)
            || spelt_words.iter().any(|word| self.phrases(word).any(|phrase| phrase.others.is_empty()))
    }

    /// Those that begin with this word.
    fn phrases(&self, word: &Drawn) -> impl Iterator<Item = &Phrase> {
        let known = self.known.get(&word.letters).into_iter().flatten();
        known.filter(move |phrase| fits(&word.runs, &phrase.first))
    }
}

impl Phrase {
    fn follows(&self, words: &[Drawn]) -> bool {
        self.others.len() <= words.len()
            && self
                .others
                .iter()
                .zip(words)
                .all(|(other, word)| other.letters == word.letters && fits(&word.runs, &other.runs))
    }
}

/// A word whose letters stand so often in a row is one whose letters stand that often.
fn fits(said: &[usize], word: &[usize]) -> bool {
    said.len() == word.len() && said.iter().zip(word).all(|(said, word)| said == word || *said >= DRAWN_OUT)
}

impl Drawn {
    fn of(word: &str) -> Drawn {
        let mut drawn = Drawn { letters: String::new(), runs: Vec::new() };
        for c in word.chars() {
            match drawn.runs.last_mut() {
                Some(run) if drawn.letters.ends_with(c) => *run += 1,
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
}
