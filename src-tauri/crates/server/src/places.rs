//! Who may have a connection open: how many together, how many a network has, and who gives way when all are taken.

use crate::Limits;
use protocol::Network;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// Of the connections that no viewer uses, one network may have this share: an eighth.
const SHARE: usize = 8;

/// As few as a network may always have: a browser opens six at a time to load one page.
const LEAST_SHARE: usize = 8;

/// When all places are taken, a header's time is this part of what it is while half of them are free.
const SHORTEST_HEADER: u32 = 5;

/// Connections that make a crowd: what fewer leave behind is not worth a look.
const CROWD: usize = 256;

/// What a connection is doing. Who stands first gives way first, and of those that stand alike who has stood longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Nothing was asked, or all that was is answered.
    Idle,
    /// A request is being answered.
    Asking,
    /// The socket of a page whose viewer is not connected, or which has none.
    Page,
    /// The socket of a page that a viewer watches. It never gives way.
    Viewer,
}

/// All open connections.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_per_network: usize,
    /// Whose connections are many people's.
    proxy: Option<IpAddr>,
    header_time: Duration,
    taken: Mutex<Taken>,
    freed: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    /// Counts what happens, so that it says who was there first.
    moment: u64,
    open: HashMap<u64, Open>,
    /// Of those that may give way, by how soon.
    order: Order,
    by_network: HashMap<Network, Here>,
    /// Told to give way, and not gone yet.
    leaving: usize,
    /// The most that were open since the house was last nearly empty.
    peak: usize,
}

type Order = BTreeMap<(Standing, u64), u64>;

#[derive(Debug)]
struct Open {
    network: Option<Network>,
    standing: Standing,
    since: u64,
    /// Dropped, it ends the connection.
    _cut: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Here {
    all: usize,
    order: Order,
}

/// One open connection; its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    seat: Seat,
    /// Told to give way: resolves then.
    pub(crate) cut: oneshot::Receiver<()>,
}

/// How one connection stands, for whoever knows it: the HTTP side, and the owner of the broadcast for a page's socket. Holds nothing:
/// when the connection is gone, what is said of it means nothing.
#[derive(Clone)]
pub struct Seat {
    places: Option<Arc<Places>>,
    id: u64,
    pub(crate) page: Arc<PageTraffic>,
}

/// What a connection that became a page's socket has heard, for who counts it.
#[derive(Debug, Default)]
pub(crate) struct PageTraffic {
    /// It is a page's socket from here on.
    pub(crate) open: AtomicBool,
    /// Frames since the last ping.
    pub(crate) frames: AtomicU32,
}

impl Places {
    /// The connections of `proxy` are those of all who come through it: no share of one of them.
    pub(crate) fn new(limits: &Limits, proxy: Option<IpAddr>) -> Arc<Self> {
        Arc::new(Self {
            proxy: proxy.map(|proxy| proxy.to_canonical()),
            most: limits.connections,
            most_per_network: limits.connections_per_address,
            header_time: limits.header_time,
            taken: Mutex::default(),
            freed: Notify::new(),
            emptied: Notify::new(),
        })
    }

