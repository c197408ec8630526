//! Who is admitted, who is watching, who was here.

use crate::joining::{Joining, Progress};
use crate::returning::Returning;
use crate::visitor::Identity;
use crate::{Now, Token, Visitor, VisitorCookie, browser_name};
use protocol::{Network, RejectedMedia, RelayId, Rid, Viewer, ViewerId, ViewerStats};
use std::collections::{BTreeMap, HashSet};

/// One viewer's life. It begins with the admission and is out of the map when it is over.
#[derive(Debug)]
enum Life {
    /// Let in; its transport is being made.
    Admitted { visitor: Visitor, rejected: Vec<RejectedMedia>, relay: Option<RelayId>, held: Option<Rid> },
    /// Media flows, in a rehearsal: nobody is told.
    Rehearsing { visitor: Visitor },
    /// Media flows.
    Watching { visitor: Visitor, shown: Viewer, latency_ms: Option<f32> },
}

impl Life {
    fn visitor(&self) -> &Visitor {
        match self {
            Self::Admitted { visitor, .. } | Self::Rehearsing { visitor } | Self::Watching { visitor, .. } => visitor,
        }
    }
}

/// All viewers of the broadcast.
#[derive(Debug, Default)]
pub(crate) struct Viewers {
    lives: BTreeMap<ViewerId, Life>,
    /// Those that are admitted and not watching.
    pub(crate) joining: Joining,
    watching: u32,
    peak: u32,
    returning: Returning,
}

/// How a life ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was admitted only: nobody was told of it.
    Unseen(Visitor, Progress),
    /// It was watching a rehearsal, which nobody was told either.
    Rehearsed,
    /// It was watching.
    Watched,
}

impl Viewers {
    /// A new broadcast: nobody is known, nobody left.
    pub(crate) fn begin(&mut self) {
        debug_assert!(self.lives.is_empty(), "the end of a broadcast drops every viewer");
        (self.peak, self.returning) = (0, Returning::default());
    }

    pub(crate) fn admit(&mut self, id: ViewerId, visitor: Visitor) {
        self.joining.begin(id, Network::of(visitor.address));
        self.lives.insert(id, Life::Admitted { visitor, rejected: Vec::new(), relay: None, held: None });
    }

    /// What of its offer it will not be sent.
    pub(crate) fn answered(&mut self, id: ViewerId, not_sent: Vec<RejectedMedia>) {
        if let Some(Life::Admitted { rejected, .. }) = self.lives.get_mut(&id) {
            *rejected = not_sent;
        }
    }

    /// It is to watch there.
    pub(crate) fn relayed(&mut self, id: ViewerId, at: RelayId) {
        if let Some(Life::Admitted { relay, .. }) = self.lives.get_mut(&id) {
            *relay = Some(at);
        }
    }

    /// The viewer as the panel lists it; none when it is not admitted, or watching already.
    pub(crate) fn connected(&mut self, id: ViewerId, guest: Option<String>, now: Now) -> Option<Viewer> {
        let life = self.lives.get_mut(&id)?;
        let Life::Admitted { visitor, rejected, relay, held } = life else { return None };
        let shown = Viewer {
            id,
            address: visitor.address.to_string(),
            browser: browser_name(&visitor.user_agent),
            guest,
            since_at: now.unix_ms,
            rejected: std::mem::take(rejected),
            relay: *relay,
            held: *held,
            stats: ViewerStats::default(),
        };
        *life = Life::Watching { visitor: visitor.clone(), shown: shown.clone(), latency_ms: None };
        self.joining.end(id);
        self.watching += 1;
        self.peak = self.peak.max(self.watching);
        Some(shown)
    }

    /// Media flows to one who came by the private link of a rehearsal.
    pub(crate) fn rehearse(&mut self, id: ViewerId) {
        if let Some(life) = self.lives.get_mut(&id)
            && let Life::Admitted { visitor, .. } = life
        {
            *life = Life::Rehearsing { visitor: visitor.clone() };
            self.joining.end(id);
        }
    }

