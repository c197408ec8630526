//! Whose a name is, whose an address, and whose a transaction.

use crate::{Path, Transaction};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

/// An owner's own number of one of its peers: a place in its list, so that the way from a datagram to its peer is one look into
/// one map. It may be another peer's once all [`Claims`] of the one before are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer(pub usize);

/// Whose something is: which owner's, and which of its peers'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    pub(super) owner: u8,
    pub(super) peer: Peer,
}

/// What a peer has shown of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// An authentic check came from there. Who knows the session's password can forge the source of one.
    Sends,
    /// A check of ours that was sent there was answered from there: the peer receives at this address.
    Receives,
}

/// The peer that has an address, and what it has shown of it.
#[derive(Clone, Copy, Debug)]
struct Holder {
    whose: Whose,
    proof: Proof,
}

/// The names, addresses and transactions of everybody on the port. It holds what owners put there by their [`Registry`], and
/// nothing of anybody else.
#[derive(Debug, Default)]
pub struct Table {
    ufrags: HashMap<Vec<u8>, Whose>,
    remotes: HashMap<SocketAddr, Holder>,
    transactions: HashMap<Transaction, Whose>,
}

impl Table {
    pub(super) fn by_ufrag(&self, ufrag: &[u8]) -> Option<Whose> {
        self.ufrags.get(ufrag).copied()
    }

    pub(super) fn by_remote(&self, path: &Path) -> Option<Whose> {
        self.remotes.get(&path.remote()).map(|holder| holder.whose)
    }

    pub(super) fn by_transaction(&self, transaction: Transaction) -> Option<Whose> {
        self.transactions.get(&transaction).copied()
    }

    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.ufrags.len(), self.remotes.len(), self.transactions.len()]
    }

    /// Removes an address if it is this peer's: another one may have it since.
    fn forget_remote(&mut self, remote: SocketAddr, whose: Whose) {
        if self.remotes.get(&remote).is_some_and(|holder| holder.whose == whose) {
            self.remotes.remove(&remote);
        }
    }
}

/// One owner's hand on the [`Table`].
#[derive(Debug)]
pub struct Registry<'a> {
    pub(super) table: &'a mut Table,
    pub(super) owner: u8,
}

/// What one peer has in the [`Table`]. Its owner keeps it, and gives it back with [`Registry::release`] when the peer is gone.
#[derive(Debug, Default)]
#[must_use = "what is in the table stays there until it is released"]
pub struct Claims {
    ufrags: Vec<Vec<u8>>,
    paths: Vec<Path>,
    /// The latest last.
    transactions: VecDeque<Transaction>,
}

/// So many of a peer's own checks can be answered at a time: one for each address that a peer may reasonably have. The answer to an
/// older one comes too late to be of use.
const MAX_TRANSACTIONS: usize = 8;

impl Registry<'_> {
    /// From now on checks that name one of these user name fragments are for the peer; those of before are not, unless they are
    /// among them. They are long and random ([`Credentials::random`](crate::Credentials::random)): nobody guesses another's.
    pub fn name<'n>(&mut self, peer: Peer, claims: &mut Claims, ufrags: impl Iterator<Item = &'n str>) {
        self.forget_names(peer, claims);
        claims.ufrags.extend(ufrags.map(|ufrag| ufrag.as_bytes().to_vec()));
        let whose = self.whose(peer);
        for ufrag in &claims.ufrags {
            self.table.ufrags.insert(ufrag.clone(), whose);
        }
    }

    /// Datagrams from the other end of this path are the peer's, by this proof. `known` says of a path that was claimed before
    /// whether it still is one of the peer's.
    ///
    /// Two peers may claim one address: one after the other behind a NAT, or one by checks with a forged source. Of two that only
    /// send from there it is whose check came last. Who receives there keeps it, until another peer shows that it receives there
    /// now.
    pub fn claim(&mut self, peer: Peer, claims: &mut Claims, path: Path, proof: Proof, known: impl Fn(&Path) -> bool) {
        let whose = self.whose(peer);
        let table = &mut *self.table;
        claims.paths.retain(|old| {
            let kept = known(old);
            if !kept {
                table.forget_remote(old.remote(), whose);
            }
            kept
        });
        let proof = match table.remotes.get(&path.remote()) {
            Some(holder) if holder.whose == whose && holder.proof == Proof::Receives => Proof::Receives,
            Some(holder) if holder.whose != whose && holder.proof == Proof::Receives && proof == Proof::Sends => return,
            _ => proof,
        };
        if !claims.paths.iter().any(|old| old.has_same_remote(&path)) {
            claims.paths.push(path);
        }
        table.remotes.insert(path.remote(), Holder { whose, proof });
    }

    /// The response to this check of the peer's own is for the peer. It stays so when one has come, as a network may deliver it
    /// twice, until later checks take its place.
    pub fn expect(&mut self, peer: Peer, claims: &mut Claims, transaction: Transaction) {
        if claims.transactions.len() == MAX_TRANSACTIONS
            && let Some(oldest) = claims.transactions.pop_front()
        {
            self.table.transactions.remove(&oldest);
        }
        claims.transactions.push_back(transaction);
        let whose = self.whose(peer);
        self.table.transactions.insert(transaction, whose);
    }

    /// The peer is gone: what is in its name any more is nobody's.
    pub fn release(&mut self, peer: Peer, mut claims: Claims) {
        self.forget_names(peer, &mut claims);
        let whose = self.whose(peer);
        for path in &claims.paths {
            self.table.forget_remote(path.remote(), whose);
        }
        for transaction in &claims.transactions {
            self.table.transactions.remove(transaction);
        }
    }

    fn forget_names(&mut self, peer: Peer, claims: &mut Claims) {
        let whose = self.whose(peer);
        for old in claims.ufrags.drain(..) {
            if self.table.ufrags.get(&old) == Some(&whose) {
                self.table.ufrags.remove(&old);
            }
        }
    }

    fn whose(&self, peer: Peer) -> Whose {
        Whose { owner: self.owner, peer }
    }
}
