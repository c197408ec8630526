//! What a browser asks for: `Accept-Language` (RFC 9110, 12.5.4).

use crate::Language;

/// More ranges than this no browser sends: the rest is not read.
const MOST: usize = 32;

impl Language {
    /// The best that there is of those which a header names.
    pub fn accepted(header: &str) -> Language {
        let mut wanted: Vec<(&str, f32)> = header.split(',').take(MOST).filter_map(range).collect();
        // Stable: of equal ones the first.
        wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Language::choose(wanted.into_iter().map(|(range, _)| range))
    }
}

/// `de-AT;q=0.8`: which, and how much it is wanted. None where it is not wanted, or makes no sense.
fn range(written: &str) -> Option<(&str, f32)> {
    let mut parts = written.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = match parts.find_map(|part| part.strip_prefix("q=")) {
        Some(quality) => quality.parse().ok()?,
        None => 1.0,
    };
    (quality > 0.0 && quality <= 1.0).then_some((range, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_that_there_is() {
        for (header, tag) in [
            ("de", "de"),
            ("de-DE,de;q=0.9,en;q=0.8", "de"),
            ("en-US,en;q=0.9,de;q=0.8", "en"),
            ("fr-FR, fr;q=0.9, de;q=0.5, en;q=0.4", "de"),
            ("en;q=0.1,de;q=0.2", "de"),
            ("de;q=0,en", "en"),
            ("*", "en"),
            ("", "en"),
            (";;,,q=,de;q=nan,de;q=9", "en"),
        ] {
            assert_eq!(Language::accepted(header).tag(), tag, "{header}");
        }
    }
}
