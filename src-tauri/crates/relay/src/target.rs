//! Whom a relay goes to: a URL that the broadcaster wrote, and what is told there and nowhere else.

use protocol::{RelayEngine, RelaySecrets};
use url::Url;

/// The longest URL that is read, bytes.
const LONGEST: usize = 2048;

/// The longest secret or file name, bytes.
const LONGEST_SECRET: usize = 8192;

/// One relay's URL and secrets. `Debug` shows the host alone: the path may be a secret too.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) engine: RelayEngine,
    pub(crate) url: Url,
    pub(crate) secrets: RelaySecrets,
}

impl Target {
    /// Reads a URL such as `whip+https://live.example.org/whip/me`. An error says what can be written.
    pub fn parse(text: &str, secrets: RelaySecrets) -> Result<Target, String> {
        let text = text.trim();
        let example = "whip+https://HOST/PATH";
        if text.len() > LONGEST {
            return Err(format!("A relay's URL has at most {LONGEST} bytes."));
        }
        let Some(plain) = text.strip_prefix("whip+") else {
            let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
            let scheme: String =
                scheme.chars().filter(|c| c.is_ascii_alphanumeric() || "+-.".contains(*c)).take(20).collect();
            return Err(format!(
                "A relay's URL begins with the kind of its server, as in {example}. \"{scheme}\" is none that is known."
            ));
        };
        let url = Url::parse(plain).map_err(|error| format!("This is no URL ({error}). It is written {example}."))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(format!("A WHIP server is reached by https (or by http in this network): {example}."));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(format!("The URL names no host. It is written {example}."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("A URL is no place for a user's name or password: give the secret as bearer.".to_owned());
        }
        let bearer = secrets.bearer.as_ref().map_or("", |bearer| bearer.reveal());
        if bearer.len() > LONGEST_SECRET || secrets.ca.as_ref().is_some_and(|ca| ca.len() > LONGEST_SECRET) {
            return Err(format!("A secret has at most {LONGEST_SECRET} bytes."));
        }
        if !bearer.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("A bearer token is letters, digits and signs of ASCII, without blanks.".to_owned());
        }
        Ok(Target { engine: RelayEngine::Whip, url, secrets })
    }

    /// What kind of server it is.
    pub fn engine(&self) -> RelayEngine {
        self.engine
    }

    /// Whom it names, for people: the host, and the port where it is not the usual one.
    pub fn host(&self) -> String {
        host(&self.url)
    }

    /// Both go to the same place.
    pub fn is_at(&self, other: &Target) -> bool {
        self.engine == other.engine && self.url == other.url
    }
}

/// A URL's host, and its port where it is not the usual one.
pub(crate) fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({})", self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Secret;

    fn parse(text: &str) -> Result<Target, String> {
        Target::parse(text, RelaySecrets::default())
    }

    #[test]
    fn whip_over_https_and_http_is_read() {
        for (text, host) in [
            ("whip+https://live.example.org/whip/me?x=1", "live.example.org"),
            (" whip+https://live.example.org:8443/\n", "live.example.org:8443"),
            ("whip+https://live.example.org:443/", "live.example.org"),
            ("whip+http://127.0.0.1:7080/whip", "127.0.0.1:7080"),
            ("whip+http://[::1]:7080/whip", "[::1]:7080"),
        ] {
            let target = parse(text).expect(text);
            assert_eq!((target.host().as_str(), target.engine()), (host, RelayEngine::Whip));
        }
        let (one, two) = (parse("whip+https://a/x").unwrap(), parse("whip+https://a:443/x").unwrap());
        assert!(one.is_at(&two) && !one.is_at(&parse("whip+https://a/y").unwrap()));
    }

    #[test]
    fn what_cannot_be_is_said_with_what_can() {
        for (text, words) in [
            ("", "whip+https://HOST/PATH"),
            ("https://live.example.org/", "\"https\" is none"),
            ("janus+wss://live.example.org/1", "\"janus+wss\" is none"),
            ("whip+rtmp://live.example.org/", "by https"),
            ("whip+https://", "no URL"),
            ("whip+https:///x", "HOST"),
            ("whip+https://me:word@live.example.org/", "give the secret as bearer"),
            ("whip+https://me@live.example.org/", "give the secret as bearer"),
        ] {
            let error = match parse(text) {
                Ok(target) => {
                    assert_eq!(text, "whip+https:///x", "{target:?}");
                    continue;
                }
                Err(error) => error,
            };
            assert!(error.contains(words), "{text}: {error}");
        }
        assert!(parse(&format!("whip+https://a/{}", "x".repeat(3000))).is_err());
        let bearer = |text: &str| RelaySecrets { bearer: Some(Secret::from(text.to_owned())), ca: None };
        for wrong in ["two words", "line\nbreak", "ü"] {
            assert!(
                Target::parse("whip+https://a/", bearer(wrong)).is_err_and(|said| !said.contains(wrong)),
                "{wrong}"
            );
        }
        assert!(Target::parse("whip+https://a/", bearer(&"x".repeat(9000))).is_err());
    }

    #[test]
    fn neither_path_nor_secret_is_shown() {
        let secrets = RelaySecrets { bearer: Some(Secret::from("s3cret".to_owned())), ca: None };
        let target = Target::parse("whip+https://live.example.org/stream-key?k=word", secrets).unwrap();
        assert_eq!(format!("{target:?}"), "Target(live.example.org)");
    }
}
