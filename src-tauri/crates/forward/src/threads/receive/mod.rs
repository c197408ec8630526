//! The viewers on the thread that receives: every viewer's transport, which answers checks and runs the DTLS handshake (so that no
//! sending thread ever waits for one); what concerns media is passed on to the shard that owns the viewer.

mod command;
mod commands;
mod transports;
mod viewers;

pub(crate) use command::{Command, Join};
pub(crate) use commands::Commands;
pub use viewers::Viewers;

#[cfg(test)]
mod tests;