    /// None when there is no room, and nobody who gives way: all are viewers', or this network has as many as it may.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = Network::wide(peer);
        let mut taken = self.lock();
        if let Some(network) = network {
            let share = match self.proxy == Some(peer.to_canonical()) {
                true => usize::MAX,
                false => (self.most.saturating_sub(taken.viewers()) / SHARE).max(LEAST_SHARE),
            };
            let here = taken.by_network.get(&network);
            let (all, others) = here.map_or((0, 0), |here| (here.all, here.order.len()));
            if others >= share || all >= self.most_per_network {
                taken.give_way(Some(network)).then_some(())?;
            }
        }
        if taken.open.len() >= self.most {
            taken.give_way(None).then_some(())?;
        }
        let (cut, is_cut) = oneshot::channel();
        let id = taken.next_moment();
        taken.insert(id, Open { network, standing: Standing::Idle, since: id, _cut: cut });
        drop(taken);
        Some(Place { seat: Seat { places: Some(self.clone()), id, page: Arc::default() }, cut: is_cut })
    }

    /// How long a request's header may take that begins now: the less, the fewer places are free.
    pub(crate) fn header_time(&self) -> Duration {
        let (most, open) = (self.most.max(1) as u32, self.lock().open.len() as u32);
        let free = most.saturating_sub(open);
        let shortest = self.header_time / SHORTEST_HEADER;
        // From half of the places on, in a straight line.
        shortest + (self.header_time - shortest) * free.min(most / 2) / (most / 2).max(1)
    }

    /// Waits until most of a crowd is gone.
    pub(crate) async fn emptied(&self) {
        self.emptied.notified().await;
    }

    /// Waits until no connection is open.
    pub(crate) async fn all_free(&self) {
        loop {
            let freed = self.freed.notified();
            if self.lock().is_empty() {
                return;
            }
            freed.await;
        }
    }

    /// A panic elsewhere leaves counters as they are, which are always whole.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn next_moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.leaving == 0
    }

    fn viewers(&self) -> usize {
        self.open.len() - self.order.len()
    }

    fn insert(&mut self, id: u64, open: Open) {
        let mut here = open.network.map(|network| self.by_network.entry(network).or_default());
        if let Some(here) = &mut here {
            here.all += 1;
        }
        if open.standing != Standing::Viewer {
            let key = (open.standing, open.since);
            self.order.insert(key, id);
            if let Some(here) = here {
                here.order.insert(key, id);
            }
        }
        self.open.insert(id, open);
        self.peak = self.peak.max(self.open.len());
    }

    /// Whether most of a crowd is gone, which is said once.
    fn emptied(&mut self) -> bool {
        let emptied = self.peak >= CROWD && self.open.len() <= self.peak / 4;
        if emptied {
            self.peak = self.open.len();
        }
        emptied
    }

    fn remove(&mut self, id: u64) -> Option<Open> {
        let open = self.open.remove(&id)?;
        let key = (open.standing, open.since);
        self.order.remove(&key);
        if let Some(network) = open.network
            && let Some(here) = self.by_network.get_mut(&network)
        {
            here.order.remove(&key);
            here.all -= 1;
            if here.all == 0 {
                self.by_network.remove(&network);
            }
        }
        Some(open)
    }

    /// Ends the connection whose turn it is, of one network or of all. False: there is none but viewers'.
    fn give_way(&mut self, network: Option<Network>) -> bool {
        let order = match network {
            Some(network) => self.by_network.get(&network).map(|here| &here.order),
            None => Some(&self.order),
        };
        let first = order.and_then(|order| order.values().next().copied());
        let gone = first.and_then(|id| self.remove(id)).is_some();
        self.leaving += usize::from(gone);
        gone
    }
}

impl Place {
    pub(crate) fn seat(&self) -> &Seat {
        &self.seat
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(places) = &self.seat.places else { return };
        let mut taken = places.lock();
        if taken.remove(self.seat.id).is_none() {
            taken.leaving -= 1;
        }
        let emptied = taken.emptied();
        drop(taken);
        places.freed.notify_waiters();
        if emptied {
            places.emptied.notify_one();
        }
    }
}

impl Seat {
    /// Of no connection: for who answers requests that came by none.
    pub fn nowhere() -> Seat {
        Seat { places: None, id: 0, page: Arc::default() }
    }

    /// A viewer watches by the page of this connection, or does not any more.
    pub fn watched(&self, is: bool) {
        let (from, to) = if is { (Standing::Page, Standing::Viewer) } else { (Standing::Viewer, Standing::Page) };
        self.moves(&[from], to);
    }

    /// A request begins.
    pub(crate) fn asks(&self) {
        self.moves(&[Standing::Idle], Standing::Asking);
    }

    /// Its answer is sent.
    pub(crate) fn is_answered(&self) {
        self.moves(&[Standing::Asking], Standing::Idle);
    }

    /// It becomes a page's socket, which it stays.
    pub(crate) fn opens_page(&self) {
        self.page.open.store(true, Ordering::Release);
        self.moves(&[Standing::Idle, Standing::Asking], Standing::Page);
    }

    fn moves(&self, from: &[Standing], to: Standing) {
        let Some(places) = &self.places else { return };
        let mut taken = places.lock();
        if !taken.open.get(&self.id).is_some_and(|open| from.contains(&open.standing)) {
            return;
        }
        let since = taken.next_moment();
        if let Some(open) = taken.remove(self.id) {
            taken.insert(self.id, Open { standing: to, since, ..open });
        }
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Seat").field(&self.id).finish()
    }
}

#[cfg(test)]
mod tests;
