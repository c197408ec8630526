//! Who was removed: kicks and blocked addresses of this broadcast, and bans until lifted.

use crate::visitor::Identity;
use crate::{Ban, Visitor, browser_name};
use protocol::{RefusalCode, Removal, RemovedViewer, ViewerId};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};

/// One removed visitor.
#[derive(Debug)]
pub(crate) struct Removed {
    /// As the panel lists it.
    pub(crate) shown: RemovedViewer,
    /// Every viewer that this removed: any of them can be forgiven by its id.
    ids: Vec<ViewerId>,
    visitor: Visitor,
    hold: Hold,
    /// Media flowed to it in the broadcast that runs, so that it may return when it is forgiven.
    watched: bool,
}

/// What a removal refuses besides the visitor itself.
#[derive(Debug)]
enum Hold {
    /// Nothing; over when the next broadcast begins.
    Kick,
    /// The address as well, but for those who were watching from it when the ban fell.
    Ban { spared: HashSet<Identity> },
    /// Nothing: it was not let in. Over as a kick is, but that one that was refused before a broadcast is refused in it.
    Refusal { before: bool },
    /// The address alone, with the same exception; over when the next broadcast begins.
    Block { spared: HashSet<Identity> },
}

/// How a visitor asks: the page will set a cookie on who has none, a join will not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Page,
    Join,
}

/// Everybody who was removed and not forgiven.
#[derive(Debug, Default)]
pub(crate) struct Removals {
    /// The oldest first.
    all: Vec<Removed>,
    hosts: Vec<IpAddr>,
}

impl Removals {
    /// Takes up bans of earlier runs; `id` names each anew.
    pub(crate) fn restore(bans: Vec<Ban>, mut id: impl FnMut() -> ViewerId) -> Self {
        let restore = |ban: Ban| {
            let id = id();
            let visitor = Visitor { guest: ban.guest, ..Visitor::new(ban.cookie, ban.address, &ban.user_agent) };
            let mut removed = Removed::new(id, visitor, ban.reason, ban.banned_at);
            removed.become_ban(HashSet::new());
            removed
        };
        Self { all: bans.into_iter().map(restore).collect(), hosts: Vec::new() }
    }

    /// What has to outlive the program.
    pub(crate) fn bans(&self) -> Vec<Ban> {
        let banned = self.all.iter().filter(|removed| removed.is_ban());
        let ban = |removed: &Removed| Ban {
            cookie: removed.visitor.cookie,
            address: removed.visitor.address,
            user_agent: removed.visitor.user_agent.clone(),
            guest: removed.visitor.guest.clone(),
            reason: removed.shown.reason.clone(),
            banned_at: removed.shown.removed_at,
        };
        banned.map(ban).collect()
    }

    pub(crate) fn set_hosts(&mut self, hosts: Vec<IpAddr>) {
        self.hosts = hosts.into_iter().map(|address| address.to_canonical()).collect();
    }