    /// Media flows to it, in a rehearsal.
    pub(crate) fn rehearses(&self, id: ViewerId) -> bool {
        matches!(self.lives.get(&id), Some(Life::Rehearsing { .. }))
    }

    /// Ends a life and drops what it held.
    pub(crate) fn end(&mut self, id: ViewerId, now: Now) -> Option<Ended> {
        match self.lives.remove(&id)? {
            Life::Admitted { visitor, .. } => {
                let progress = self.joining.end(id).expect("who is admitted and does not watch is joining");
                Some(Ended::Unseen(visitor, progress))
            }
            Life::Rehearsing { .. } => Some(Ended::Rehearsed),
            Life::Watching { visitor, shown, .. } => {
                self.watching -= 1;
                self.returning.departed(id, visitor, shown.relay, now.instant);
                Some(Ended::Watched)
            }
        }
    }

    /// Who this viewer is, watching or gone a moment ago.
    pub(crate) fn visitor(&self, id: ViewerId) -> Option<&Visitor> {
        self.lives.get(&id).map(Life::visitor).or_else(|| self.returning.visitor(id))
    }

    /// Media flows to this viewer.
    pub(crate) fn is_watching(&self, id: ViewerId) -> bool {
        matches!(self.lives.get(&id), Some(Life::Watching { .. }))
    }

    /// Media flowed to this viewer, or flows.
    pub(crate) fn watched(&self, id: ViewerId) -> bool {
        self.is_watching(id) || self.returning.visitor(id).is_some()
    }

    /// Where this viewer's browser watched last, a moment ago, was elsewhere than there.
    pub(crate) fn watched_elsewhere(&self, id: ViewerId, relay: Option<RelayId>, now: Now) -> bool {
        let visitor = self.lives.get(&id).map(Life::visitor);
        visitor.and_then(|visitor| self.returning.last_place(visitor, now.instant)).is_some_and(|last| last != relay)
    }

    /// Every viewer of this browser.
    pub(crate) fn of_cookie(&self, cookie: VisitorCookie) -> Vec<ViewerId> {
        self.lives.iter().filter(|(_, life)| life.visitor().cookie == Some(cookie)).map(|(id, _)| *id).collect()
    }

    /// Every viewer who came by this guest's link.
    pub(crate) fn of_guest(&self, token: &Token) -> Vec<ViewerId> {
        self.by_guest(token).map(|(id, _)| id).collect()
    }

    /// How many devices besides this visitor's are here by that link, on the way ones too.
    pub(crate) fn other_devices(&self, token: &Token, visitor: &Visitor) -> usize {
        let (own, mut others) = (visitor.identity(), HashSet::new());
        others.extend(self.by_guest(token).map(|(_, visitor)| visitor.identity()));
        others.remove(&own);
        others.len()
    }

    fn by_guest(&self, token: &Token) -> impl Iterator<Item = (ViewerId, &Visitor)> {
        let visitors = self.lives.iter().map(|(id, life)| (*id, life.visitor()));
        visitors.filter(move |(_, visitor)| visitor.guest.as_ref() == Some(token))
    }

    pub(crate) fn ids(&self) -> Vec<ViewerId> {
        self.lives.keys().copied().collect()
    }

    /// Those under way whom this concerns.
    pub(crate) fn joining_where(&self, concerns: impl Fn(&Visitor) -> bool) -> Vec<ViewerId> {
        self.joining.ids().filter(|id| self.lives.get(id).is_some_and(|life| concerns(life.visitor()))).collect()
    }

    /// To whom media flows.
    pub(crate) fn watchers(&self) -> impl Iterator<Item = &Visitor> {
        self.lives.values().filter(|life| matches!(life, Life::Watching { .. })).map(Life::visitor)
    }

    /// A viewer of this visitor holds a place.
    pub(crate) fn holds_a_place(&self, visitor: &Visitor) -> bool {
        let identity = visitor.identity();
        let holds = |(id, life): (&ViewerId, &Life)| life.visitor().is(&identity) && !self.joining.is_unchecked(*id);
        self.lives.iter().any(holds)
    }

