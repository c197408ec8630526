//! Where a redirect may lead. Decisions only.

use crate::target::host;
use crate::trouble::Trouble;
use url::Url;

/// Longest that is read, bytes: more than any server needs (RFC 9110 4.1 asks for 8,000 at least), and less than what keeps a thread, as a
/// host's name of 64 kB does for a tenth of a second.
const LONGEST: usize = 8000;

/// The URL that a redirect, or a Location, of `from` leads to.
///
/// # Errors
///
/// It is none, or leads from TLS to none.
pub(crate) fn next(from: &Url, location: Option<&str>) -> Result<Url, Trouble> {
    let wrong = |why| Trouble::Redirect { host: host(from), why };
    let location = location.ok_or_else(|| wrong("it does not say where to"))?;
    if location.len() > LONGEST {
        return Err(wrong("what it says is longer than any URL"));
    }
    let mut to = from.join(location).map_err(|_| wrong("what it says is no URL"))?;
    match (from.scheme(), to.scheme()) {
        ("https", "http") => return Err(Trouble::Downgrade { host: host(from) }),
        (_, "https" | "http") => {}
        _ => return Err(wrong("it leads to what is neither https nor http")),
    }
    if to.host_str().is_none_or(str::is_empty) {
        return Err(wrong("it names no host"));
    }
    if !to.username().is_empty() || to.password().is_some() {
        return Err(wrong("it has a user's name in it"));
    }
    to.set_fragment(None);
    Ok(to)
}

/// Whether what may be told the one may be told the other.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("well-formed")
    }

    #[test]
    fn it_leads_on_relative_and_absolute_but_never_to_no_tls() {
        let from = url("https://a.example/whip/me?key=1");
        for (location, leads) in [
            ("/whip/session/1", Some("https://a.example/whip/session/1")),
            ("session/1", Some("https://a.example/whip/session/1")),
            ("?x", Some("https://a.example/whip/me?x")),
            ("https://b.example/x#y", Some("https://b.example/x")),
            ("//b.example/x", Some("https://b.example/x")),
            ("http://a.example/whip", None),
            ("ftp://a.example/", None),
            ("javascript:alert(1)", None),
            ("https://me@b.example/", None),
            ("https://", None),
        ] {
            let to = next(&from, Some(location));
            assert_eq!(to.as_ref().ok().map(Url::as_str), leads, "{location}");
            assert!(to.is_ok() || to.is_err_and(|trouble| trouble.is_final()), "{location}");
        }
        assert!(next(&from, None).is_err());
        let long = |length: usize| format!("/{}", "x".repeat(length - 1));
        assert!(next(&from, Some(&long(LONGEST))).is_ok());
        assert!(next(&from, Some(&long(LONGEST + 1))).is_err_and(|trouble| trouble.is_final()));
        assert_eq!(next(&from, Some("http://a.example/")), Err(Trouble::Downgrade { host: "a.example".into() }));
        assert!(next(&url("http://127.0.0.1/"), Some("https://a.example/")).is_ok(), "the other way is better");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let a = url("https://a.example/x");
        assert!(same_origin(&a, &url("https://A.example:443/y")));
        for other in
            ["https://a.example:8443/x", "http://a.example/x", "https://b.a.example/x", "https://a.example.b/x"]
        {
            assert!(!same_origin(&a, &url(other)), "{other}");
        }
    }
}
