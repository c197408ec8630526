//! What looks alike: texts of other scripts, cases, accents and disguises, brought to one form that is compared and never shown.

use crate::text::is_invisible;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_security::skeleton;

/// A character that stands for more than so many is looked at as none of them: one of three bytes stands for 18, and to look at each
/// takes its time.
const MOST_PARTS: usize = 4;

/// Two names that a person takes for the same have the same likeness (confusables of UTS 39 after NFKD, in one case, without what is
/// not seen). Accents stay.
pub(crate) fn likeness(text: &str) -> String {
    let folded: String = parts(text).into_iter().filter(|c| !is_invisible(*c)).map(fold).collect();
    // What is told apart by no more than a serif.
    folded
        .chars()
        .map(|c| {
            if matches!(c, 'i' | '1' | '|') {
                'l'
            } else if c == '0' {
                'o'
            } else {
                c
            }
        })
        .collect()
}

/// A text of which was looked up what each character looks like.
pub(crate) struct Looked(Vec<(char, String)>);

impl Looked {
    pub(crate) fn at(text: &str) -> Looked {
        let seen = |c: &char| !is_combining_mark(*c) && (c.is_whitespace() || !is_invisible(*c));
        let without_marks = |c| fold(c).chars().filter(|c| !is_combining_mark(*c)).collect();
        Looked(parts(text).into_iter().filter(seen).map(|c| (c, without_marks(c))).collect())
    }

    /// What it looks like without accents, and with what stands for a letter in disguise as that letter: `Br0@dcâster`. A `1` and an
    /// upright stroke stand for two letters, so each way is given. Blanks stay.
    pub(crate) fn undisguised(&self, punctuation: bool) -> [String; 2] {
        let seen = &self.0;
        ['i', 'l'].map(|one| {
            let mut all = String::new();
            for (at, (c, folded)) in seen.iter().enumerate() {
                // At a word's end it is what it is.
                let within = seen.get(at + 1).is_some_and(|(next, _)| next.is_alphanumeric());
                match letter(*c, one, punctuation && (within || matches!(c, '@' | '$' | '€'))) {
                    same if same == *c => all.push_str(folded),
                    letter => all.push(letter),
                }
            }
            all
        })
    }
}

/// The same at once.
pub(crate) fn undisguised(text: &str, punctuation: bool) -> [String; 2] {
    Looked::at(text).undisguised(punctuation)
}

/// The parts of a text's characters (NFKD).
fn parts(text: &str) -> Vec<char> {
    let few = |c: char| {
        let mut parts = 0;
        decompose_compatible(c, |_| parts += 1);
        if parts > MOST_PARTS { char::REPLACEMENT_CHARACTER } else { c }
    };
    text.chars().map(few).nfkd().collect()
}

/// A character as the Latin letter that it looks like, where it does; in lower case.
fn fold(c: char) -> String {
    let bytes = &mut [0; 4];
    let like =
        |c: char, bytes: &mut [u8; 4]| skeleton(c.encode_utf8(bytes)).flat_map(char::to_lowercase).collect::<String>();
    match c {
        // Letters in boxes and on discs, which neither NFKD nor the skeletons know.
        '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}' => {
            let letter = b'a' + ((c as u32 - 0x1f130) % 32) as u8;
            if letter == b'm' { "rn".to_owned() } else { char::from(letter).to_string() }
        }
        // So the skeletons have it.
        'm' | 'M' => "rn".to_owned(),
        c if c.is_ascii() => c.to_ascii_lowercase().to_string(),
        c => {
            // A capital may look like a Latin one where the small letter does not. But a capital I looks like a small l.
            let capital = like(c, bytes);
            let latin = capital.len() == 1 && capital != "l" && capital.is_ascii();
            if latin { capital } else { c.to_lowercase().map(|c| like(c, bytes)).collect() }
        }
    }
}

fn letter(c: char, one: char, punctuation: bool) -> char {
    match c {
        '0' => 'o',
        '1' => one,
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        '@' if punctuation => 'a',
        '$' if punctuation => 's',
        '!' | '|' if punctuation => one,
        '+' if punctuation => 't',
        '€' if punctuation => 'e',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for other in ["ANNA", "Аnnа", "Anna\u{200b}", "\u{3164}Anna", "Ａｎｎａ", "𝐀𝐧𝐧𝐚"] {
            assert_eq!(likeness(other), likeness("Anna"), "{other:?}");
        }
        for other in ["lan", "IAN", "1an", "Іаn"] {
            assert_eq!(likeness(other), likeness("Ian"), "{other:?}");
        }
        for other in ["Änna", "Ana", "Anne", "Anna2", "Ханна"] {
            assert_ne!(likeness(other), likeness("Anna"), "{other:?}");
        }
    }

    #[test]
    fn a_character_of_many_parts_is_one() {
        assert_eq!(likeness(&"\u{fdfa}".repeat(32)).chars().count(), 32, "each stands for 18");
        assert_eq!(likeness("ﬃ"), likeness("ffi"), "of three they are three");
    }

    #[test]
    fn disguises_come_off() {
        let plain = undisguised("broadcaster", true);
        for other in ["Br0adc4ster", "BRÔADCASTER", "brоаdсаstеr", "bro@dca$ter", "ВROADCASTER"] {
            assert!(undisguised(other, true).iter().any(|form| plain.contains(form)), "{other:?}");
        }
        assert_eq!(undisguised("a1!", false), ["ai!", "al!"]);
    }
}
