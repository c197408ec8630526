//! Who carries it: the forwarder's handle, the thread that receives and those that send.

pub(crate) mod announce;
pub(crate) mod config;
pub(crate) mod forwarder;
pub(crate) mod receive;
pub(crate) mod shard;
pub(crate) mod totals;
