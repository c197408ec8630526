//! Viewers at a bridge: an endpoint each. Decisions only: what the bridge answers goes in, what it is to be asked and what the viewers are to be
//! told comes out. The bridge is shown nothing of a viewer but the number that it has here.

use super::{colibri, says, sdp};
use crate::uplink::Ssrcs;
use crate::wish::{Said, Wish};
use protocol::ViewerId;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};

/// Questions that are open at one time. A bridge answers those of one conference one after the other; more than one, as the way there takes its time.
const MOST_OPEN: usize = 8;

/// All that there are.
pub(super) struct Viewers {
    ssrcs: Ssrcs,
    seats: BTreeSet<ViewerId>,
    /// At most three for each viewer.
    asks: VecDeque<Ask>,
    /// Something is asked of them. Nothing more is, until that is answered: it would overtake on another connection.
    open: BTreeSet<ViewerId>,
    says: VecDeque<(ViewerId, Said)>,
    /// Few for each viewer, and seen to whenever something was asked or answered.
    changes: VecDeque<Change>,
}

/// What becomes of a viewer's channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// There is one, at the first of these that may be gone to.
    Opens(ViewerId, Vec<String>),
    /// The bridge is told what the viewer is to be sent. Not before it can be: a bridge that knows sooner pads what it does not send yet, keeps that back
    /// until there are keys, and takes what comes of the burst for a thin path.
    Wants(ViewerId),
    /// There is none any more.
    Closes(ViewerId),
}

/// A question about a viewer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) viewer: ViewerId,
    pub(super) step: Step,
    pub(super) body: Value,
}

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Admit,
    Answer,
    Remove,
}

impl Viewers {
    pub(super) fn new(ssrcs: Ssrcs) -> Viewers {
        let (seats, asks, open, says, changes) = Default::default();
        Viewers { ssrcs, seats, asks, open, says, changes }
    }

