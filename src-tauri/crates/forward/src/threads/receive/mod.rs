//! The viewers on the thread that receives. Each has its transport here, which does ICE and the DTLS handshake, so that no sending
//! thread ever waits for a handshake; what concerns media is passed on to the shard that owns the viewer.

mod command;
mod commands;
mod gathered;
mod handshakes;
mod transports;
mod viewers;

pub(crate) use command::{Command, Join};
pub(crate) use commands::Commands;
pub use viewers::Viewers;

#[cfg(test)]
mod tests;