    /// The latest first.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &RemovedViewer> {
        self.all.iter().rev().map(|removed| &removed.shown)
    }

    /// By the id of a viewer it removed or, for a browser, by the browser: its other tabs are the same person.
    pub(crate) fn find(&mut self, id: ViewerId, visitor: Option<&Visitor>) -> Option<&mut Removed> {
        let cookie = visitor.and_then(|visitor| visitor.cookie);
        let same =
            |removed: &Removed| removed.ids.contains(&id) || cookie.is_some() && removed.visitor.cookie == cookie;
        self.all.iter_mut().find(|removed| same(removed))
    }

    pub(crate) fn add(&mut self, removed: Removed) -> &mut Removed {
        self.all.push(removed);
        self.all.last_mut().expect("it was pushed on the line above")
    }

    pub(crate) fn forgive(&mut self, id: ViewerId) -> Option<Removed> {
        let at = self.all.iter().position(|removed| removed.ids.contains(&id))?;
        Some(self.all.remove(at))
    }

    /// Is the address refused as a whole already?
    pub(crate) fn is_blocked(&self, address: IpAddr) -> bool {
        let blocks = |removed: &&Removed| matches!(removed.hold, Hold::Block { .. });
        self.all.iter().filter(blocks).any(|removed| covers(removed.visitor.address, address, &self.hosts))
    }

    /// Whether an address can be refused at all: this machine's own cannot.
    pub(crate) fn can_refuse(&self, address: IpAddr) -> bool {
        covers(address, address, &self.hosts)
    }

    /// A new broadcast: kicks and blocks are over. Answers whose.
    pub(crate) fn end_kicks(&mut self) -> Vec<ViewerId> {
        let (stay, kicks) = std::mem::take(&mut self.all).into_iter().partition(Removed::outlasts_a_broadcast);
        self.all = stay;
        for removed in &mut self.all {
            removed.watched = false;
            if let Hold::Refusal { before } = &mut removed.hold {
                *before = false;
            }
        }
        kicks.into_iter().map(|removed: Removed| removed.shown.id).collect()
    }

    /// Why this visitor is refused, with the broadcaster's words.
    pub(crate) fn refuses(&self, visitor: &Visitor, door: Door) -> Option<(RefusalCode, Option<String>)> {
        let refusing = self.all.iter().rev().find(|removed| removed.refuses(visitor, door, &self.hosts))?;
        Some((refusing.code(), refusing.shown.reason.clone()))
    }

    /// Whom a ban of `visitor`, or a block of its address, spares: others who are watching from there.
    pub(crate) fn spared<'a>(
        &self,
        visitor: &Visitor,
        watching: impl Iterator<Item = &'a Visitor>,
    ) -> HashSet<Identity> {
        let near = watching.filter(|other| covers(visitor.address, other.address, &self.hosts));
        near.map(Visitor::identity).filter(|identity| *identity != visitor.identity()).collect()
    }
}

impl Removed {
    pub(crate) fn new(id: ViewerId, visitor: Visitor, reason: Option<String>, removed_at: u64) -> Self {
        let shown = RemovedViewer {
            id,
            removal: Removal::Kicked,
            reason,
            address: visitor.address.to_string(),
            browser: browser_name(&visitor.user_agent),
            removed_at,
        };
        Self { shown, ids: vec![id], visitor, hold: Hold::Kick, watched: false }
    }

    /// Who knocked, `before` a broadcast or in it.
    pub(crate) fn refused(
        id: ViewerId,
        visitor: Visitor,
        reason: Option<String>,
        removed_at: u64,
        before: bool,
    ) -> Self {
        let mut removed = Self::new(id, visitor, reason, removed_at);
        removed.shown.removal = Removal::Refused;
        removed.hold = Hold::Refusal { before };
        removed
    }

    /// An address of which nobody in particular is known.
    pub(crate) fn block(id: ViewerId, address: IpAddr, spared: HashSet<Identity>, removed_at: u64) -> Self {
        let mut removed = Self::new(id, Visitor::new(None, address, ""), None, removed_at);
        removed.shown.removal = Removal::Blocked;
        removed.hold = Hold::Block { spared };
        removed
    }

    /// Media flowed to it.
    pub(crate) fn has_watched(&mut self) {
        self.watched = true;
    }

    pub(crate) fn watched(&self) -> bool {
        self.watched
    }

    /// This viewer was removed by it, too.
    pub(crate) fn also(&mut self, id: ViewerId) {
        if !self.ids.contains(&id) {
            self.ids.push(id);
        }
    }

    pub(crate) fn become_ban(&mut self, spared: HashSet<Identity>) {
        self.shown.removal = Removal::Banned;
        self.hold = Hold::Ban { spared };
    }

    pub(crate) fn is_ban(&self) -> bool {
        matches!(self.hold, Hold::Ban { .. })
    }

