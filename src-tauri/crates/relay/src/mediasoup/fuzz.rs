//! What a front says, as the fuzzer has it say it.

use super::says::Says;
use super::viewers::Viewers;
use crate::target::Target;
use crate::wish::{Said, Wish};
use protocol::{RelaySecrets, Secret, ViewerId};
use serde_json::Value;

/// What it may not repeat.
const BEARER: &str = "s3cret";

/// Messages that are heard of.
const HEARD: usize = 600;

/// Viewers that there are.
const VIEWERS: u32 = 4;

/// A line each, of messages in their order. Viewers come and go between them.
pub(crate) fn says(text: &str) {
    let secrets = RelaySecrets { bearer: Some(Secret::from(BEARER.to_owned())), ..RelaySecrets::default() };
    let target = Target::parse("mediasoup+https://mediasoup.example.org/me", secrets).expect("well-formed");
    let mut viewers = Viewers::new(target.hidden());
    (0..VIEWERS).for_each(|viewer| viewers.wished(Wish::Admit(ViewerId(viewer))));
    for (n, line) in text.lines().take(HEARD).enumerate() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        if let Says::Viewer(viewer, said) = Says::read(&message) {
            viewers.take(viewer, said);
        }
        let viewer = ViewerId(n as u32 % VIEWERS);
        viewers.wished(Wish::Answer(viewer, "v=0".to_owned()));
        if n % 5 == 4 {
            viewers.wished(Wish::Kick(viewer));
            viewers.wished(Wish::Admit(viewer));
        }
        assert!(viewers.count() <= VIEWERS, "nobody is there whom we did not let in");
        while let Some(asks) = viewers.asks() {
            assert_eq!(["admit", "answer", "drop"].iter().filter(|what| asks[**what].is_u64()).count(), 1, "{asks}");
        }
        while let Some((_, said)) = viewers.says() {
            if let Said::Refuses(why) = said {
                assert!(why.chars().count() < 300 && !why.contains(char::is_control), "{why:?}");
                assert!(!why.contains(BEARER), "{why}");
            }
        }
    }
}
