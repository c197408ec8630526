//! How many connections are open, together and by network.

use crate::Limits;
use crate::network::Network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Counts open connections, together and by network.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_per_network: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<Network, usize>,
}

/// One open connection; its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    network: Option<Network>,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let (most, most_per_network) = (limits.connections, limits.connections_per_address);
        Arc::new(Self { most, most_per_network, taken: Mutex::default(), freed: Notify::new() })
    }

    /// None when there is no room.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = Network::of(peer);
        let mut taken = self.lock();
        if taken.all >= self.most {
            return None;
        }
        if let Some(network) = network {
            let here = taken.by_network.entry(network).or_default();
            if *here >= self.most_per_network {
                return None;
            }
            *here += 1;
        }
        taken.all += 1;
        Some(Place { places: self.clone(), network })
    }

    /// Waits until no connection is open.
    pub(crate) async fn all_free(&self) {
        loop {
            let freed = self.freed.notified();
            if self.lock().all == 0 {
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

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        if let Some(network) = self.network
            && let Some(here) = taken.by_network.get_mut(&network)
        {
            *here -= 1;
            if *here == 0 {
                taken.by_network.remove(&network);
            }
        }
        drop(taken);
        self.places.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_together_and_by_network() {
        let places = Places::new(&Limits { connections: 5, connections_per_address: 2, ..Limits::default() });
        let take = |address: &str| places.take(address.parse().expect("well-formed"));
        let first = take("10.0.0.1").expect("the first");
        let _second = take("10.0.0.1").expect("the second");
        assert!(take("10.0.0.1").is_none(), "two from there are open");
        let _others: Vec<_> = ["127.0.0.1"; 3].map(|loopback| take(loopback).expect("loopback is exempt")).into();
        assert!(take("10.0.0.2").is_none(), "five are open");
        drop(first);
        assert!(take("10.0.0.2").is_some());
        assert!(take("10.0.0.1").is_some(), "a freed place is free for its network, too");
    }
}
