//! The port, and whose a datagram is that comes to it.
//!
//! One UDP port carries the media of everybody: a viewer today, a publisher or a relay's peer tomorrow. They are told apart here
//! and nowhere else. An [`Owner`] is a part of the program that has such peers; it registers the names (ICE user name fragments)
//! by which a check finds each of them, the address of each check that passed its integrity, and the transactions of its own checks, and
//! is given what comes for them.
//! [`Port::start`] takes all owners and starts the one thread that receives.
//!
//! Packets go out along a [`Path`], which only this crate looks into: whoever sends holds the path that a peer's check came along,
//! compares it with others, and hands it to the [`Socket`].
//!
//! The contract of the core: [`Demux`] takes datagrams and time as arguments and has no clock, thread or socket. Before a check
//! passed its integrity nothing is kept of its sender; and an address that answered a check of ours is taken from its peer by no datagram
//! whose source may be forged.

mod datagrams;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod ice;
mod own_check;
mod path;
mod port;
mod socket;

pub use datagrams::{Claims, Demux, Owner, Owners, Peer, Proof, Registry, Table, Totals, Whose};
#[cfg(feature = "checker")]
pub use ice::checker;
pub use ice::{Authentic, Check, Credentials};
pub use own_check::{IceSession, Request, Response, Transaction};
pub use path::Path;
pub use port::Port;
pub use socket::{MAX_RUN, Socket};
