//! Where the pages are for who comes from outside.

use crate::origin::Origin;

/// Where the pages are for who comes from outside, as the broadcaster says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// Pages come over TLS.
    pub https: bool,
    /// A name in small letters, or an address without brackets.
    pub host: String,
    /// TCP.
    pub port: u16,
    /// What stands before the paths of ours: nothing, or as in `/tv`.
    pub path: String,
}

impl PublicUrl {
    /// As browsers compare it.
    pub(crate) fn origin(&self) -> Origin {
        Origin { https: self.https, host: self.host.clone(), port: self.port }
    }
}
