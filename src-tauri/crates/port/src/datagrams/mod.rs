//! Datagrams: the thread that receives them, and whose each of them is.

mod arrival_rate;
mod batching_interval;
mod demux;
mod owner;
mod receive;
mod receiver;
mod table;
mod totals;

pub use demux::Demux;
pub use owner::{Owner, Owners};
pub(crate) use receive::{Loop, WAKE};
pub use table::{Claims, Peer, Proof, Registry, Table, Whose};
pub(crate) use totals::Counters;
pub use totals::Totals;
