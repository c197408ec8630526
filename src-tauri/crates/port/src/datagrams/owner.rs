//! Who may own datagrams: a part of the program that has peers on the port.

use super::table::{Peer, Registry, Table, Whose};
use crate::{Check, Path, Response};
use std::time::Instant;

/// A part of the program that has peers on the port. All calls come from the one thread that receives, so none may wait for
/// anything. When the port is closed its owners are dropped.
pub trait Owner: Send + 'static {
    /// Does what other threads asked for. A peer may speak as soon as it has its answer, so this comes before the datagrams that
    /// came after it; and once a turn.
    fn take_commands(&mut self, registry: &mut Registry<'_>);

    /// A datagram of this peer has its turn after the next one; None where that one is somebody else's. The time until then is
    /// enough to fetch the peer from memory.
    fn prefetch(&mut self, soon: Option<Peer>) {
        let _ = soon;
    }

    /// A check that names the peer came along `path` and was taken at `now`. It is not authenticated: the owner does that, and
    /// only then claims the path ([`Registry::claim`]).
    fn check(&mut self, peer: Peer, check: Check, path: Path, now: Instant, registry: &mut Registry<'_>);

    /// A response to a check of the peer's own ([`Registry::expect`]) came along `path` and was taken at `now`. It is not
    /// authenticated, and may come from another address than the check went to: the owner looks at both.
    fn response(&mut self, peer: Peer, response: Response, path: Path, now: Instant, registry: &mut Registry<'_>) {
        let _ = (peer, response, path, now, registry);
    }

    /// A datagram that is no STUN message came along a path that the peer has claimed. It may be opened in place.
    fn datagram(&mut self, peer: Peer, datagram: &mut [u8], path: Path, now: Instant, registry: &mut Registry<'_>);

    /// All that had come was given: what was gathered from it is passed on.
    fn pass_on(&mut self) {}

    /// When [`Owner::handle_timeouts`] is due; it may move after any call.
    fn next_timeout(&self) -> Option<Instant> {
        None
    }

    /// Does what is due.
    fn handle_timeouts(&mut self, now: Instant, registry: &mut Registry<'_>) {
        let _ = (now, registry);
    }

    /// A peer's handshake is under way, and its datagrams must not wait for others'.
    fn any_joining(&self) -> bool {
        false
    }
}

/// All owners of a port, as a tuple of [`Owner`]s: which of them a call goes to is known to the compiler, so that one datagram
/// costs no more where there are several kinds of peers.
pub trait Owners: Send + 'static {
    /// See [`Owner::take_commands`].
    fn take_commands(&mut self, table: &mut Table);
    /// See [`Owner::prefetch`].
    fn prefetch(&mut self, soon: Option<Whose>);
    /// See [`Owner::check`].
    fn check(&mut self, whose: Whose, check: Check, path: Path, now: Instant, table: &mut Table);
    /// See [`Owner::response`].
    fn response(&mut self, whose: Whose, response: Response, path: Path, now: Instant, table: &mut Table);
    /// See [`Owner::datagram`].
    fn datagram(&mut self, whose: Whose, datagram: &mut [u8], path: Path, now: Instant, table: &mut Table);
    /// See [`Owner::pass_on`].
    fn pass_on(&mut self);
    /// See [`Owner::next_timeout`]: the earliest.
    fn next_timeout(&self) -> Option<Instant>;
    /// See [`Owner::handle_timeouts`].
    fn handle_timeouts(&mut self, now: Instant, table: &mut Table);
    /// See [`Owner::any_joining`].
    fn any_joining(&self) -> bool;
}

macro_rules! owners {
    ($($number:tt $owner:ident),*) => {
        impl<$($owner: Owner),*> Owners for ($($owner,)*) {
            fn take_commands(&mut self, table: &mut Table) {
                $(self.$number.take_commands(&mut Registry { table, owner: $number });)*
            }

            fn prefetch(&mut self, soon: Option<Whose>) {
                $(self.$number.prefetch(soon.filter(|whose| whose.owner == $number).map(|whose| whose.peer));)*
            }

            fn check(&mut self, whose: Whose, check: Check, path: Path, now: Instant, table: &mut Table) {
                let mut registry = Registry { table, owner: whose.owner };
                match whose.owner {
                    $($number => self.$number.check(whose.peer, check, path, now, &mut registry),)*
                    _ => unreachable!("each owner's registry writes its own number"),
                }
            }

            fn response(&mut self, whose: Whose, response: Response, path: Path, now: Instant, table: &mut Table) {
                let mut registry = Registry { table, owner: whose.owner };
                match whose.owner {
                    $($number => self.$number.response(whose.peer, response, path, now, &mut registry),)*
                    _ => unreachable!("each owner's registry writes its own number"),
                }
            }

            fn datagram(&mut self, whose: Whose, datagram: &mut [u8], path: Path, now: Instant, table: &mut Table) {
                let mut registry = Registry { table, owner: whose.owner };
                match whose.owner {
                    $($number => self.$number.datagram(whose.peer, datagram, path, now, &mut registry),)*
                    _ => unreachable!("each owner's registry writes its own number"),
                }
            }

            fn pass_on(&mut self) {
                $(self.$number.pass_on();)*
            }

            fn next_timeout(&self) -> Option<Instant> {
                [$(self.$number.next_timeout()),*].into_iter().flatten().min()
            }

            fn handle_timeouts(&mut self, now: Instant, table: &mut Table) {
                $(self.$number.handle_timeouts(now, &mut Registry { table, owner: $number });)*
            }

            fn any_joining(&self) -> bool {
                $(self.$number.any_joining())||*
            }
        }
    };
}

owners!(0 A);
owners!(0 A, 1 B);
owners!(0 A, 1 B, 2 C);
