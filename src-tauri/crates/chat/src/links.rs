//! Whether a text has a link in it: what a browser would open, or what people type into its address bar.

/// Endings of names that people write without `www` and a scheme; others may be the end of one sentence and the beginning of the next.
const ENDINGS: [&str; 24] = [
    "com", "net", "org", "info", "biz", "io", "gg", "tv", "me", "de", "uk", "eu", "ru", "cn", "xyz", "app", "dev",
    "live", "link", "shop", "site", "online", "top", "ly",
];

pub(crate) fn has_link(text: &str) -> bool {
    text.split_whitespace().any(is_link)
}

fn is_link(chunk: &str) -> bool {
    let chunk = chunk.to_lowercase();
    if chunk.contains("://") || chunk.contains("www.") {
        return true;
    }
    let host =
        chunk.trim_start_matches(|c: char| !c.is_alphanumeric()).split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.trim_end_matches(|c: char| !c.is_alphanumeric());
    host.rsplit_once('.').is_some_and(|(name, ending)| !name.is_empty() && ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_known() {
        for link in [
            "https://a.example/x",
            "see http://x",
            "ftp://x",
            "HTTPS://X",
            "www.example.fr",
            "(example.com)",
            "example.com/x?y",
            "EXAMPLE.DE.",
        ] {
            assert!(has_link(link), "{link}");
        }
        for none in ["no link", "the end.And more", "3.5", "e.g. this", "...", "a/b", ".com", "10:30"] {
            assert!(!has_link(none), "{none}");
        }
    }
}
