//! What a bridge answers, in JSON, and what a viewer answers, in SDP. It comes from elsewhere: any of it may be missing, or something else, and
//! what is kept of it has a bound.

use serde_json::Value;
use std::fmt::Write;
use std::net::IpAddr;

/// The most candidates that are kept: a bridge has some ten.
const MOST_CANDIDATES: usize = 32;

/// The longest ufrag or password that is kept (RFC 8839 section 5.4), characters.
const LONGEST_SECRET: usize = 256;

/// The longest fingerprint: of SHA-512, characters.
const LONGEST_FINGERPRINT: usize = 191;

/// The most URLs of a channel that are kept, and the longest, bytes: a bridge names one for each of its names.
const MOST_CHANNELS: usize = 8;
const LONGEST_CHANNEL: usize = 1024;

/// Where one side of a connection is, and by what it is known. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Transport {
    pub(super) ufrag: String,
    pub(super) password: String,
    /// What the fingerprint is made by, in small letters.
    pub(super) hash: String,
    pub(super) fingerprint: String,
    /// `active`, `passive` or `actpass`: who begins with DTLS (RFC 8842).
    pub(super) setup: String,
    /// As they stand in SDP, without `a=`.
    pub(super) candidates: Vec<String>,
}

fn described<'a>(endpoint: &str, answer: &'a Value) -> Option<&'a Value> {
    let endpoints = answer["endpoints"].as_array()?;
    let found = endpoints.iter().find(|of| of["id"].as_str() == Some(endpoint))?;
    Some(&found["transport"]["transport"])
}

/// The URLs of this endpoint's channel in an answer, as they are written there. A bridge without WebSockets names none.
pub(super) fn channels_of(endpoint: &str, answer: &Value) -> Vec<String> {
    let named = described(endpoint, answer).and_then(|transport| transport["web-sockets"].as_array());
    let short = named.into_iter().flatten().filter_map(Value::as_str).filter(|url| url.len() <= LONGEST_CHANNEL);
    short.take(MOST_CHANNELS).map(str::to_owned).collect()
}

/// The transport of this endpoint in an answer. None: it has none that is whole.
pub(super) fn transport_of(endpoint: &str, answer: &Value) -> Option<Transport> {
    let transport = described(endpoint, answer)?;
    let print = &transport["fingerprints"][0];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let made = Transport {
        ufrag: text(&transport["ufrag"])?,
        password: text(&transport["pwd"])?,
        hash: text(&print["hash"])?.to_ascii_lowercase(),
        fingerprint: text(&print["fingerprint"])?,
        setup: text(&print["setup"]).unwrap_or_else(|| "actpass".to_owned()),
        candidates: transport["candidates"].as_array().map(|all| candidates(all)).unwrap_or_default(),
    };
    made.is_whole().then_some(made)
}

/// What stands in SDP of where its maker is. Candidates are left out: a bridge would send checks to each, whoever is there. It learns from the other
/// side's own checks where that is.
pub(super) fn placeless(sdp: &str) -> Option<Transport> {
    let value = |attribute: &str| sdp.lines().find_map(|line| line.strip_prefix(attribute)).map(str::trim);
    let (hash, fingerprint) = value("a=fingerprint:")?.split_once(' ')?;
    let made = Transport {
        ufrag: value("a=ice-ufrag:")?.to_owned(),
        password: value("a=ice-pwd:")?.to_owned(),
        hash: hash.to_ascii_lowercase(),
        fingerprint: fingerprint.trim().to_owned(),
        setup: value("a=setup:")?.to_owned(),
        candidates: Vec::new(),
    };
    made.is_whole().then_some(made)
}

impl Transport {
    /// Each part is what may stand in one line of SDP, and no longer than it may be.
    fn is_whole(&self) -> bool {
        let secret = |text: &str| {
            let is_ice = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
            (1..=LONGEST_SECRET).contains(&text.len()) && text.bytes().all(is_ice)
        };
        let print = &self.fingerprint;
        secret(&self.ufrag)
            && secret(&self.password)
            && ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"].contains(&self.hash.as_str())
            && (2..=LONGEST_FINGERPRINT).contains(&print.len())
            && print.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
            && ["active", "passive", "actpass"].contains(&self.setup.as_str())
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transport({}, {} candidates)", self.setup, self.candidates.len())
    }
}

