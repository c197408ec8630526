//! What a viewer may be called.

use crate::likeness::{Looked, likeness, undisguised};
use crate::text;
use protocol::ChatRefusal;
use std::sync::LazyLock;

/// Longest name, in characters as people count them.
const MAX_CHARACTERS: usize = 32;

/// Longest name, bytes: a character of many code points is still one name on one line.
const MAX_BYTES: usize = 160;

/// What nobody but the broadcaster is called, alone or with a number behind it. Longer ones not as a part of a name either.
const RESERVED: [&str; 13] = [
    "broadcaster",
    "streamer",
    "moderator",
    "administrator",
    "presenter",
    "skylark",
    "gastgeber",
    "host",
    "mod",
    "admin",
    "system",
    "you",
    "staff",
];

/// From so many letters on, a reserved word is one within a longer name too: "the real broadcaster".
const PART: usize = 7;

/// A name as others see it, and what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) shown: String,
    pub(crate) likeness: String,
}

/// Takes a name as somebody wrote it.
pub(crate) fn name(wanted: &str) -> Result<Name, ChatRefusal> {
    // Joiners stay: Persian, the scripts of India and many emoji need them. They make no other name.
    let kept = |c: &char| !text::is_invisible(*c) || matches!(c, ' ' | '\u{200c}' | '\u{200d}' | '\u{fe0f}');
    let shown: String = text::clean(wanted).chars().filter(kept).collect();
    let shown = text::clean(&shown);
    if !text::shows(&shown) || shown.len() > MAX_BYTES || text::characters(&shown) > MAX_CHARACTERS {
        return Err(ChatRefusal::BadName);
    }
    if is_reserved(&shown) {
        return Err(ChatRefusal::ReservedName);
    }
    Ok(Name::of(shown))
}

/// A name as others may see it, of whoever has no part in the chat; none where it cannot be one.
pub fn name_to_show(wanted: &str) -> Option<String> {
    name(wanted).ok().map(|name| name.shown)
}

impl Name {
    fn of(shown: String) -> Name {
        Name { likeness: plain(&likeness(&shown)), shown }
    }

    /// The same with a number behind it, for when another has it.
    pub(crate) fn numbered(&self, number: u32) -> Name {
        Name::of(format!("{} {number}", self.shown))
    }
}

/// Without what stands between letters, so that "An.na" is "Anna"; a name of nothing else stays as it is.
fn plain(likeness: &str) -> String {
    let letters: String = likeness.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace()).collect();
    if letters.is_empty() { likeness.to_owned() } else { letters }
}

/// A reserved word as it looks.
struct Reserved {
    undisguised: String,
    likeness: String,
    /// It is one within a longer name, too.
    part: bool,
}

/// [`RESERVED`], looked at once.
static LOOKS: LazyLock<Vec<Reserved>> = LazyLock::new(|| {
    let of = |word: &str| {
        let [undisguised, _] = undisguised(word, false);
        Reserved { undisguised, likeness: likeness(word), part: word.len() >= PART }
    };
    RESERVED.map(of).into()
});

fn is_reserved(name: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    // A number behind it is no disguise, and no other name either.
    let numberless = name.trim_end_matches(|c: char| c.is_numeric() || c.is_whitespace() || c.is_ascii_punctuation());
    let (whole, bare) = (Looked::at(name), Looked::at(numberless));
    let ways = [whole.undisguised(true), whole.undisguised(false), bare.undisguised(false)];
    let forms: Vec<String> = ways.into_iter().flatten().map(|form| letters(&form)).collect();
    // And what is told apart by no more than a serif: an I from an l.
    let alike = [name, numberless].map(|name| letters(&likeness(name)));
    LOOKS.iter().any(|reserved| {
        let is = |form: &String, word: &String| form == word || (reserved.part && form.contains(word.as_str()));
        forms.iter().any(|form| is(form, &reserved.undisguised))
            || alike.iter().any(|form| is(form, &reserved.likeness))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_people_write_them() {
        for own in [
            "Anna",
            "Jean-Luc",
            "محمد",
            "می‌خواهم",
            "李小龙",
            "🎉",
            "O'Neill",
            "Ghost",
            "Hostel",
            "Modesty",
            "R2D2",
            "Admiral",
        ] {
            assert_eq!(name(own).map(|name| name.shown).as_deref(), Ok(own));
        }
        assert_eq!(name("  Anna \u{200b}\n Lena ").unwrap().shown, "Anna Lena");
    }

    #[test]
    fn what_cannot_be_seen_or_is_too_long_is_none() {
        for none in [
            "",
            " ",
            "\u{3164}",
            "\u{200d}",
            "\u{2800}",
            &"x".repeat(33),
            &"x".repeat(65_536),
            &format!("a{}", "\u{200d}".repeat(100)),
        ] {
            assert_eq!(name(none), Err(ChatRefusal::BadName), "{}", none.len());
        }
    }

    #[test]
    fn the_broadcasters_name_cannot_be_imitated() {
        for imitation in [
            "Broadcaster",
            "BROADCASTER",
            "Вroаdсаster",
            "Broad\u{200b}caster",
            "B r o a d c a s t e r",
            "Br0adcaster",
            "Broadcaster 2",
            "the real broadcaster",
            "𝔹𝕣𝕠𝕒𝕕𝕔𝕒𝕤𝕥𝕖𝕣",
            "ⓑroadcaster",
            "Broâdcaster",
            "host",
            "HOST.",
            "h0st",
            "Ηost",
            "Host 1",
            "Moderator",
            "[mod]",
            "@dmin",
            "Gastgeber",
            "Broadcaster\u{3164}",
            "8roadcaster",
            "SkyIark",
            "ADMlN",
            "Admlnlstrator 2",
            "ℬroadcaster",
            "🅱roadcaster",
            "Brοadcαѕter",
            "rnoderator",
        ] {
            assert_eq!(name(imitation).map(|name| name.shown), Err(ChatRefusal::ReservedName), "{imitation}");
        }
    }
}
