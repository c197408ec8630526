//! Offers, answers and trickle fragments. What is parsed borrows from the text; nothing in it is trusted.

mod answer;
mod choose;
mod fragment;
mod local;
mod offer;

pub(crate) use answer::answer;
pub(crate) use fragment::{Fragment, restart_answer};
pub(crate) use local::Local;
pub(crate) use offer::{Fingerprint, Offer};

use stream::VideoCodec;

/// What a viewer's offer led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The answer, SDP.
    pub answer: String,
    /// The codec of the picture; none: sound only.
    pub codec: Option<VideoCodec>,
    /// Sound is sent.
    pub audio: bool,
    /// Our ICE user name fragment, for an ETag.
    pub ice_ufrag: String,
}

/// Why an offer was refused. The texts are for the person who reads the HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Not SDP, or without something every WebRTC offer has.
    #[error("this is no WebRTC offer: {0}")]
    Malformed(&'static str),
    /// No m-line with a codec that is sent here.
    #[error(
        "the offer has no media that is sent here: Opus sound, H.264 (packetization-mode=1) or VP8 pictures, to be received"
    )]
    NoMedia,
    /// The viewer id is in use.
    #[error("this viewer is already there")]
    Duplicate,
    /// The receiving thread is so far behind that as many joins wait for it as may. Worth trying again.
    #[error("too many viewers join at this moment")]
    Overloaded,
}

/// Why a trickle fragment was refused. The session goes on as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    /// Not a trickle-ice-sdpfrag (RFC 8840 9).
    #[error("this is no trickle-ice-sdpfrag: {0}")]
    Malformed(&'static str),
    /// The viewer is gone.
    #[error("this viewer is not there")]
    NoViewer,
}

/// The longest offer or fragment that is read. Chromium's with picture and sound is 6 kB.
const MAX_LEN: usize = 64 * 1024;

/// The lines of a description as type and value. An error for a line that is none, wherever it is, and for a carriage
/// return inside one: what is echoed in an answer must not read as a line of its own.
fn lines(text: &str) -> impl Iterator<Item = Result<(char, &str), &'static str>> {
    text.split('\n').map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty()).map(|line| {
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (Some(kind), Some('=')) if kind.is_ascii_lowercase() && !line.contains('\r') => Ok((kind, chars.as_str())),
            _ => Err("a line is not of the form type=value"),
        }
    })
}

#[cfg(test)]
mod tests;
