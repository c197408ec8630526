//! Our side of a session, as an answer describes it.

use port::Credentials;
use std::net::SocketAddr;
use stream::{H264Level, VideoCodec};

/// Our side of one session.
pub(crate) struct Local<'a> {
    pub(crate) ice: &'a Credentials,
    /// Of our certificate: "sha-256 AA:BB:...".
    pub(crate) fingerprint: &'a str,
    pub(crate) candidates: &'a [SocketAddr],
    /// Of the picture, its repairs, and the sound: all different.
    pub(crate) ssrcs: [u32; 3],
    pub(crate) cname: &'a str,
    /// `o=`'s session id.
    pub(crate) session: u64,
    /// What there is to send.
    pub(crate) codecs: &'a [VideoCodec],
    /// Of the top layer of H.264.
    pub(crate) level: H264Level,
}
