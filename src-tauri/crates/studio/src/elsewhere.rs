//! Viewers who watch at a relay: who goes there, how far each is, and what their engines are to be asked. Decisions only.
//!
//! The audience decides about people, and knows nothing of this but which relay each watches at. Here is decided about places: with a
//! relay that takes viewers, who would get less than the top layer here goes there. Who is on the way there is bounded in number and in time.
//! And which layer each is sent there, where its server does not look itself at what a path carries ([`path`]).

mod path;

use path::Path;
use protocol::{Network, RelayId, Rid, ViewerId};
use relay::Wish;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};
use stream::VideoCodec;

/// An engine must have an offer after this: a browser gives its own up after five seconds, and is better sent the stream from here.
const OFFERS_WITHIN: Duration = Duration::from_secs(4);

/// Then the viewer must have answered, and after that media must flow. An answer is a round trip away, and a connection a few more.
const STEP_WITHIN: Duration = Duration::from_secs(10);

/// Who watches there is heard of every fifteen seconds, as it asks for its session; who was not for so long is gone. An engine may not tell of
/// one that falls silent.
const HEARD_WITHIN: Duration = Duration::from_secs(45);

/// Viewers on the way to engines, together: each costs a handle there.
const MOST_ON_THE_WAY: usize = 1024;

/// Those of one address: the 300 that may begin at once from there, and the 50 a second behind them while those connect, which takes some six
/// round trips. Loopback is exempt.
const MOST_OF_ONE: usize = 384;

/// An engine that let a viewer in by no offer is left alone for this, and newcomers are sent the stream from here.
const REST: Duration = Duration::from_secs(10);

/// Who is sent to a relay, where one takes viewers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RelayFrom {
    /// Who would get less than the top layer here.
    #[default]
    Full,
    /// Those, and everyone who is outside the host's own network.
    Outside,
    /// Everyone.
    All,
}

impl RelayFrom {
    const WORDS: [(RelayFrom, &str); 3] = [(Self::Full, "full"), (Self::Outside, "outside"), (Self::All, "all")];
}

impl FromStr for RelayFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::WORDS.into_iter().find(|(_, word)| *word == text);
        known.map(|(from, _)| from).ok_or_else(|| format!("\"{text}\" is not full, outside or all"))
    }
}

impl fmt::Display for RelayFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.into_iter().find(|(from, _)| from == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

/// All viewers at relays, and the relays that take some.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    from: RelayFrom,
    /// The addresses of this machine.
    hosts: Vec<IpAddr>,
    relays: BTreeMap<RelayId, Takes>,
    seats: BTreeMap<ViewerId, Seat>,
    /// Those on the way, which is few of all seats. Ids grow, so the first is the oldest.
    on_the_way: BTreeMap<ViewerId, Option<Network>>,
    /// When each seat's time is over: the owner asks for the first of it after whatever happens.
    due: BTreeSet<(Instant, ViewerId)>,
    /// What is known of the paths of those who watch where we choose the layer.
    paths: BTreeMap<ViewerId, Path>,
    /// Of each relay that ever had a viewer.
    counts: BTreeMap<RelayId, Count>,
    wishes: VecDeque<(RelayId, Wish)>,
}

/// A relay that runs and takes viewers.
#[derive(Debug)]
struct Takes {
    codec: VideoCodec,
    /// The layers that viewers are moved between by us, the largest first.
    steps: Vec<Rid>,
    rests_until: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    relay: RelayId,
    at: At,
}

/// How many are at a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    seats: u32,
    watching: u32,
}

/// How far a viewer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The engine is to offer something.
    Asked(Instant),
    /// The viewer is to answer.
    Offered(Instant),
    /// Media is to flow.
    Answered(Instant),
    /// It is to be heard of.
    Watching(Instant),
    /// It had come no further when too many were behind it: its time is over.
    MakesRoom(Instant),
}

impl At {
    /// Until when.
    fn until(self) -> Instant {
        match self {
            Self::Asked(until) | Self::Offered(until) | Self::Answered(until) => until,
            Self::Watching(until) | Self::MakesRoom(until) => until,
        }
    }

    fn watches(self) -> bool {
        matches!(self, Self::Watching(_))
    }

    fn is_on_the_way(self) -> bool {
        matches!(self, Self::Asked(_) | Self::Offered(_) | Self::Answered(_))
    }
}

impl Elsewhere {
    pub(crate) fn set_from(&mut self, from: RelayFrom) {
        self.from = from;
    }

    pub(crate) fn set_hosts(&mut self, hosts: Vec<IpAddr>) {
        self.hosts = hosts;
    }