    /// How many there are, or are to be.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn count(&self) -> usize {
        self.seats.len()
    }

    /// What the bridge is to be asked now.
    pub(super) fn asks(&mut self) -> Option<Ask> {
        if self.open.len() >= MOST_OPEN {
            return None;
        }
        let at = self.asks.iter().position(|ask| !self.open.contains(&ask.viewer))?;
        let ask = self.asks.remove(at)?;
        self.open.insert(ask.viewer);
        Some(ask)
    }

    /// What is to be told next.
    pub(super) fn says(&mut self) -> Option<(ViewerId, Said)> {
        self.says.pop_front()
    }

    /// What changes next about a channel.
    pub(super) fn changes(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// Something is asked about a viewer.
    pub(super) fn wished(&mut self, wish: Wish) {
        match wish {
            Wish::Admit(viewer) => {
                if self.seats.insert(viewer) {
                    self.ask(viewer, Step::Admit, colibri::admit(viewer));
                }
            }
            Wish::Answer(viewer, answer) if self.seats.contains(&viewer) => match says::placeless(&answer) {
                Some(theirs) => self.ask(viewer, Step::Answer, colibri::answer(viewer, &theirs)),
                None => self.refuse(viewer, "it is no answer to what was offered".to_owned()),
            },
            Wish::Answer(viewer, _) => self.says.push_back((viewer, Said::Gone)),
            // It sees to that itself.
            Wish::Layer(..) => {}
            Wish::Kick(viewer) => self.remove(viewer),
        }
    }

    /// The bridge answered that, or refuses it; why, for people. Who was removed meanwhile is told nothing.
    pub(super) fn answered(&mut self, viewer: ViewerId, step: Step, answer: Result<Value, String>) {
        self.open.remove(&viewer);
        if !self.seats.contains(&viewer) {
            return;
        }
        match (step, answer) {
            (_, Err(why)) => self.refuse(viewer, why),
            (Step::Admit, Ok(answer)) => match says::transport_of(&colibri::endpoint(viewer), &answer) {
                Some(bridge) if !bridge.candidates.is_empty() => {
                    let named = says::channels_of(&colibri::endpoint(viewer), &answer);
                    self.changes.push_back(Change::Opens(viewer, named));
                    self.says.push_back((viewer, Said::Offers(sdp::offer(&bridge, &self.ssrcs))));
                }
                _ => self.refuse(viewer, "it does not say where it is".to_owned()),
            },
            // It says by these means of nobody whether media flows: that is what its page sees.
            (Step::Answer, Ok(_)) => {
                self.changes.push_back(Change::Wants(viewer));
                self.says.extend([(viewer, Said::Takes), (viewer, Said::Flows)]);
            }
            (Step::Remove, Ok(_)) => {}
        }
    }

    fn ask(&mut self, viewer: ViewerId, step: Step, body: Value) {
        self.asks.push_back(Ask { viewer, step, body });
    }

    fn refuse(&mut self, viewer: ViewerId, why: String) {
        self.remove(viewer);
        self.says.push_back((viewer, Said::Refuses(why)));
    }

    fn remove(&mut self, viewer: ViewerId) {
        if !self.seats.remove(&viewer) {
            return;
        }
        self.changes.push_back(Change::Closes(viewer));
        let unheard = self.asks.iter().any(|ask| ask.viewer == viewer && ask.step == Step::Admit);
        self.asks.retain(|ask| ask.viewer != viewer);
        // Of whom it was never asked it knows nothing.
        if !unheard {
            self.ask(viewer, Step::Remove, colibri::remove(viewer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::says::tests::made;
    use super::*;
    use serde_json::json;

    const ONE: ViewerId = ViewerId(1);
    const ANSWER: &str = "v=0\r\na=fingerprint:sha-256 AA:BB\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:active\r\n";

    fn asked(viewers: &mut Viewers) -> Vec<Step> {
        std::iter::from_fn(|| viewers.asks()).map(|ask| ask.step).collect()
    }

    fn told(viewers: &mut Viewers) -> Vec<(ViewerId, Said)> {
        std::iter::from_fn(|| viewers.says()).collect()
    }

    fn changed(viewers: &mut Viewers) -> Vec<Change> {
        std::iter::from_fn(|| viewers.changes()).collect()
    }

    fn admitted() -> Viewers {
        let mut viewers = Viewers::new(Ssrcs::fresh());
        viewers.wished(Wish::Admit(ONE));
        assert_eq!(asked(&mut viewers), [Step::Admit]);
        viewers
    }

    /// Somebody who was offered something.
    fn offered() -> Viewers {
        let mut viewers = admitted();
        viewers.answered(ONE, Step::Admit, Ok(made("00000001")));
        let [(ONE, Said::Offers(sdp))] = &told(&mut viewers)[..] else { panic!("it is offered something") };
        assert!(sdp.contains("192.0.2.4 10000"), "{sdp}");
        viewers
    }

    #[test]
    fn a_viewer_is_let_in_offered_answered_watches_and_leaves() {
        let mut viewers = offered();
        viewers.wished(Wish::Answer(ONE, ANSWER.into()));
        let ask = viewers.asks().expect("the bridge is told");
        let print = &ask.body["endpoints"][0]["transport"]["transport"]["fingerprints"][0];
        assert_eq!(print, &json!({ "hash": "sha-256", "fingerprint": "AA:BB", "setup": "active" }));
        viewers.answered(ONE, Step::Answer, Ok(json!({})));
        assert_eq!(told(&mut viewers), [(ONE, Said::Takes), (ONE, Said::Flows)]);
        viewers.wished(Wish::Kick(ONE));
        viewers.wished(Wish::Kick(ONE));
        let ask = viewers.asks().expect("it is removed");
        assert_eq!(ask.body, json!({ "endpoints": [{ "id": "00000001", "expire": true }] }));
        viewers.answered(ONE, Step::Remove, Ok(json!({})));
        assert_eq!((told(&mut viewers), asked(&mut viewers), viewers.count()), (vec![], vec![], 0), "once");
    }

    #[test]
    fn a_channel_is_opened_with_the_offer_and_the_bridge_told_what_to_send_with_the_answer() {
        let mut viewers = offered();
        let named = "wss://bridge.example.org/colibri-ws/x?pwd=9q8uj7tg6j4rc4i6ulc1pmsq9";
        assert_eq!(changed(&mut viewers), [Change::Opens(ONE, vec![named.to_owned()])]);
        viewers.wished(Wish::Answer(ONE, ANSWER.into()));
        assert_eq!((asked(&mut viewers), changed(&mut viewers)), (vec![Step::Answer], vec![]), "it is not there yet");
        viewers.answered(ONE, Step::Answer, Ok(json!({})));
        assert_eq!(changed(&mut viewers), [Change::Wants(ONE)]);
        viewers.wished(Wish::Kick(ONE));
        assert_eq!(changed(&mut viewers), [Change::Closes(ONE)]);
        let mut gone = admitted();
        gone.wished(Wish::Kick(ONE));
        gone.answered(ONE, Step::Admit, Ok(made("00000001")));
        assert_eq!(changed(&mut gone), [Change::Closes(ONE)], "nobody opens one for who was removed meanwhile");
    }

    #[test]
    fn who_is_removed_while_it_is_let_in_is_removed_after_that_and_told_nothing() {
        let mut viewers = admitted();
        viewers.wished(Wish::Kick(ONE));
        assert_eq!(asked(&mut viewers), [], "it would overtake");
        viewers.answered(ONE, Step::Admit, Ok(made("00000001")));
        assert_eq!((asked(&mut viewers), told(&mut viewers)), (vec![Step::Remove], vec![]));
        let mut unheard = Viewers::new(Ssrcs::fresh());
        unheard.wished(Wish::Admit(ONE));
        unheard.wished(Wish::Kick(ONE));
        assert_eq!(asked(&mut unheard), [], "the bridge knows nothing of it");
    }

    #[test]
    fn what_is_refused_or_no_answer_ends_that_viewer_and_is_said() {
        for (answer, why) in [
            (Err("400".to_owned()), "400"),
            (Ok(json!({})), "does not say where"),
            (Ok(made("00000002")), "does not say where"),
        ] {
            let mut viewers = admitted();
            viewers.answered(ONE, Step::Admit, answer);
            assert!(matches!(&told(&mut viewers)[..], [(ONE, Said::Refuses(said))] if said.contains(why)), "{why}");
            assert_eq!((asked(&mut viewers), viewers.count()), (vec![Step::Remove], 0), "whatever came of it there");
        }
        let mut viewers = offered();
        viewers.wished(Wish::Answer(ONE, "v=0\r\n".into()));
        assert!(matches!(&told(&mut viewers)[..], [(ONE, Said::Refuses(_))]));
        assert_eq!(asked(&mut viewers), [Step::Remove]);
        viewers.wished(Wish::Answer(ONE, ANSWER.into()));
        assert_eq!(told(&mut viewers), [(ONE, Said::Gone)]);
    }

    #[test]
    fn so_many_are_asked_about_at_one_time_and_the_others_wait_in_their_order() {
        let mut viewers = Viewers::new(Ssrcs::fresh());
        (0..20).for_each(|viewer| viewers.wished(Wish::Admit(ViewerId(viewer))));
        assert_eq!(asked(&mut viewers).len(), MOST_OPEN);
        viewers.answered(ViewerId(3), Step::Admit, Err("no".into()));
        let next = viewers.asks().expect("there is room for one");
        assert_eq!((next.viewer, next.step), (ViewerId(8), Step::Admit));
        assert_eq!(viewers.asks(), None);
    }
}
