//! Whom a relay goes to: a URL that the broadcaster wrote, and what is told there and nowhere else.

use protocol::{RelayEngine, RelaySecrets, Secret};
use url::Url;
use words::{Said, said};

/// The longest URL that is read, bytes.
const LONGEST: usize = 2048;

/// The longest secret or file name, bytes.
const LONGEST_SECRET: usize = 8192;

/// What is shorter than this, bytes, is no secret, and would be found in every word.
const SHORTEST_SECRET: usize = 3;

/// What is shorter than this, bytes, is no key in a URL.
const SHORTEST_KEY: usize = 8;

/// A kind of server, as it is written.
struct Kind {
    engine: RelayEngine,
    prefix: &'static str,
    example: &'static str,
    /// What may be written, and what it stands for.
    schemes: &'static [(&'static str, &'static str)],
    /// The last part of the path is a room.
    has_room: bool,
}

const KINDS: [Kind; 6] = [
    Kind {
        engine: RelayEngine::Whip,
        prefix: "whip+",
        example: "whip+https://HOST/PATH",
        schemes: &[("https", "https"), ("http", "http")],
        has_room: false,
    },
    Kind {
        engine: RelayEngine::Janus,
        prefix: "janus+",
        example: "janus+wss://HOST/ROOM",
        schemes: &[("wss", "https"), ("ws", "http")],
        has_room: true,
    },
    Kind {
        engine: RelayEngine::JanusRtp,
        prefix: "janus-rtp+",
        example: "janus-rtp+https://HOST/NAME",
        schemes: &[("https", "https"), ("wss", "https"), ("http", "http"), ("ws", "http")],
        has_room: true,
    },
    Kind {
        engine: RelayEngine::Livekit,
        prefix: "livekit+",
        example: "livekit+wss://HOST/ROOM",
        schemes: &[("wss", "https"), ("ws", "http")],
        has_room: true,
    },
    Kind {
        engine: RelayEngine::Mediasoup,
        prefix: "mediasoup+",
        example: "mediasoup+https://HOST/NAME",
        schemes: &[("https", "https"), ("http", "http")],
        has_room: true,
    },
    Kind {
        engine: RelayEngine::Jitsi,
        prefix: "jitsi+",
        example: "jitsi+https://HOST/NAME",
        schemes: &[("https", "https"), ("http", "http")],
        has_room: true,
    },
];

/// One relay's URL and secrets. `Debug` shows the host alone: the path may be a secret too.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) engine: RelayEngine,
    /// http or https, also where it stands for ws or wss.
    pub(crate) url: Url,
    /// Of an engine that has rooms.
    pub(crate) room: Option<String>,
    pub(crate) secrets: RelaySecrets,
}