    /// The relay runs, takes viewers, and is sent this. True: it did not before.
    pub(crate) fn runs(&mut self, relay: RelayId, codec: VideoCodec) -> bool {
        self.relays.insert(relay, Takes { codec, steps: Vec::new(), rests_until: None }).is_none()
    }

    /// The layers that its viewers are moved between by us, the largest first, in which each begins. None: its server moves them.
    pub(crate) fn steps(&mut self, relay: RelayId, steps: Vec<Rid>) {
        if let Some(takes) = self.relays.get_mut(&relay) {
            takes.steps = steps;
        }
    }

    /// What a viewer's page says has arrived of the picture since its session began, in packets.
    pub(crate) fn path(&mut self, viewer: ViewerId, packets: u32, lost: u32, now: Instant) {
        let Some(seat) = self.seats.get(&viewer).filter(|seat| seat.at.watches()) else { return };
        let Some(takes) = self.relays.get(&seat.relay).filter(|takes| takes.steps.len() > 1) else { return };
        let path = self.paths.entry(viewer).or_insert_with(|| Path::new(now));
        let step = path.report(packets, lost, takes.steps.len(), now);
        if let Some(rid) = step.and_then(|step| takes.steps.get(step)) {
            self.wishes.push_back((seat.relay, Wish::Layer(viewer, *rid)));
        }
    }

    /// It does not run any more: these were there, and are to come back.
    pub(crate) fn stopped(&mut self, relay: RelayId) -> Vec<ViewerId> {
        self.relays.remove(&relay);
        self.seats.iter().filter(|(_, seat)| seat.relay == relay).map(|(viewer, _)| *viewer).collect()
    }

    /// Where somebody goes who takes a counter-offer; none: stays here. `fits`: the top layer has room here. `decodes`: it can be sent that.
    pub(crate) fn place(
        &self,
        from: IpAddr,
        fits: impl FnOnce() -> bool,
        decodes: impl Fn(VideoCodec) -> bool,
        now: Instant,
    ) -> Option<RelayId> {
        let awake = |takes: &Takes| takes.rests_until.is_none_or(|until| now >= until);
        let usable = self.relays.iter().filter(|(_, takes)| awake(takes) && decodes(takes.codec));
        let emptiest = usable.min_by_key(|(relay, _)| self.count(**relay).seats);
        let (relay, _) = emptiest?;
        let goes = match self.from {
            RelayFrom::All => true,
            RelayFrom::Outside => !is_inside(from, &self.hosts) || !fits(),
            RelayFrom::Full => !fits(),
        };
        goes.then_some(*relay)
    }

    /// Somebody goes there. Where there are too many on the way, the oldest makes room, and [`Elsewhere::expired`] names it: to go there costs
    /// one POST, and who sends many of those is not to keep out who does connect.
    pub(crate) fn admit(&mut self, viewer: ViewerId, relay: RelayId, from: IpAddr, now: Instant) {
        let network = Network::of(from);
        if let Some(oldest) = self.makes_room_for(network) {
            self.advance(oldest, |_| true, At::MakesRoom(now));
        }
        self.on_the_way.insert(viewer, network);
        self.seat(viewer, Seat { relay, at: At::Asked(now + OFFERS_WITHIN) });
        self.wishes.push_back((relay, Wish::Admit(viewer)));
    }

    /// There is an offer for it: the first, or, where what it answered has not all in it, another. False: it is not waited for any more.
    pub(crate) fn offered(&mut self, viewer: ViewerId, now: Instant) -> bool {
        self.advance(viewer, |at| matches!(at, At::Asked(_) | At::Answered(_)), At::Offered(now + STEP_WITHIN))
    }

    /// It answers. False: nothing was offered that it could answer.
    pub(crate) fn answered(&mut self, viewer: ViewerId, answer: String, now: Instant) -> bool {
        let fits = self.advance(viewer, |at| matches!(at, At::Offered(_)), At::Answered(now + STEP_WITHIN));
        if let Some(seat) = self.seats.get(&viewer).filter(|_| fits) {
            self.wishes.push_back((seat.relay, Wish::Answer(viewer, answer)));
        }
        fits
    }

    /// Media flows to it. False: it did already, or nobody waits for that.
    pub(crate) fn flows(&mut self, viewer: ViewerId, now: Instant) -> bool {
        self.advance(viewer, |at| matches!(at, At::Answered(_)), At::Watching(now + HEARD_WITHIN))
    }

    /// It asked whether its session is there.
    pub(crate) fn heard_of(&mut self, viewer: ViewerId, now: Instant) {
        self.advance(viewer, At::watches, At::Watching(now + HEARD_WITHIN));
    }

