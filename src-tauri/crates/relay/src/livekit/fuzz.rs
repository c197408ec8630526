//! What a LiveKit says, as the fuzzer has it say it.

use super::negotiation::Negotiation;
use super::says::{self, Says};
use super::{Published, early, sdp};
use serde_json::Value;
use url::Url;

/// Messages that are heard of: more in two seconds, and a LiveKit is left.
const HEARD: usize = 600;

/// A line each, of messages in their order: JSON, or protobuf. One viewer answers whatever it is offered.
pub(crate) fn says(text: &str) {
    let url = Url::parse("https://livekit.example.org/").expect("well-formed");
    let mut published = Published::default();
    let mut negotiation = Negotiation::new(text.len().is_multiple_of(2));
    let mut offers = 0;
    for (n, line) in text.lines().take(HEARD).enumerate() {
        let message = serde_json::from_str::<Value>(line).unwrap_or_else(|_| early::read(line.as_bytes()));
        // What it says may be the end.
        let _ = published.take(&url, &message);
        match says::read(&message) {
            Says::Offer { sdp, id } => negotiation.offered(sdp, id),
            Says::Candidate { candidate, last, .. } => {
                assert!(candidate.iter().all(|line| !line.contains(char::is_control)), "{candidate:?}");
                negotiation.candidate(candidate, last);
            }
            Says::Published { track, .. } => assert!(track.len() <= 128),
            Says::Wanted { layers, .. } => assert!(layers.len() <= 3),
            Says::Answer(_) | Says::Leave(_) | Says::Pong | Says::Other => {}
        }
        if let Some(offer) = negotiation.offers(n.is_multiple_of(3)) {
            offers += 1;
            assert!(!negotiation.is_agreed() && offers <= 4);
            let told = negotiation.answered(&offer).expect("it was asked");
            let answer = told["answer"]["sdp"].as_str().unwrap_or_default();
            assert!(!answer.split(['\r', '\n']).any(|line| line.starts_with("a=candidate:")), "{answer}");
        }
    }
    if let Some(answer) = &published.answer {
        let whole = sdp::whole(answer, &published.candidates);
        assert!(whole.len() <= 2 * answer.len() + 32 * 600 + 2, "{} of {}", whole.len(), answer.len());
        assert_eq!(sdp::whole(&whole, &published.candidates), whole);
    }
}
