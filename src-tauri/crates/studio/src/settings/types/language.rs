//! What language the panel and the slates speak.

use std::{fmt, str::FromStr};
use words::{Language, Said, said};

/// What language the panel and the slates speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpokenLanguage {
    /// The system's, where there are words in it.
    Auto,
    /// This one.
    Of(Language),
}

impl SpokenLanguage {
    const AUTO: &str = "auto";

    /// Which that is here.
    pub(crate) fn spoken(self) -> Language {
        match self {
            Self::Auto => Language::of_system(|name| std::env::var(name).ok()),
            Self::Of(language) => language,
        }
    }
}

impl FromStr for SpokenLanguage {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let of = || text.parse().map(Self::Of).map_err(|_| UnknownLanguage(text.into()));
        if text == Self::AUTO { Ok(Self::Auto) } else { of() }
    }
}

impl fmt::Display for SpokenLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str(Self::AUTO),
            Self::Of(language) => language.fmt(f),
        }
    }
}

/// There are no words in that language.
#[derive(Debug)]
pub(crate) struct UnknownLanguage(String);

impl From<UnknownLanguage> for Said {
    fn from(UnknownLanguage(text): UnknownLanguage) -> Said {
        said!("setting.language", text, known = all_languages())
    }
}

fn all_languages() -> String {
    Language::all().map(Language::tag).collect::<Vec<_>>().join(", ")
}