impl Target {
    /// Reads a URL such as `whip+https://live.example.org/whip/me` or `janus+wss://live.example.org/1234`. An error says what can be written.
    pub fn parse(text: &str, secrets: RelaySecrets) -> Result<Target, Said> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(said!("relay.url_long", most = LONGEST));
        }
        let Some(kind) = KINDS.iter().find(|kind| text.starts_with(kind.prefix)) else {
            let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
            let readable = |c: &char| c.is_ascii_alphanumeric() || "+-.".contains(*c);
            let scheme: String = scheme.chars().filter(readable).take(20).collect();
            let known = KINDS.map(|kind| kind.example).join(" or ");
            return Err(said!("relay.url_scheme", known, scheme));
        };
        let Kind { engine, prefix, example, .. } = *kind;
        let mut url = Url::parse(&text[prefix.len()..])
            .map_err(|error| said!("relay.url_no", error = error.to_string(), example))?;
        if let Some((_, http)) = kind.schemes.iter().find(|(written, _)| *written == url.scheme()) {
            // What a WebSocket begins with is HTTP.
            let same = url.as_str().replacen(url.scheme(), http, 1);
            url = Url::parse(&same).map_err(|error| said!("relay.url_no", error = error.to_string(), example))?;
        } else {
            return Err(said!("relay.url_reached", example));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(said!("relay.url_host", example));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(said!("relay.url_user"));
        }
        let room = if kind.has_room {
            Some(take_room(&mut url).ok_or_else(|| said!("relay.url_room", example))?)
        } else {
            None
        };
        let RelaySecrets { bearer, pin, token, room_secret, admin_key, api_key, api_secret, ca } = &secrets;
        let all = [bearer, pin, token, room_secret, admin_key, api_key, api_secret].into_iter().flatten();
        let longest = all.map(|secret| secret.reveal().len()).chain(ca.as_ref().map(String::len)).max();
        if longest.is_some_and(|longest| longest > LONGEST_SECRET) {
            return Err(said!("relay.secret_long", most = LONGEST_SECRET));
        }
        let given = |secret: &Option<Secret>| secret.as_ref().is_some_and(|secret| !secret.reveal().is_empty());
        if engine == RelayEngine::Livekit && !(given(api_key) && given(api_secret)) {
            return Err(said!("relay.livekit"));
        }
        if engine == RelayEngine::Mediasoup && !given(bearer) {
            return Err(said!("relay.mediasoup"));
        }
        let bearer = bearer.as_ref().map_or("", |bearer| bearer.reveal());
        if !bearer.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(said!("relay.bearer"));
        }
        Ok(Target { engine, url, room, secrets })
    }

    /// What kind of server it is.
    pub fn engine(&self) -> RelayEngine {
        self.engine
    }

    /// Such a server lets viewers in for us: [`crate::Wish::Admit`] may be asked of it while it runs.
    pub fn takes_viewers(&self) -> bool {
        // It has no word for it.
        self.engine != RelayEngine::Whip
    }

    /// Such a server sends each viewer the layer that its path carries. Else [`crate::Wish::Layer`] does.
    pub fn adapts(&self) -> bool {
        match self.engine {
            RelayEngine::Whip | RelayEngine::Livekit | RelayEngine::Mediasoup | RelayEngine::Jitsi => true,
            RelayEngine::Janus | RelayEngine::JanusRtp => false,
        }
    }

    /// Whom it names, for people: the host, and the port where it is not the usual one.
    pub fn host(&self) -> String {
        host(&self.url)
    }

    /// The URL with the room in it, as it was written.
    pub(crate) fn whole(&self) -> Url {
        let room = self.room.as_deref().unwrap_or_default();
        // A room may have a colon in it, and is no scheme.
        self.url.join(&format!("./{room}")).unwrap_or_else(|_| self.url.clone())
    }

    /// What only the two may know.
    pub(crate) fn hidden(&self) -> Hidden {
        let RelaySecrets { bearer, pin, token, room_secret, admin_key, api_key, api_secret, ca: _ } = &self.secrets;
        let secrets = [bearer, pin, token, room_secret, admin_key, api_key, api_secret].into_iter().flatten();
        // A path may be a key, and so may its last part alone, or what stands behind the `?`. A part of a few letters is a word as well.
        let path = self.url.path().trim_matches('/');
        let parts = path.rsplit('/').take(1).chain(self.url.query()).filter(|part| part.len() >= SHORTEST_KEY);
        let of_url = [path].into_iter().filter(|path| path.contains('/')).chain(parts);
        let secrets = secrets.map(|secret| secret.reveal()).filter(|secret| secret.len() >= SHORTEST_SECRET);
        let mut all: Vec<String> = secrets.chain(of_url).map(str::to_owned).collect();
        // The longest first, or what is around a shorter one would stay.
        all.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Hidden(all)
    }

    /// Both go to the same place.
    pub fn is_at(&self, other: &Target) -> bool {
        self.engine == other.engine && self.url == other.url && self.room == other.room
    }
}

/// What may be repeated to nobody, though the other side may do so.
#[derive(Clone, Default)]
pub(crate) struct Hidden(Vec<String>);

impl Hidden {
    /// Words of the other side, for people: one line without anything that is hidden, and no more of it than so many characters.
    pub(crate) fn out_of(&self, words: &str, longest: usize) -> String {
        // Before, or what is hidden would be there again once what stands within it is gone.
        let seen: String = words.chars().filter(|c| !c.is_control()).collect();
        let told = self.0.iter().fold(seen, |words, hidden| words.replace(hidden, "…"));
        told.chars().take(longest).collect()
    }
}