fn candidates(all: &[Value]) -> Vec<String> {
    all.iter().filter_map(candidate).take(MOST_CANDIDATES).collect()
}

/// One of UDP, as it stands in SDP (RFC 8839 section 5.1). Numbers may be written as strings.
fn candidate(of: &Value) -> Option<String> {
    let number = |name: &str| match &of[name] {
        Value::String(text) => text.parse::<u32>().ok(),
        value => value.as_u64().and_then(|number| number.try_into().ok()),
    };
    let address = |name: &str| of[name].as_str()?.parse::<IpAddr>().ok();
    let port = |name: &str| number(name).and_then(|port| u16::try_from(port).ok());
    if !of["protocol"].as_str()?.eq_ignore_ascii_case("udp") || number("component")? != 1 {
        return None;
    }
    let kind = of["type"].as_str().filter(|kind| ["host", "srflx", "prflx", "relay"].contains(kind))?;
    let foundation = match &of["foundation"] {
        Value::String(text) => text.clone(),
        value => value.as_u64()?.to_string(),
    };
    if foundation.len() > 32 || !foundation.bytes().all(|byte| byte.is_ascii_alphanumeric()) || foundation.is_empty() {
        return None;
    }
    let (priority, at, to) = (number("priority")?, address("ip")?, port("port").filter(|port| *port > 0)?);
    let mut text = format!("candidate:{foundation} 1 udp {priority} {at} {to} typ {kind}");
    if let (Some(behind), Some(port)) = (address("rel-addr"), port("rel-port")) {
        let _ = write!(text, " raddr {behind} rport {port}");
    }
    Some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What a bridge answers who made this endpoint.
    pub(in crate::jitsi) fn made(endpoint: &str) -> Value {
        json!({ "endpoints": [{ "id": endpoint, "transport": { "transport": {
            "xmlns": "urn:xmpp:jingle:transports:ice-udp:1", "ufrag": "26ant1ioqu7qnr", "pwd": "9q8uj7tg6j4rc4i6ulc1pmsq9",
            "rtcp-mux": true, "web-sockets": ["wss://bridge.example.org/colibri-ws/x?pwd=9q8uj7tg6j4rc4i6ulc1pmsq9"],
            "fingerprints": [{ "fingerprint": "F1:05:72:F8", "setup": "actpass", "hash": "sha-256" }],
            "candidates": [
                { "generation": "0", "component": "1", "protocol": "udp", "port": "10000", "ip": "192.0.2.4", "foundation": "1",
                  "id": "5bb", "priority": "2130706431", "type": "host", "network": "0" },
                { "generation": "0", "component": 1, "protocol": "udp", "port": 10000, "ip": "203.0.113.4", "foundation": "2",
                  "rel-addr": "192.0.2.4", "rel-port": "10000", "priority": 1694498815, "type": "srflx" },
                { "component": "1", "protocol": "ssltcp", "port": "443", "ip": "192.0.2.4", "foundation": "3", "priority": "1", "type": "host" },
                { "component": "1", "protocol": "udp", "port": "1", "ip": "a.example.org", "foundation": "3", "priority": "1", "type": "host" },
                { "component": "1", "protocol": "udp", "port": "1", "ip": "192.0.2.4", "foundation": "3\r\na=x", "priority": "1", "type": "host" },
            ],
        } } }] })
    }

    #[test]
    fn an_answer_tells_where_the_bridge_is_and_what_is_no_candidate_is_left_out() {
        let read = transport_of("skylark", &made("skylark")).expect("it is whole");
        assert_eq!(
            (read.ufrag.as_str(), read.hash.as_str(), read.setup.as_str()),
            ("26ant1ioqu7qnr", "sha-256", "actpass")
        );
        assert_eq!(
            read.candidates,
            [
                "candidate:1 1 udp 2130706431 192.0.2.4 10000 typ host",
                "candidate:2 1 udp 1694498815 203.0.113.4 10000 typ srflx raddr 192.0.2.4 rport 10000",
            ]
        );
        assert!(!format!("{read:?}").contains("9q8uj7tg"), "{read:?}");
        assert_eq!(transport_of("another", &made("skylark")), None);
    }

    #[test]
    fn an_answer_names_channels_and_no_more_of_them_than_are_kept() {
        let channel = "wss://bridge.example.org/colibri-ws/x?pwd=9q8uj7tg6j4rc4i6ulc1pmsq9";
        assert_eq!(channels_of("skylark", &made("skylark")), [channel]);
        assert!(channels_of("another", &made("skylark")).is_empty());
        let set = |value: Value| {
            let mut answer = made("x");
            answer["endpoints"][0]["transport"]["transport"]["web-sockets"] = value;
            channels_of("x", &answer)
        };
        assert!(set(Value::Null).is_empty() && set(json!("wss://a/")).is_empty());
        assert_eq!(set(json!([7, "x".repeat(LONGEST_CHANNEL + 1), "y"])), ["y"]);
        assert_eq!(set(json!(vec!["wss://a/"; 100])).len(), MOST_CHANNELS);
    }

    #[test]
    fn what_is_not_whole_or_would_be_more_than_one_line_is_nothing() {
        let set = |name: &str, value: Value| {
            let mut answer = made("skylark");
            let transport = &mut answer["endpoints"][0]["transport"]["transport"];
            match name {
                "hash" | "fingerprint" | "setup" => transport["fingerprints"][0][name] = value,
                _ => transport[name] = value,
            }
            transport_of("skylark", &answer)
        };
        for (name, value) in [
            ("ufrag", json!("")),
            ("ufrag", json!("a\r\na=x")),
            ("pwd", json!("x".repeat(LONGEST_SECRET + 1))),
            ("pwd", json!(7)),
            ("fingerprints", json!([])),
            ("hash", json!("md5")),
            ("fingerprint", json!("F1 05")),
            ("fingerprint", json!("F".repeat(LONGEST_FINGERPRINT + 1))),
            ("setup", json!("holdconn")),
        ] {
            assert_eq!(set(name, value.clone()), None, "{name}: {value}");
        }
        let many = vec![made("x")["endpoints"][0]["transport"]["transport"]["candidates"][0].clone(); 100];
        assert_eq!(set("candidates", json!(many)).expect("it is whole").candidates.len(), MOST_CANDIDATES);
        assert!(set("candidates", Value::Null).expect("it is whole").candidates.is_empty());
    }

    #[test]
    fn of_what_a_viewer_answers_no_place_is_passed_on() {
        let sdp = "v=0\r\na=fingerprint:SHA-256 AA:0b\r\nm=audio 9 X 111\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:active\r\na=candidate:1 1 udp 1 10.0.0.1 53 typ host\r\n";
        let read = placeless(sdp).expect("it is whole");
        assert_eq!(
            (read.hash.as_str(), read.fingerprint.as_str(), read.setup.as_str()),
            ("sha-256", "AA:0b", "active")
        );
        assert!(read.candidates.is_empty());
        for part in ["a=fingerprint:", "a=ice-ufrag:", "a=ice-pwd:", "a=setup:"] {
            assert_eq!(placeless(&sdp.replace(part, "a=other:")), None, "{part}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_has_no_line_of_its_own(ufrag in ".{0,12}", foundation in ".{0,12}", kind in "(host|.{0,6})", ip in "(192.0.2.1|.{0,9})") {
            let mut answer = made("x");
            let transport = &mut answer["endpoints"][0]["transport"]["transport"];
            transport["ufrag"] = json!(ufrag);
            transport["candidates"][0]["foundation"] = json!(foundation);
            transport["candidates"][0]["type"] = json!(kind);
            transport["candidates"][0]["ip"] = json!(ip);
            if let Some(Transport { ufrag, candidates, .. }) = transport_of("x", &answer) {
                prop_assert!(!ufrag.contains(char::is_control) && !ufrag.contains(' '));
                prop_assert!(candidates.iter().all(|line| !line.contains(char::is_control) && line.len() < 200));
            }
        }
    }
}
