//! Viewers at a mediasoup. Decisions only: what the front says goes in, what it is to be asked and what the viewers are to be told comes out.
//! The front is shown nothing of a viewer but the number that it has here.

use crate::target::Hidden;
use crate::wish::{Said, Wish};
use protocol::ViewerId;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};

/// The front's own words are shown up to this length, characters.
pub(super) const LONGEST_WORDS: usize = 80;

/// All that there are.
pub(super) struct Viewers {
    hidden: Hidden,
    seats: BTreeSet<ViewerId>,
    asks: VecDeque<Value>,
    says: VecDeque<(ViewerId, Said)>,
}

impl Viewers {
    pub(super) fn new(hidden: Hidden) -> Viewers {
        Viewers { hidden, seats: BTreeSet::new(), asks: VecDeque::new(), says: VecDeque::new() }
    }

    /// How many there are, or are to be.
    pub(super) fn count(&self) -> u32 {
        self.seats.len() as u32
    }

    /// What the front is to be asked next.
    pub(super) fn asks(&mut self) -> Option<Value> {
        self.asks.pop_front()
    }

    /// What is to be told next.
    pub(super) fn says(&mut self) -> Option<(ViewerId, Said)> {
        self.says.pop_front()
    }

    /// Something is asked about a viewer.
    pub(super) fn wished(&mut self, wish: Wish) {
        match wish {
            Wish::Admit(viewer) => {
                self.seats.insert(viewer);
                self.asks.push_back(json!({ "admit": viewer }));
            }
            Wish::Answer(viewer, sdp) if self.seats.contains(&viewer) => {
                self.asks.push_back(json!({ "answer": viewer, "sdp": sdp }));
            }
            Wish::Answer(viewer, _) => self.says.push_back((viewer, Said::Gone)),
            // It sees to that itself.
            Wish::Layer(..) => {}
            Wish::Kick(viewer) => self.drop(viewer),
        }
    }

    /// The front said something of a viewer. Who was removed meanwhile is told nothing.
    pub(super) fn take(&mut self, viewer: ViewerId, said: Said) {
        if !self.seats.contains(&viewer) {
            return;
        }
        let said = match said {
            Said::Refuses(why) => Said::Refuses(self.hidden.out_of(&why, LONGEST_WORDS)),
            said => said,
        };
        if matches!(said, Said::Gone | Said::Refuses(_)) {
            self.drop(viewer);
        }
        self.says.push_back((viewer, said));
    }

    fn drop(&mut self, viewer: ViewerId) {
        if self.seats.remove(&viewer) {
            self.asks.push_back(json!({ "drop": viewer }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ViewerId = ViewerId(1);

    fn asked(viewers: &mut Viewers) -> Vec<Value> {
        std::iter::from_fn(|| viewers.asks()).collect()
    }

    fn told(viewers: &mut Viewers) -> Vec<(ViewerId, Said)> {
        std::iter::from_fn(|| viewers.says()).collect()
    }

    #[test]
    fn a_viewer_is_let_in_offered_answered_watches_and_leaves() {
        let mut viewers = Viewers::new(Hidden::default());
        viewers.wished(Wish::Admit(ONE));
        assert_eq!((asked(&mut viewers), viewers.count()), (vec![json!({ "admit": 1 })], 1));
        viewers.take(ONE, Said::Offers("v=0".into()));
        viewers.wished(Wish::Answer(ONE, "v=0 answer".into()));
        assert_eq!(asked(&mut viewers), [json!({ "answer": 1, "sdp": "v=0 answer" })]);
        viewers.take(ONE, Said::Takes);
        viewers.take(ONE, Said::Flows);
        viewers.take(ONE, Said::Gone);
        let all = [Said::Offers("v=0".into()), Said::Takes, Said::Flows, Said::Gone];
        assert_eq!(told(&mut viewers), all.map(|said| (ONE, said)));
        assert_eq!((asked(&mut viewers), viewers.count()), (vec![json!({ "drop": 1 })], 0));
    }

    #[test]
    fn who_is_kicked_is_dropped_once_and_told_nothing() {
        let mut viewers = Viewers::new(Hidden::default());
        viewers.wished(Wish::Admit(ONE));
        viewers.wished(Wish::Kick(ONE));
        viewers.wished(Wish::Kick(ONE));
        assert_eq!(asked(&mut viewers), [json!({ "admit": 1 }), json!({ "drop": 1 })]);
        for said in [Said::Offers("v=0".into()), Said::Flows, Said::Gone, Said::Refuses("why".into())] {
            viewers.take(ONE, said);
        }
        assert_eq!((told(&mut viewers), asked(&mut viewers)), (vec![], vec![]));
        viewers.wished(Wish::Answer(ONE, "v=0 late".into()));
        assert_eq!((told(&mut viewers), asked(&mut viewers)), (vec![(ONE, Said::Gone)], vec![]));
    }

    #[test]
    fn what_the_front_refuses_is_said_in_its_words_and_no_more_of_them() {
        let mut viewers = Viewers::new(Hidden::default());
        viewers.wished(Wish::Admit(ONE));
        viewers.take(ONE, Said::Refuses("no\u{7} room ".repeat(100)));
        let [(ONE, Said::Refuses(why))] = &told(&mut viewers)[..] else { panic!("it is refused") };
        assert!(why.starts_with("no room no room") && why.chars().count() == LONGEST_WORDS, "{why}");
        assert_eq!(viewers.count(), 0);
    }
}
