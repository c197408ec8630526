//! What a Janus says, as the fuzzer has it say it.

use super::mountpoint;
use super::viewers::{Room, STREAMING, Viewers};
use super::words;
use crate::target::{Hidden, Target};
use crate::wish::{Said, Wish};
use protocol::{RelaySecrets, Secret, ViewerId};
use serde_json::{Value, json};

/// What it may not repeat.
const PIN: &str = "s3cret";
/// Our handle.
const HANDLE: u64 = 7;

/// Events that are heard of: more in two seconds, and a Janus is left.
const HEARD: usize = 600;

/// Viewers that there are.
const VIEWERS: u32 = 4;

/// A line each, of events in their order. Viewers come and go between them.
pub(crate) fn says(text: &str) {
    let secrets = RelaySecrets { pin: Some(Secret::from(PIN.to_owned())), ..RelaySecrets::default() };
    let target = Target::parse("janus+wss://janus.example.org/1", secrets).expect("well-formed");
    let hidden = target.hidden();
    let mut viewers = viewers(&hidden);
    (0..VIEWERS).for_each(|viewer| viewers.wished(Wish::Admit(ViewerId(viewer))));
    for (n, line) in text.lines().take(HEARD).enumerate() {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        for said in [&event, &event["error"], &event["plugindata"]["data"]] {
            if let Some(trouble) = words::refusal(&target.url, &hidden, said) {
                assert_readable(&trouble.to_string());
            }
            if let Some(why) = words::refused(&hidden, said) {
                assert_readable(&why);
            }
        }
        let _ = mountpoint::ports(&event["plugindata"]["data"]);
        let _ = mountpoint::Look::of(&event["plugindata"]["data"]);
        viewers.take(&event);
        viewers.assert_whole();
        let _ = words::ends(&event, HANDLE);
        let viewer = ViewerId(n as u32 % VIEWERS);
        viewers.wished(Wish::Answer(viewer, "v=0".to_owned()));
        if n % 5 == 4 {
            viewers.wished(Wish::Kick(viewer));
            viewers.assert_whole();
            viewers.wished(Wish::Admit(viewer));
        }
        while let Some(asks) = viewers.asks() {
            assert!(asks["session_id"].is_u64() && asks["transaction"].is_string(), "{asks}");
        }
        while let Some((_, said)) = viewers.says() {
            match said {
                Said::Refuses(why) => assert_readable(&why),
                Said::Offers(offer) => assert!(!offer.lines().any(|line| line.starts_with("s=") && line != "s=-")),
                Said::Takes | Said::Flows | Said::Gone => {}
            }
        }
    }
}

fn viewers(hidden: &Hidden) -> Viewers {
    let watch = json!({ "request": "watch", "id": 1, "pin": PIN });
    Viewers::new(Room { session: 5, plugin: STREAMING, watch, hidden: hidden.clone() })
}

/// People are shown a line, and nothing that is hidden.
fn assert_readable(words: &str) {
    assert!(words.chars().count() < 300, "it is as long as may be: {words}");
    assert!(!words.contains(char::is_control) && !words.contains(PIN), "{words:?}");
}
