//! What stands beside a link that was pasted somewhere.

use std::fmt;
use std::str::FromStr;

/// What stands beside a link that was pasted somewhere, while nothing is asked of who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkPreview {
    /// The title, and while live a picture of the last minute.
    Still,
    /// The title alone.
    Title,
}

impl LinkPreview {
    const WORDS: [(LinkPreview, &str); 2] = [(Self::Still, "still"), (Self::Title, "title")];

    /// There is a picture.
    pub(crate) fn has_still(self) -> bool {
        self == Self::Still
    }
}

impl FromStr for LinkPreview {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::WORDS.into_iter().find(|(_, word)| *word == text);
        known.map(|(wish, _)| wish).ok_or_else(|| format!("\"{text}\" is not still or title"))
    }
}

impl fmt::Display for LinkPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.into_iter().find(|(wish, _)| wish == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_as_it_is_written_and_nothing_else_is() {
        for (preview, has_still) in [(LinkPreview::Still, true), (LinkPreview::Title, false)] {
            assert_eq!(preview.to_string().parse(), Ok(preview));
            assert_eq!(preview.has_still(), has_still);
        }
        assert_eq!("all".parse::<LinkPreview>(), Err("\"all\" is not still or title".into()));
    }
}
