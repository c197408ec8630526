//! Who takes a connection, once it is known what it speaks.

use crate::Connection;
use crate::first_bytes::Protocol;
use std::pin::Pin;
use std::sync::Arc;

/// Takes connections of one kind.
pub trait Taker: Send + Sync + 'static {
    /// Serves one until it ends: a task of its own. It is cut when the program ends.
    fn take(&self, connection: Connection) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

impl<F, T> Taker for F
where
    F: Fn(Connection) -> T + Send + Sync + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    fn take(&self, connection: Connection) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self(connection))
    }
}

/// Who takes what is not HTTP. What nobody takes goes to HTTP, which answers 400 and closes: who speaks TLS to a port without it is
/// told at once, and a stranger learns nothing that a request would not have told.
#[derive(Clone, Default)]
pub struct Takers {
    /// Of TLS.
    pub tls: Option<Arc<dyn Taker>>,
    /// Of STUN in frames: ICE over TCP.
    pub stun: Option<Arc<dyn Taker>>,
}

impl Takers {
    pub(crate) fn of(&self, protocol: Protocol) -> Option<&Arc<dyn Taker>> {
        match protocol {
            Protocol::Tls => self.tls.as_ref(),
            Protocol::Stun => self.stun.as_ref(),
            Protocol::Http => None,
        }
    }
}