    /// Places taken: by who is watching, and by who is on the way and was heard of.
    pub(crate) fn places(&self) -> u32 {
        self.watching + self.joining.weighing() as u32
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
            Life::Admitted { .. } | Life::Rehearsing { .. } => None,
        })
    }

    /// The lock falls: who is watching now, or lost the connection a moment ago, may return through it.
    pub(crate) fn keep_at_lock(&mut self, now: Now) {
        let watching = self.watching_identities();
        self.returning.keep_at_lock(watching, now.instant);
    }

    /// The link retires: the same may return by it, but for guests, who have links of their own.
    pub(crate) fn keep_at_new_link(&mut self, now: Now) {
        let watching = self.watchers().filter(|visitor| visitor.guest.is_none()).map(Visitor::identity).collect();
        self.returning.keep_at_new_link(watching, now.instant);
    }

    /// There is a passcode, or another one: the same browsers may return without it.
    pub(crate) fn keep_at_passcode(&mut self, now: Now) {
        let watching = self.watching_identities();
        self.returning.keep_at_passcode(watching, now.instant);
    }

    /// Who comes waits from now on: the same need not.
    pub(crate) fn keep_at_waiting_room(&mut self, now: Now) {
        let watching = self.watching_identities();
        self.returning.keep_at_waiting_room(watching, now.instant);
    }

    pub(crate) fn may_pass_the_waiting_room(&self, visitor: &Visitor, now: Now) -> bool {
        self.returning.may_pass_the_waiting_room(visitor, now.instant, |identity| self.watches(identity))
    }

    pub(crate) fn may_pass_the_passcode(&self, visitor: &Visitor) -> bool {
        self.returning.may_pass_the_passcode(visitor)
    }

    /// A viewer's removal is undone: it may return as if it had lost its connection now.
    pub(crate) fn take_back(&mut self, id: ViewerId, visitor: Visitor, now: Now) {
        self.returning.take_back(id, visitor, now.instant);
    }

    pub(crate) fn may_pass_the_lock(&self, visitor: &Visitor, now: Now) -> bool {
        self.returning.may_pass_the_lock(visitor, now.instant, |identity| self.watches(identity))
    }

    pub(crate) fn may_come_by_a_retired_link(&self, visitor: &Visitor, now: Now) -> bool {
        self.returning.may_come_by_a_retired_link(visitor, now.instant, |identity| self.watches(identity))
    }

    fn watches(&self, identity: &Identity) -> bool {
        self.watchers().any(|visitor| visitor.is(identity))
    }

    fn watching_identities(&self) -> HashSet<Identity> {
        self.watchers().map(Visitor::identity).collect()
    }

    /// Of those whose page measured one.
    pub(crate) fn latencies(&self) -> impl Iterator<Item = f32> {
        self.lives.values().filter_map(|life| match life {
            Life::Watching { latency_ms, .. } => *latency_ms,
            Life::Admitted { .. } | Life::Rehearsing { .. } => None,
        })
    }

    pub(crate) fn latency(&mut self, id: ViewerId, measured_ms: f32) {
        if let Some(Life::Watching { latency_ms, .. }) = self.lives.get_mut(&id) {
            *latency_ms = Some(measured_ms);
        }
    }

    /// It holds this layer. True: that is to be told, as it is another than before, and it is watching.
    pub(crate) fn held(&mut self, id: ViewerId, layer: Option<Rid>) -> bool {
        match self.lives.get_mut(&id) {
            Some(Life::Watching { shown, .. }) => std::mem::replace(&mut shown.held, layer) != layer,
            Some(Life::Admitted { held, .. }) => {
                *held = layer;
                false
            }
            Some(Life::Rehearsing { .. }) | None => false,
        }
    }

    /// What it holds.
    pub(crate) fn held_layer(&self, id: ViewerId) -> Option<Rid> {
        match self.lives.get(&id)? {
            Life::Watching { shown, .. } => shown.held,
            Life::Admitted { held, .. } => *held,
            Life::Rehearsing { .. } => None,
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
