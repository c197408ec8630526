//! How many files this process may have open. A viewer's page holds one socket, and many systems start a program with 1024.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::raise;

/// There is no such limit here.
#[cfg(not(unix))]
pub(crate) fn raise() {}
