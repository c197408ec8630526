//! The one place that says whose a datagram is.

use super::owner::Owners;
use super::table::Table;
use super::totals::{Counters, Totals};
use crate::{Check, Path, Response, Transaction};
use std::sync::Arc;
use std::time::Instant;

/// Says whose a datagram is, and gives it to the owner. It has no socket, no thread and no clock.
pub struct Demux<O> {
    owners: O,
    table: Table,
    counters: Arc<Counters>,
}

impl<O: Owners> Demux<O> {
    /// Nobody has a peer yet.
    pub fn new(owners: O) -> Demux<O> {
        Demux::with(owners, Arc::default())
    }

    pub(super) fn with(owners: O, counters: Arc<Counters>) -> Demux<O> {
        Demux { owners, table: Table::default(), counters }
    }

    /// A datagram that came along `path`, taken at `now`. A check finds its peer by its user name and a response by its transaction,
    /// each from any address; everything else by the address.
    pub fn datagram(&mut self, datagram: &mut [u8], path: Path, now: Instant) {
        self.counters.received();
        // RFC 7983 7: the first byte tells STUN from the rest.
        if !matches!(datagram, [0..=3, ..]) {
            match self.table.by_remote(&path) {
                Some(whose) => self.owners.datagram(whose, datagram, path, now, &mut self.table),
                None => self.counters.dropped_unknown(),
            }
        } else if datagram.starts_with(&Response::TYPE) {
            let response = Response::parse(datagram);
            match response.and_then(|response| Some((self.table.by_transaction(response.transaction())?, response))) {
                Some((whose, response)) => self.owners.response(whose, response, path, now, &mut self.table),
                None => self.counters.dropped_stun(),
            }
        } else {
            // A check of ours that comes back is no peer's. Who has two sessions can give the credentials that one has from us to the
            // other as its own, and forge our address: we would answer ourselves, and send ourselves the media.
            let is_ours = |check: &Check| self.table.by_transaction(Transaction(check.transaction())).is_some();
            let check = Check::parse(datagram).filter(|check| !is_ours(check));
            match check.and_then(|check| Some((self.table.by_ufrag(check.ufrag())?, check))) {
                Some((whose, check)) => self.owners.check(whose, check, path, now, &mut self.table),
                None => self.counters.dropped_stun(),
            }
        }
    }

    /// A datagram along this path has its turn after the next one.
    pub fn prefetch(&mut self, soon: &Path) {
        self.owners.prefetch(self.table.by_remote(soon));
    }

    /// Has the owners do what other threads asked for.
    pub fn take_commands(&mut self) {
        self.owners.take_commands(&mut self.table);
    }

    /// All that had come was given.
    pub fn pass_on(&mut self) {
        self.owners.pass_on();
    }

    /// When [`Demux::handle_timeouts`] is due; it may move after any call.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.owners.next_timeout()
    }

    /// Has the owners do what is due.
    pub fn handle_timeouts(&mut self, now: Instant) {
        self.owners.handle_timeouts(now, &mut self.table);
    }

    pub(super) fn any_joining(&self) -> bool {
        self.owners.any_joining()
    }

    /// What was counted before anybody was given anything.
    pub fn totals(&self) -> Totals {
        self.counters.totals()
    }

    /// How much is held: names, addresses, and transactions.
    pub fn sizes(&self) -> [usize; 3] {
        self.table.sizes()
    }

    /// The owners, as they were given.
    pub fn owners(&mut self) -> &mut O {
        &mut self.owners
    }
}