    /// The engine does not let this viewer in, or does not take its answer. True: it had made no offer, so that is its own doing, and it is left
    /// alone for a while. What is wrong with an answer is the viewer's, who is to keep nobody else out by it.
    pub(crate) fn refused(&mut self, viewer: ViewerId, now: Instant) -> bool {
        let asked = self.seats.get(&viewer).filter(|seat| matches!(seat.at, At::Asked(_))).map(|seat| seat.relay);
        asked.inspect(|relay| self.rests(*relay, now)).is_some()
    }

    /// It is gone, or to be removed: the engine sends it nothing any more.
    pub(crate) fn end(&mut self, viewer: ViewerId) {
        if let Some(seat) = self.unseat(viewer) {
            self.on_the_way.remove(&viewer);
            self.paths.remove(&viewer);
            self.wishes.push_back((seat.relay, Wish::Kick(viewer)));
        }
    }

    /// It is at a relay, or on the way to one.
    pub(crate) fn has(&self, viewer: ViewerId) -> bool {
        self.seats.contains_key(&viewer)
    }

    /// How many watch at a relay.
    pub(crate) fn watching(&self, relay: RelayId) -> u32 {
        self.count(relay).watching
    }

    /// What an engine is to be asked next.
    pub(crate) fn poll(&mut self) -> Option<(RelayId, Wish)> {
        self.wishes.pop_front()
    }

    /// When [`Elsewhere::expired`] has something to say.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.due.first().map(|(until, _)| *until)
    }

    /// Those whose time is over. An engine that makes no offer is left alone for a while.
    pub(crate) fn expired(&mut self, now: Instant) -> Vec<ViewerId> {
        let late = self.due.iter().take_while(|(until, _)| now >= *until);
        let expired: Vec<ViewerId> = late.map(|(_, viewer)| *viewer).collect();
        for viewer in &expired {
            self.refused(*viewer, now);
        }
        expired
    }

    /// The oldest of that address where it has its share, else, where there are too many in all, the oldest of the address that has most.
    fn makes_room_for(&self, network: Option<Network>) -> Option<ViewerId> {
        let of = |wanted: Option<Network>| self.on_the_way.iter().filter(move |(_, network)| **network == wanted);
        let crowds = network.is_some() && of(network).count() >= MOST_OF_ONE;
        let from = match crowds {
            true => network,
            false if self.on_the_way.len() >= MOST_ON_THE_WAY => {
                let mut counts: HashMap<Option<Network>, usize> = HashMap::new();
                self.on_the_way.values().for_each(|network| *counts.entry(*network).or_default() += 1);
                let most = counts.values().copied().max()?;
                self.on_the_way.values().copied().find(|network| counts[network] == most)?
            }
            false => return None,
        };
        of(from).next().map(|(viewer, _)| *viewer)
    }

    fn rests(&mut self, relay: RelayId, now: Instant) {
        if let Some(takes) = self.relays.get_mut(&relay) {
            takes.rests_until = Some(now + REST);
        }
    }

    fn advance(&mut self, viewer: ViewerId, from: impl Fn(At) -> bool, to: At) -> bool {
        let Some(seat) = self.seats.get(&viewer).filter(|seat| from(seat.at)).copied() else { return false };
        self.unseat(viewer);
        self.seat(viewer, Seat { at: to, ..seat });
        if !to.is_on_the_way() {
            self.on_the_way.remove(&viewer);
        }
        true
    }

    fn seat(&mut self, viewer: ViewerId, seat: Seat) {
        self.due.insert((seat.at.until(), viewer));
        let count = self.counts.entry(seat.relay).or_default();
        count.seats += 1;
        count.watching += u32::from(seat.at.watches());
        self.seats.insert(viewer, seat);
    }

    fn unseat(&mut self, viewer: ViewerId) -> Option<Seat> {
        let seat = self.seats.remove(&viewer)?;
        self.due.remove(&(seat.at.until(), viewer));
        let count = self.counts.entry(seat.relay).or_default();
        count.seats -= 1;
        count.watching -= u32::from(seat.at.watches());
        Some(seat)
    }

    fn count(&self, relay: RelayId) -> Count {
        self.counts.get(&relay).copied().unwrap_or_default()
    }
}

/// In a network of this machine's, as far as an address tells: a private one, or in the same /64.
pub(crate) fn is_inside(address: IpAddr, hosts: &[IpAddr]) -> bool {
    let address = address.to_canonical();
    hosts.contains(&address)
        || match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => {
                let same_64 =
                    |host: &IpAddr| matches!(host, IpAddr::V6(host) if host.octets()[..8] == address.octets()[..8]);
                address.is_loopback()
                    || address.is_unicast_link_local()
                    || address.is_unique_local()
                    || hosts.iter().any(same_64)
            }
        }
}

#[cfg(test)]
mod tests;
