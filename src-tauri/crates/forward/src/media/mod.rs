//! What is sent: what a viewer is to get of the stream, under which numbers, and how much of it its path carries.
//!
//! No I/O and no clock: time is an argument, packets go to a [`sink::PacketSink`].

pub(crate) mod bandwidth;
pub(crate) mod egress;
pub(crate) mod history;
pub(crate) mod layers;
pub(crate) mod rewrite;
pub(crate) mod sink;
