//! Whose a name is, and whose an address.

use crate::Path;
use std::collections::HashMap;
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

/// The names and addresses of everybody on the port. It holds what owners put there by their [`Registry`], and nothing of anybody
/// else.
#[derive(Debug, Default)]
pub struct Table {
    ufrags: HashMap<Vec<u8>, Whose>,
    remotes: HashMap<SocketAddr, Whose>,
}

impl Table {
    pub(super) fn by_ufrag(&self, ufrag: &[u8]) -> Option<Whose> {
        self.ufrags.get(ufrag).copied()
    }

    pub(super) fn by_remote(&self, path: &Path) -> Option<Whose> {
        self.remotes.get(&path.remote()).copied()
    }

    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.ufrags.len(), self.remotes.len()]
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
}

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

    /// A check that came along this path passed its integrity: datagrams from there are the peer's. `known` says of a path that was
    /// claimed before whether it still is one of the peer's. Two peers may prove the same address, one after the other behind a
    /// NAT, or one in the other's name: it is whose check passed last, so the true one has it back soon.
    pub fn claim(&mut self, peer: Peer, claims: &mut Claims, path: Path, known: impl Fn(&Path) -> bool) {
        let whose = self.whose(peer);
        let remotes = &mut self.table.remotes;
        claims.paths.retain(|old| {
            let kept = known(old);
            if !kept && remotes.get(&old.remote()) == Some(&whose) {
                remotes.remove(&old.remote());
            }
            kept
        });
        if !claims.paths.iter().any(|old| old.has_same_remote(&path)) {
            claims.paths.push(path);
        }
        remotes.insert(path.remote(), whose);
    }

    /// The peer is gone: what is in its name any more is nobody's.
    pub fn release(&mut self, peer: Peer, mut claims: Claims) {
        self.forget_names(peer, &mut claims);
        let whose = self.whose(peer);
        for path in &claims.paths {
            // Another peer may have proved since that the address is its own.
            if self.table.remotes.get(&path.remote()) == Some(&whose) {
                self.table.remotes.remove(&path.remote());
            }
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
