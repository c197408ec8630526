//! What people read and no page says by itself: the notices, what is drawn into the picture, what the program tells. The words stand in the table that the pages have theirs
//! from, `ui/src/shared/words`, where a language is a file.
//!
//! A page fills its messages in (ICU MessageFormat); here they are texts, or have the name of a value in braces. What the program tells people is in
//! the section `told`, and is made by [`said!`]: in English, and by its key for who speaks another language.

mod accepted;
mod environment;
mod said;

pub use said::{Key, Said, Value, takes};

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A language's tag and its table as it is written, English first.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What the program says, by key, with the names of the values that each takes.
const SENTENCES: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sentences.rs"));

type Sections = BTreeMap<String, BTreeMap<String, String>>;

static TABLES: LazyLock<Vec<Sections>> = LazyLock::new(|| {
    FILES.iter().map(|(_, file)| serde_json::from_str(file).expect("the build of the pages reads it too")).collect()
});

/// A language that there are words in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// What stands in where another has nothing.
    pub const ENGLISH: Language = Language(0);

    /// All that there are, English first.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..FILES.len()).map(Language)
    }

    /// As in RFC 5646: `de`.
    pub fn tag(self) -> &'static str {
        FILES[self.0].0
    }

    /// A message of the table by its key; in English where this language lacks it, and one that is nowhere is said by its key.
    pub fn say(self, section: &str, key: &'static str) -> &'static str {
        let find = |table: &'static Sections| table.get(section)?.get(key).map(String::as_str);
        find(&TABLES[self.0]).or_else(|| find(&TABLES[0])).unwrap_or(key)
    }

    /// Which way it is written: `ltr` or `rtl`.
    pub fn direction(self) -> &'static str {
        self.say("language", "direction")
    }

    /// The first of the wanted ones that there is, or English: `de-AT` is content with `de` (RFC 4647, 3.4).
    pub fn choose<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Language {
        wanted.into_iter().find_map(Language::looked_up).unwrap_or(Language::ENGLISH)
    }

    fn looked_up(range: &str) -> Option<Language> {
        let is = |part: &str| Language::all().find(|language| language.tag().eq_ignore_ascii_case(part));
        let mut part = Some(range);
        while let Some(tried) = part {
            if let Some(found) = is(tried) {
                return Some(found);
            }
            part = tried.rsplit_once('-').map(|(shorter, _)| shorter);
        }
        None
    }
}

/// There are no words in that language.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownLanguage;

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        Language::all().find(|language| language.tag() == tag).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_looked_up_and_a_variety_is_content_with_its_language() {
        let chosen = |wanted: &[&str]| Language::choose(wanted.iter().copied()).tag();
        assert_eq!(chosen(&["fr", "de", "en"]), "de");
        assert_eq!(chosen(&["de-AT", "en"]), "de");
        assert_eq!(chosen(&["EN-gb", "de"]), "en");
        assert_eq!(chosen(&["", "-", "tlh"]), "en");
        assert_eq!("de".parse::<Language>().map(Language::tag), Ok("de"));
        assert_eq!("deutsch".parse::<Language>(), Err(UnknownLanguage));
    }

    #[test]
    fn every_language_has_its_own_words_and_a_direction() {
        assert_eq!(Language::ENGLISH.say("watch", "play"), "Play");
        assert!(Language::all().count() > 1);
        for language in Language::all() {
            assert!(["ltr", "rtl"].contains(&language.direction()), "{language}");
            assert_eq!(language.say("watch", "is nowhere"), "is nowhere");
        }
        assert_eq!(Language::choose(["de"]).say("watch", "play"), "Abspielen");
    }
}
