//! How one viewer's connection is agreed on with LiveKit. Decisions only: what it says goes in, and what the viewer is to be offered, and what
//! LiveKit is to be told, comes out.
//!
//! LiveKit offers a connection before it knows what is sent on it: its first offer has nothing but a channel for data, and the picture comes with a
//! second one, when the first is answered. So the viewer is offered something again until all is there.

use super::sdp;
use serde_json::{Value, json};

/// The most offers that a viewer answers: the one without media, and one or two with it.
const MOST_OFFERS: u32 = 4;

/// The most candidates that are kept.
const MOST_CANDIDATES: usize = 32;

/// One viewer's.
#[derive(Debug)]
pub(super) struct Negotiation {
    /// Sound is published as well.
    sound: bool,
    /// What LiveKit offers, and by which number.
    offer: Option<(String, u64)>,
    candidates: Vec<String>,
    all_candidates: bool,
    /// The viewer was offered that, and has not answered.
    open: bool,
    offers: u32,
    /// What is agreed on has all in it.
    agreed: bool,
}

impl Negotiation {
    pub(super) fn new(sound: bool) -> Negotiation {
        let (offer, candidates) = (None, Vec::new());
        Negotiation { sound, offer, candidates, all_candidates: false, open: false, offers: 0, agreed: false }
    }

    /// LiveKit offers this. What it offers when all is agreed on is of no interest to a viewer, who sees what there is.
    pub(super) fn offered(&mut self, sdp: String, id: u64) {
        if !self.open && !self.agreed {
            self.offer = Some((sdp, id));
        }
    }

    /// A way to LiveKit.
    pub(super) fn candidate(&mut self, candidate: Option<String>, last: bool) {
        let room = self.candidates.len() < MOST_CANDIDATES;
        self.candidates.extend(candidate.filter(|_| room));
        self.all_candidates |= last;
    }

    /// What the viewer is to be offered now. `late`: no more candidates are waited for.
    pub(super) fn offers(&mut self, late: bool) -> Option<String> {
        let (offer, _) = self.offer.as_ref().filter(|_| !self.open && self.offers < MOST_OFFERS)?;
        let enough = self.all_candidates || late && !self.candidates.is_empty();
        if !enough {
            return None;
        }
        self.open = true;
        self.offers += 1;
        Some(sdp::whole(offer, &self.candidates))
    }

    /// More was offered than anybody should have to answer.
    pub(super) fn is_endless(&self) -> bool {
        self.offer.is_some() && !self.open && self.offers >= MOST_OFFERS
    }

    /// Candidates are waited for, and nothing else.
    pub(super) fn waits_for_candidates(&self) -> bool {
        self.offer.is_some() && !self.open && !self.all_candidates
    }

    /// The viewer answers. What LiveKit is to be told; nothing: the viewer was asked nothing.
    pub(super) fn answered(&mut self, answer: &str) -> Option<Value> {
        let (offer, id) = self.offer.take_if(|_| self.open)?;
        self.open = false;
        self.agreed = sdp::sends(&offer, "video") && (!self.sound || sdp::sends(&offer, "audio"));
        Some(json!({ "answer": { "type": "answer", "sdp": sdp::placeless(answer), "id": id } }))
    }

    /// All is agreed on.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "v=0\r\nm=application 9 X webrtc-datachannel\r\n";
    const WAY: &str = "candidate:1 1 udp 1 192.0.2.1 9 typ host";

    fn media(kinds: &[&str]) -> String {
        let medium = |kind: &&str| format!("m={kind} 9 X 102\r\na=sendrecv\r\n");
        format!("{DATA}{}", kinds.iter().map(medium).collect::<String>())
    }

    #[test]
    fn a_viewer_is_offered_something_until_picture_and_sound_are_there() {
        let mut negotiation = Negotiation::new(true);
        negotiation.offered(DATA.into(), 1);
        assert_eq!(negotiation.offers(false), None, "without candidates it is of no use");
        negotiation.candidate(Some(WAY.into()), true);
        assert_eq!(negotiation.offers(false), Some(format!("{DATA}a={WAY}\r\n")));
        assert_eq!(negotiation.offers(false), None, "once");
        let answer = negotiation.answered("v=0\r\na=candidate:9 1 udp 1 10.0.0.1 53 typ host\r\na=mid:0\r\n");
        let told = json!({ "type": "answer", "sdp": "v=0\r\na=mid:0\r\n", "id": 1 });
        assert_eq!(answer.expect("it was asked")["answer"], told, "and LiveKit is sent to no place that it names");
        assert!(!negotiation.is_agreed());
        assert_eq!(negotiation.answered("v=0"), None, "it was asked once");
        for (kinds, agreed) in [(&["audio"][..], false), (&["audio", "video"], true)] {
            negotiation.offered(media(kinds), 2);
            assert!(negotiation.offers(false).is_some());
            negotiation.answered("v=0").expect("it was asked");
            assert_eq!(negotiation.is_agreed(), agreed, "{kinds:?}");
        }
        negotiation.offered(DATA.into(), 4);
        assert_eq!(negotiation.offers(true), None, "there is no more to say");
    }

    #[test]
    fn candidates_are_not_waited_for_for_ever_and_one_must_be_there() {
        let mut negotiation = Negotiation::new(false);
        assert!(!negotiation.waits_for_candidates());
        negotiation.offered(media(&["video"]), 1);
        assert!(negotiation.waits_for_candidates());
        assert_eq!(negotiation.offers(true), None);
        negotiation.candidate(Some(WAY.into()), false);
        assert_eq!(negotiation.offers(false), None);
        assert!(negotiation.offers(true).is_some());
        assert!(negotiation.answered("v=0").is_some() && negotiation.is_agreed(), "there is no sound");
    }

    #[test]
    fn who_offers_without_end_is_not_heard_to_the_end() {
        let mut negotiation = Negotiation::new(true);
        negotiation.candidate(Some(WAY.into()), true);
        for id in 0..MOST_OFFERS {
            negotiation.offered(DATA.into(), id.into());
            assert!(!negotiation.is_endless());
            assert!(negotiation.offers(false).is_some());
            negotiation.offered(media(&["audio", "video"]), 99);
            negotiation.answered("v=0").expect("it was asked");
            assert!(!negotiation.is_agreed(), "what came between was not what it answered");
        }
        negotiation.offered(DATA.into(), 9);
        assert!(negotiation.is_endless() && negotiation.offers(true).is_none());
        for _ in 0..100 {
            negotiation.candidate(Some(WAY.into()), false);
        }
        assert_eq!(negotiation.candidates.len(), MOST_CANDIDATES);
    }
}
