//! Who is admitted, who is watching, who was here.

use crate::visitor::Identity;
use crate::{Now, Visitor, VisitorCookie, browser_name};
use protocol::{Viewer, ViewerId, ViewerStats};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// How many visitors of a broadcast may return to a locked or retired link. Far above any audience a desktop serves; a
/// bound, because each cookie-less request could otherwise add one for ever.
const MAX_KNOWN: usize = 16_384;

/// How many viewers who left can still be kicked or banned.
const MAX_DEPARTED: usize = 1024;

/// One viewer's life. It begins with the admission and is out of the map when it is over.
#[derive(Debug)]
enum Life {
    /// Let in; its transport is being made.
    Admitted { visitor: Visitor },
    /// Media flows.
    Watching { visitor: Visitor, shown: Viewer, latency_ms: Option<f32> },
}

impl Life {
    fn visitor(&self) -> &Visitor {
        match self {
            Self::Admitted { visitor } | Self::Watching { visitor, .. } => visitor,
        }
    }
}

/// All viewers of the broadcast.
#[derive(Debug, Default)]
pub(crate) struct Viewers {
    lives: BTreeMap<ViewerId, Life>,
    watching: u32,
    peak: u32,
    known: Known,
    departed: VecDeque<(ViewerId, Visitor)>,
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was admitted only: nobody was told of it.
    Unseen,
    /// It was watching.
    Watched,
}

impl Viewers {
    /// A new broadcast: nobody is known, nobody left.
    pub(crate) fn begin(&mut self) {
        debug_assert!(self.lives.is_empty(), "the end of a broadcast drops every viewer");
        *self = Self::default();
    }

    pub(crate) fn admit(&mut self, id: ViewerId, visitor: Visitor) {
        self.known.remember(visitor.identity());
        self.lives.insert(id, Life::Admitted { visitor });
    }

    /// The viewer as the panel lists it; none when it is not admitted, or watching already.
    pub(crate) fn connected(&mut self, id: ViewerId, now: Now) -> Option<Viewer> {
        let life = self.lives.get_mut(&id)?;
        let Life::Admitted { visitor } = life else { return None };
        let shown = Viewer {
            id,
            address: visitor.address.to_string(),
            browser: browser_name(&visitor.user_agent),
            since_at: now.unix_ms,
            stats: ViewerStats::default(),
        };
        *life = Life::Watching { visitor: visitor.clone(), shown: shown.clone(), latency_ms: None };
        self.watching += 1;
        self.peak = self.peak.max(self.watching);
        Some(shown)
    }

    /// Ends a life and drops what it held.
    pub(crate) fn end(&mut self, id: ViewerId) -> Option<Ended> {
        match self.lives.remove(&id)? {
            Life::Admitted { .. } => Some(Ended::Unseen),
            Life::Watching { visitor, .. } => {
                self.watching -= 1;
                if self.departed.len() == MAX_DEPARTED {
                    self.departed.pop_front();
                }
                self.departed.push_back((id, visitor));
                Some(Ended::Watched)
            }
        }
    }

    /// Who this viewer is, watching or gone a moment ago.
    pub(crate) fn visitor(&self, id: ViewerId) -> Option<&Visitor> {
        let departed = || self.departed.iter().find(|(departed, _)| *departed == id).map(|(_, visitor)| visitor);
        self.lives.get(&id).map(Life::visitor).or_else(departed)
    }

    /// Every viewer of this browser.
    pub(crate) fn of_cookie(&self, cookie: VisitorCookie) -> Vec<ViewerId> {
        self.lives.iter().filter(|(_, life)| life.visitor().cookie == Some(cookie)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn ids(&self) -> Vec<ViewerId> {
        self.lives.keys().copied().collect()
    }

    /// Those who hold a place, admitted or watching.
    pub(crate) fn visitors(&self) -> impl Iterator<Item = &Visitor> {
        self.lives.values().map(Life::visitor)
    }

    /// Was admitted to this broadcast.
    pub(crate) fn known(&self, visitor: &Visitor) -> bool {
        self.known.set.contains(&visitor.identity())
    }

    /// Places taken: admitted and watching.
    pub(crate) fn places(&self) -> u32 {
        self.lives.len() as u32
    }

    pub(crate) fn watching(&self) -> u32 {
        self.watching
    }

    pub(crate) fn peak(&self) -> u32 {
        self.peak
    }

    pub(crate) fn shown(&self) -> impl Iterator<Item = &Viewer> {
        self.lives.values().filter_map(|life| match life {
            Life::Watching { shown, .. } => Some(shown),
            Life::Admitted { .. } => None,
        })
    }

    pub(crate) fn latency(&mut self, id: ViewerId, measured_ms: f32) {
        if let Some(Life::Watching { latency_ms, .. }) = self.lives.get_mut(&id) {
            *latency_ms = Some(measured_ms);
        }
    }

    /// Takes in figures; answers those that changed.
    pub(crate) fn stats(&mut self, stats: Vec<(ViewerId, ViewerStats)>) -> Vec<(ViewerId, ViewerStats)> {
        let mut changed = Vec::new();
        for (id, stats) in stats {
            if let Some(Life::Watching { shown, latency_ms, .. }) = self.lives.get_mut(&id) {
                let stats = ViewerStats { latency_ms: latency_ms.or(stats.latency_ms), ..stats };
                if shown.stats != stats {
                    shown.stats = stats;
                    changed.push((id, stats));
                }
            }
        }
        changed
    }
}

/// Who was admitted to this broadcast; the oldest are forgotten first.
#[derive(Debug, Default)]
struct Known {
    set: HashSet<Identity>,
    order: VecDeque<Identity>,
}

impl Known {
    fn remember(&mut self, identity: Identity) {
        if !self.set.insert(identity.clone()) {
            return;
        }
        self.order.push_back(identity);
        if self.order.len() > MAX_KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn visitor(n: u128) -> Visitor {
        Visitor::new(Some(VisitorCookie::from_random(n.to_be_bytes())), Ipv4Addr::LOCALHOST.into(), "test")
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut viewers = Viewers::default();
        let now = Now { instant: std::time::Instant::now(), unix_ms: 0 };
        let total = MAX_KNOWN as u32 + 10;
        for n in 0..total {
            viewers.admit(ViewerId(n), visitor(n.into()));
            viewers.connected(ViewerId(n), now);
            viewers.end(ViewerId(n));
        }
        assert!(!viewers.known(&visitor(9)), "the oldest visitors are forgotten");
        assert!(viewers.known(&visitor(10)), "and only as many as the bound asks for");
        assert_eq!(viewers.departed.len(), MAX_DEPARTED);
        assert!(viewers.visitor(ViewerId(total - 1)).is_some(), "the one who left last can be kicked");
        assert!(viewers.lives.is_empty());
    }
}