    fn outlasts_a_broadcast(&self) -> bool {
        matches!(self.hold, Hold::Ban { .. } | Hold::Refusal { before: true })
    }

    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    pub(crate) fn code(&self) -> RefusalCode {
        match self.hold {
            Hold::Kick | Hold::Block { .. } => RefusalCode::Kicked,
            Hold::Ban { .. } => RefusalCode::Banned,
            Hold::Refusal { .. } => RefusalCode::NotAdmitted,
        }
    }

    fn refuses(&self, asking: &Visitor, door: Door, hosts: &[IpAddr]) -> bool {
        match &self.hold {
            Hold::Kick | Hold::Refusal { .. } => self.is(asking, door),
            Hold::Ban { spared } => self.is(asking, door) || self.covers_all_but(spared, asking, hosts),
            Hold::Block { spared } => self.covers_all_but(spared, asking, hosts),
        }
    }

    /// Where it came by a guest's own link, whoever comes by that is. A cookie that is not signed names nobody, but who shows one that was
    /// removed admits to it: versions before gave such.
    fn is(&self, asking: &Visitor, door: Door) -> bool {
        if self.visitor.guest.is_some() && self.visitor.guest == asking.guest {
            return true;
        }
        match self.visitor.cookie {
            Some(removed) => asking.cookie.or(asking.unsigned) == Some(removed),
            None => asking.cookie.is_none() && door == Door::Join && self.visitor.identity() == asking.identity(),
        }
    }

    fn covers_all_but(&self, spared: &HashSet<Identity>, asking: &Visitor, hosts: &[IpAddr]) -> bool {
        covers(self.visitor.address, asking.address, hosts) && !spared.contains(&asking.identity())
    }
}

/// Whether a ban of one address refuses another. An IPv6 subscriber has a whole /64; but on a link-local address, or in a
/// network that this machine is part of, the /64 is everybody in the house, so there the one address is meant.
fn covers(banned: IpAddr, asking: IpAddr, hosts: &[IpAddr]) -> bool {
    if asking.is_loopback() || hosts.contains(&asking) {
        return false;
    }
    let IpAddr::V6(network) = banned else { return banned == asking };
    let shared = network.is_unicast_link_local() || hosts.iter().any(|host| same_64(network, *host));
    if shared { banned == asking } else { same_64(network, asking) }
}

fn same_64(network: Ipv6Addr, address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.octets()[..8] == network.octets()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("the tests' addresses are well-formed")
    }

    #[test]
    fn what_a_banned_address_covers() {
        let hosts = [address("192.168.1.20"), address("2001:db8:1:1::20")];
        let cases = [
            ("203.0.113.7", "203.0.113.7", true, "the address itself"),
            ("203.0.113.7", "203.0.113.8", false, "IPv4 neighbours are other people"),
            ("2001:db8:9:9::1", "2001:db8:9:9:abcd::2", true, "one subscriber has the whole /64"),
            ("2001:db8:9:9::1", "2001:db8:9:a::1", false, "the next /64 is somebody else's"),
            ("2001:db8:1:1::7", "2001:db8:1:1::7", true, "in our own network, the address itself"),
            ("2001:db8:1:1::7", "2001:db8:1:1::8", false, "in our own network, nobody else"),
            ("fe80::7", "fe80::8", false, "link-local is one /64 for everybody"),
            ("fe80::7", "fe80::7", true, "link-local, the address itself"),
            ("127.0.0.1", "127.0.0.1", false, "never loopback"),
            ("::1", "::1", false, "never loopback"),
            ("192.168.1.20", "192.168.1.20", false, "never the host's own"),
            ("2001:db8:1:1::20", "2001:db8:1:1::20", false, "never the host's own"),
        ];
        for (banned, asking, expected, why) in cases {
            assert_eq!(covers(address(banned), address(asking), &hosts), expected, "{why}: {banned}, {asking}");
        }
    }
}
