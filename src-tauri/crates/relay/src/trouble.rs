//! What can go wrong with a relay: the cause and the remedy, for people, and whether it is worth trying again.

use std::time::Duration;
use thiserror::Error;

/// Why a relay does not run. No secret and no path of a URL is in any of its sentences.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// The resolver does not know the name.
    #[error("{host} cannot be found ({error}): check the name, and that this computer is online")]
    NoSuchHost {
        /// The name.
        host: String,
        /// What the resolver said.
        error: String,
    },
    /// Nobody takes the connection.
    #[error("{host} cannot be reached ({error}): check the port, and that the server runs")]
    Unreachable {
        /// Name and port.
        host: String,
        /// What the system said.
        error: String,
    },
    /// Plain HTTP to where others could listen.
    #[error(
        "{host} is outside this network, and http:// would show the secret and the stream's keys to everybody on the way: use https://"
    )]
    NotPrivate {
        /// The name.
        host: String,
    },
    /// Its certificate is not one that is trusted.
    #[error(
        "the certificate of {host} is not trusted ({error}): check the name; for a server with a certificate of its own, name the file of it as ca"
    )]
    Certificate {
        /// The name.
        host: String,
        /// What is wrong with it.
        error: String,
    },
    /// There are no certificates to trust.
    #[error("{0}")]
    NoRoots(String),
    /// The TLS handshake failed otherwise.
    #[error("no secure connection to {host} came about ({error}): check that the port is the one for https")]
    Tls {
        /// Name and port.
        host: String,
        /// What TLS said.
        error: String,
    },
    /// The other side took a connection and says nothing.
    #[error("{host} does not answer: it may be overloaded or hang; see whether the server is well")]
    Silent {
        /// The name.
        host: String,
    },
    /// It answered, but not in HTTP, or broke off.
    #[error("{host} answers what is no HTTP ({error}): check the port")]
    NoHttp {
        /// Name and port.
        host: String,
        /// What is wrong with it.
        error: String,
    },
    /// Its answer is longer than any that is read.
    #[error("{host} answers with more than is read of an answer: check that the URL is the right one")]
    TooLong {
        /// The name.
        host: String,
    },
    /// 401 or 403.
    #[error("{host} refuses the secret ({status}): check it")]
    WrongSecret {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// 401 or 403 of another origin, to which no secret is sent.
    #[error(
        "{from} sends us on to {host}, which wants a secret ({status}); none is sent to another server than the one that it was given for: use the URL of {host} itself"
    )]
    SecretElsewhere {
        /// The name that was written.
        from: String,
        /// The name that it led to.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// From https to http.
    #[error("{host} sends us on to a URL without TLS, which is not followed: use the URL that it should be")]
    Downgrade {
        /// The name.
        host: String,
    },
    /// A redirect that cannot be followed.
    #[error("{host} sends us on in a way that cannot be followed ({why}): check the URL")]
    Redirect {
        /// The name.
        host: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// 404 or 410.
    #[error(
        "{host} knows no such endpoint or room ({status}): check the path of the URL, and that the server has it ready"
    )]
    NoEndpoint {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// A 4xx about the offer.
    #[error("{host} does not take what is offered ({status}{said}): it may want another codec, or no simulcast")]
    Refused {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, behind a colon; or nothing.
        said: String,
    },
    /// 429, 503 and the like.
    #[error("{host} has no room now ({status}{said})")]
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
    #[error("{host} answers {status}{said} and does not take the stream: check that the URL is the right one")]
    Status {
        /// The name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said, behind a colon; or nothing.
        said: String,
    },
    /// A 201 whose answer is none.
    #[error("{host} answers what is no answer to an offer ({why}): check that the URL is the right one")]
    Noise {
        /// The name.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// The answer takes no picture.
    #[error("{host} takes none of the codecs that are sent ({offered})")]
    NoCodec {
        /// The name.
        host: String,
        /// By their names.
        offered: String,
    },
    /// Signalling went well and media does not flow.
    #[error("{host} took the stream, but no way for it was found: a firewall may keep UDP back, here or there")]
    NoPath {
        /// The name.
        host: String,
    },
    /// It was connected, and is not heard of any more.
    #[error("nothing is heard of {host} any more: the server or the line is gone")]
    Lost {
        /// The name.
        host: String,
    },
    /// It closed the connection.
    #[error("{host} ended it")]
    Ended {
        /// The name.
        host: String,
    },
    /// Somebody of our name took our place.
    #[error("{host} lets another Skylark publish in this room now: use a room of its own for each")]
    Replaced {
        /// The name.
        host: String,
    },
    /// Something of our own.
    #[error("the connection could not be made here ({0})")]
    Ours(String),
}

impl Trouble {
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
