//! What can go wrong with a relay: the cause and the remedy, for people, and whether it is worth trying again.

use std::fmt;
use std::time::Duration;
use words::{Said, Value, said};

/// Why a relay does not run. No secret and no path of a URL is in any of its sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The resolver does not know the name.
    NoSuchHost {
        /// The name.
        host: String,
        /// What the resolver said.
        error: String,
    },
    /// Nobody takes the connection.
    Unreachable {
        /// Name and port.
        host: String,
        /// What the system said.
        error: String,
    },
    /// Plain HTTP to where others could listen.
    NotPrivate {
        /// The name.
        host: String,
    },
    /// Its certificate is not one that is trusted.
    Certificate {
        /// The name.
        host: String,
        /// What is wrong with it.
        error: Said,
    },
    /// There are no certificates to trust.
    NoRoots(Said),
    /// The TLS handshake failed otherwise.
    Tls {
        /// Name and port.
        host: String,
        /// What TLS said.
        error: String,
    },
    /// The other side took a connection and says nothing.
    Silent {
        /// The name.
        host: String,
    },
    /// It answered, but not in HTTP, or broke off.
    NoHttp {
        /// Name and port.
        host: String,
        /// What is wrong with it.
        error: String,
    },
    /// Its answer is longer than any that is read.
    TooLong {
        /// The name.
        host: String,
    },
    /// 401 or 403.
    WrongSecret {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// 401 or 403 of another origin, to which no secret is sent.
    SecretElsewhere {
        /// The name that was written.
        from: String,
        /// The name that it led to.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// From https to http.
    Downgrade {
        /// The name.
        host: String,
    },
    /// A redirect that cannot be followed.
    Redirect {
        /// The name.
        host: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// 404 or 410.
    NoEndpoint {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// A 4xx about the offer.
    Refused {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, behind a colon; or nothing.
        said: String,
    },
    /// 429, 503 and the like.
    Busy {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, behind a colon; or nothing.
        said: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Any other status.
    Status {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, behind a colon; or nothing.
        said: String,
    },
    /// A 201 whose answer is none.
    Noise {
        /// The name.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// The answer takes no picture.
    NoCodec {
        /// The name.
        host: String,
        /// By their names.
        offered: String,
    },
    /// Signalling went well and media does not flow.
    NoPath {
        /// The name.
        host: String,
    },
    /// It was connected, and is not heard of any more.
    Lost {
        /// The name.
        host: String,
    },
    /// It closed the connection.
    Ended {
        /// The name.
        host: String,
    },
    /// Somebody of our name took our place.
    Replaced {
        /// The name.
        host: String,
    },
    /// Something of our own.
    Ours(String),
}

impl Trouble {
    /// The same for people: without a full stop, as more may be said behind it.
    pub fn said(&self) -> Said {
        match self {
            Self::NoSuchHost { host, error } => said!("relay.no_host", host, error),
            Self::Unreachable { host, error } => said!("relay.unreachable", host, error),
            Self::NotPrivate { host } => said!("relay.plain", host),
            Self::Certificate { host, error } => said!("relay.untrusted", host, why = error.clone()),
            Self::NoRoots(said) => said.clone(),
            Self::Tls { host, error } => said!("relay.tls", host, error),
            Self::Silent { host } => said!("relay.silent", host),
            Self::NoHttp { host, error } => said!("relay.no_http", host, error),
            Self::TooLong { host } => said!("relay.too_long", host),
            Self::WrongSecret { host, status } => said!("relay.wrong_secret", host, status = *status),
            Self::SecretElsewhere { from, host, status } => {
                said!("relay.sent_on", from, host, itself = host, status = *status)
            }
            Self::Downgrade { host } => said!("relay.downgrade", host),
            Self::Redirect { host, why } => said!("relay.redirect", host, error = *why),
            Self::NoEndpoint { host, status } => said!("relay.nothing_there", host, status = *status),
            Self::Refused { host, status, said } => said!("relay.refused", host, status = with(*status, said)),
            Self::Busy { host, status, said, .. } => said!("relay.busy", host, status = with(*status, said)),
            Self::Status { host, status, said } => said!("relay.status", host, status = with(*status, said)),
            Self::Noise { host, why } => said!("relay.noise", host, error = why),
            Self::NoCodec { host, offered } => said!("relay.no_codec", host, offered),
            Self::NoPath { host } => said!("relay.no_path", host),
            Self::Lost { host } => said!("relay.lost", host),
            Self::Ended { host } => said!("relay.ended", host),
            Self::Replaced { host } => said!("relay.replaced", host),
            Self::Ours(error) => said!("relay.ours", error),
        }
    }

    /// It would be the same if it were tried again.
    pub fn is_final(&self) -> bool {
        match self {
            Self::NotPrivate { .. }
            | Self::Certificate { .. }
            | Self::NoRoots(_)
            | Self::WrongSecret { .. }
            | Self::SecretElsewhere { .. }
            | Self::Downgrade { .. }
            | Self::Redirect { .. }
            | Self::Refused { .. }
            | Self::NoCodec { .. }
            | Self::Replaced { .. } => true,
            Self::NoSuchHost { .. }
            | Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::Silent { .. }
            | Self::NoHttp { .. }
            | Self::TooLong { .. }
            | Self::NoEndpoint { .. }
            | Self::Busy { .. }
            | Self::Status { .. }
            | Self::Noise { .. }
            | Self::NoPath { .. }
            | Self::Lost { .. }
            | Self::Ended { .. }
            | Self::Ours(_) => false,
        }
    }

    /// Not before that.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// A status, with what the other side said.
fn with(status: u16, said: &str) -> Value {
    if said.is_empty() { status.into() } else { format!("{status}{said}").into() }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for Trouble {}
