//! What a bridge answers, as the fuzzer has it answer.

use super::viewers::{Change, Step, Viewers};
use super::{channel, messages};
use crate::uplink::Ssrcs;
use crate::wish::{Said, Wish};
use protocol::ViewerId;
use serde_json::Value;
use url::Url;

/// Answers that are heard of.
const HEARD: usize = 600;

/// Viewers that there are.
const VIEWERS: u32 = 4;

/// A line each, in their order: what a bridge answers, in JSON, or a viewer, its lines with a `|` between them. Viewers come and go.
pub(crate) fn says(text: &str) {
    let apis = ["https://j.example.org/", "http://10.0.0.5:8080/"].map(|api| Url::parse(api).expect("well-formed"));
    let mut viewers = Viewers::new(Ssrcs::fresh());
    for (n, line) in text.lines().take(HEARD).enumerate() {
        let viewer = ViewerId(n as u32 % VIEWERS);
        viewers.wished(Wish::Admit(viewer));
        assert_eq!(messages::read(line).is_some(), serde_json::from_str::<Value>(line).is_ok(), "{line}");
        let answer = serde_json::from_str::<Value>(line);
        if answer.is_err() {
            viewers.wished(Wish::Answer(viewer, line.replace('|', "\r\n")));
        }
        if n % 5 == 4 {
            viewers.wished(Wish::Kick(viewer));
        }
        while let Some(ask) = viewers.asks() {
            assert!(ask.body["endpoints"][0]["id"].is_string(), "{}", ask.body);
            let answered = answer.as_ref().cloned().map_err(|_| "no JSON".to_owned());
            viewers.answered(ask.viewer, ask.step, if ask.step == Step::Admit { answered } else { Ok(Value::Null) });
        }
        while let Some(change) = viewers.changes() {
            let Change::Opens(_, named) = change else { continue };
            for api in &apis {
                let Ok(place) = channel::place(api, &named) else { continue };
                assert!(place.scheme() == "https" || (api.scheme() == "http" && place.host() == api.host()), "{place}");
            }
        }
        assert!(viewers.count() <= VIEWERS as usize, "nobody is there whom we did not let in");
        while let Some((_, said)) = viewers.says() {
            if let Said::Offers(sdp) = said {
                // What stands in it is one line each.
                let known = |line: &str| line.get(1..2) == Some("=") && line.len() < 400;
                assert!(sdp.split("\r\n").filter(|line| !line.is_empty()).all(known), "{sdp}");
                assert!(!sdp.replace("\r\n", "").contains(char::is_control), "{sdp:?}");
            }
        }
    }
}