/// Takes the last part of the path, and leaves what is before it.
fn take_room(url: &mut Url) -> Option<String> {
    let room = url.path_segments()?.next_back().filter(|room| !room.is_empty())?.to_owned();
    url.path_segments_mut().ok()?.pop().push("");
    Some(room)
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

    fn parse(text: &str) -> Result<Target, Said> {
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
    fn a_room_of_janus_is_the_last_part_of_the_path() {
        for (text, url, room) in [
            ("janus+wss://j.example.org/1234", "https://j.example.org/", "1234"),
            ("janus+wss://j.example.org:8989/janus/lobby", "https://j.example.org:8989/janus/", "lobby"),
            ("janus+ws://127.0.0.1:8188/7", "http://127.0.0.1:8188/", "7"),
        ] {
            let target = parse(text).expect(text);
            assert_eq!((target.url.as_str(), target.room.as_deref()), (url, Some(room)));
            assert_eq!(target.engine(), RelayEngine::Janus);
        }
        assert!(!parse("janus+ws://127.0.0.1/7").unwrap().is_at(&parse("janus+ws://127.0.0.1/8").unwrap()));
    }

    #[test]
    fn a_mountpoint_of_janus_is_written_by_either_scheme_of_its_websocket() {
        for (text, url) in [
            ("janus-rtp+https://j.example.org/1234", "https://j.example.org/"),
            ("janus-rtp+wss://j.example.org/ws/1234", "https://j.example.org/ws/"),
            ("janus-rtp+http://127.0.0.1:8188/1234", "http://127.0.0.1:8188/"),
            ("janus-rtp+ws://127.0.0.1:8188/1234", "http://127.0.0.1:8188/"),
        ] {
            let target = parse(text).expect(text);
            assert_eq!((target.url.as_str(), target.room.as_deref()), (url, Some("1234")));
            assert!(target.engine() == RelayEngine::JanusRtp && target.takes_viewers());
        }
        let room = parse("janus+wss://j.example.org/1").unwrap();
        assert!(!room.is_at(&parse("janus-rtp+wss://j.example.org/1").unwrap()), "they are not numbered together");
        assert!(
            parse("janus-rtp+rtp://j.example.org/1").is_err_and(|said| said.contains("janus-rtp+https://HOST/NAME"))
        );
    }

    #[test]
    fn a_room_of_livekit_comes_with_a_key_and_its_secret() {
        let secret = |text: &str| Some(Secret::from(text.to_owned()));
        let secrets =
            RelaySecrets { api_key: secret("devkey"), api_secret: secret("s3cret"), ..RelaySecrets::default() };
        let target = Target::parse("livekit+wss://l.example.org/lobby", secrets.clone()).expect("well-formed");
        assert_eq!((target.url.as_str(), target.room.as_deref()), ("https://l.example.org/", Some("lobby")));
        assert_eq!(target.engine(), RelayEngine::Livekit);
        assert_eq!(target.hidden().out_of("invalid API key: devkey", 80), "invalid API key: …");
        let keyless = RelaySecrets { api_key: secret(""), ..secrets };
        assert!(Target::parse("livekit+wss://l.example.org/lobby", keyless).is_err());
    }

    #[test]
    fn a_stream_of_mediasoup_has_a_name_and_comes_with_a_key() {
        let bearer = RelaySecrets { bearer: Some(Secret::from("s3cret".to_owned())), ..RelaySecrets::default() };
        for (text, whole) in [
            ("mediasoup+https://m.example.org/me", "https://m.example.org/me"),
            ("mediasoup+https://m.example.org:4443/front/it:s%20me", "https://m.example.org:4443/front/it:s%20me"),
            ("mediasoup+http://127.0.0.1:4443/me", "http://127.0.0.1:4443/me"),
        ] {
            let target = Target::parse(text, bearer.clone()).expect(text);
            assert_eq!((target.whole().as_str(), target.engine()), (whole, RelayEngine::Mediasoup));
            assert!(target.takes_viewers());
        }
        assert!(parse("mediasoup+https://m.example.org/me").is_err_and(|said| said.contains("give it as its secret")));
    }

    #[test]
    fn a_conference_at_a_bridge_has_a_name_and_needs_no_secret() {
        for (text, url) in [
            ("jitsi+https://j.example.org/me", "https://j.example.org/"),
            ("jitsi+http://127.0.0.1:8080/bridge/me", "http://127.0.0.1:8080/bridge/"),
        ] {
            let target = parse(text).expect(text);
            assert_eq!((target.url.as_str(), target.room.as_deref()), (url, Some("me")));
            assert!(target.engine() == RelayEngine::Jitsi && target.takes_viewers() && target.adapts());
        }
    }

    #[test]
    fn what_cannot_be_is_said_with_what_can() {
        for (text, words) in [
            ("", "whip+https://HOST/PATH"),
            ("https://live.example.org/", "\"https\" is none"),
            ("rtmp+https://live.example.org/1", "\"rtmp+https\" is none"),
            ("jitsi+wss://live.example.org/1", "jitsi+https://HOST/NAME"),
            ("jitsi+https://live.example.org/", "names no room"),
            ("livekit+wss://live.example.org/1", "api_key and api_secret"),
            ("livekit+https://live.example.org/1", "livekit+wss://HOST/ROOM"),
            ("janus+https://live.example.org/1", "janus+wss://HOST/ROOM"),
            ("mediasoup+wss://live.example.org/1", "mediasoup+https://HOST/NAME"),
            ("mediasoup+https://live.example.org/", "names no room"),
            ("janus+wss://live.example.org/", "names no room"),
            ("janus+wss://live.example.org", "names no room"),
            ("whip+rtmp://live.example.org/", "as in whip+https"),
            ("whip+https://", "no URL"),
            ("whip+https:///x", "HOST"),
            ("whip+https://me:word@live.example.org/", "give the secret apart"),
            ("whip+https://me@live.example.org/", "give the secret apart"),
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
        let bearer =
            |text: &str| RelaySecrets { bearer: Some(Secret::from(text.to_owned())), ..RelaySecrets::default() };
        for wrong in ["two words", "line\nbreak", "ü"] {
            assert!(
                Target::parse("whip+https://a/", bearer(wrong)).is_err_and(|said| !said.contains(wrong)),
                "{wrong}"
            );
        }
        assert!(Target::parse("whip+https://a/", bearer(&"x".repeat(9000))).is_err());
    }

    #[test]
    fn what_the_other_side_repeats_of_path_and_secrets_is_not_shown() {
        let secrets = RelaySecrets {
            pin: Some(Secret::from("1234".to_owned())),
            api_secret: Some(Secret::from("1234-and-more".to_owned())),
            room_secret: Some(Secret::from("s".to_owned())),
            ..RelaySecrets::default()
        };
        let hidden = Target::parse("whip+https://a.example/whip/stream-key?k=word-of-mine", secrets).unwrap().hidden();
        for (said, shown) in [
            ("wrong pin 1234\u{1b}[31m", "wrong pin …[31m"),
            ("wrong 1234-and-more", "wrong …"),
            ("wrong 12\u{7}34-and\r\n-more", "wrong …"),
            ("nothing at /whip/stream-key", "nothing at /…"),
            ("no endpoint 'stream-key'", "no endpoint '…'"),
            ("?k=word-of-mine is wrong", "?… is wrong"),
            ("whip is not ready", "whip is not ready"),
        ] {
            assert_eq!(hidden.out_of(said, 80), shown);
        }
        assert_eq!(hidden.out_of("123412341234xyz", 4), "………x");
        let short = parse("whip+https://a.example/me").unwrap().hidden();
        assert_eq!(short.out_of("give me time", 80), "give me time");
    }

    #[test]
    fn neither_path_nor_secret_is_shown() {
        let secrets = RelaySecrets { bearer: Some(Secret::from("s3cret".to_owned())), ..RelaySecrets::default() };
        let target = Target::parse("whip+https://live.example.org/stream-key?k=word", secrets).unwrap();
        assert_eq!(format!("{target:?}"), "Target(live.example.org)");
    }
}
