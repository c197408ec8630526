//! What the system speaks: the environment that gettext reads (POSIX.1-2024, 8.2, and GNU's LANGUAGE).

use crate::Language;

impl Language {
    /// The system's. `read` reads a variable of the environment.
    pub fn of_system(read: impl Fn(&str) -> Option<String>) -> Language {
        let set = |name: &str| read(name).filter(|value| !value.is_empty());
        let Some(locale) = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set) else {
            return Language::ENGLISH;
        };
        let own = tag(&locale);
        // GNU: a list before the locale, which counts for nothing where that is C.
        let list = set("LANGUAGE").filter(|_| !matches!(&*own, "C" | "POSIX")).unwrap_or_default();
        let wanted: Vec<String> = list.split(':').map(tag).chain([own]).collect();
        Language::choose(wanted.iter().map(String::as_str))
    }
}

/// `de_AT.UTF-8@euro` as in RFC 5646: `de-AT`.
fn tag(locale: &str) -> String {
    locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_gettext_reads_it() {
        for (environment, tag) in [
            (&[][..], "en"),
            (&[("LANG", "de_DE.UTF-8")], "de"),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], "en"),
            (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "de_AT@euro")], "de"),
            (&[("LANG", "fr_FR.UTF-8"), ("LANGUAGE", "fr:de:en")], "de"),
            (&[("LANG", "C.UTF-8"), ("LANGUAGE", "de")], "en"),
            (&[("LC_ALL", ""), ("LANG", "de")], "de"),
        ] {
            let read =
                |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Language::of_system(read).tag(), tag, "{environment:?}");
        }
    }
}
