//! Answers to offers and to restarts of ICE. What was offered was read before (the crate `sdp`), with a bound on everything, so that an
//! answer is made in a time that no offer can stretch: it is made by whoever decides about viewers, who may not be kept.

mod choose;
mod local;
mod restart;
mod write;

pub(crate) use local::Local;
pub(crate) use restart::restart_answer;
pub(crate) use write::answer;

use crate::connection::negotiated::Negotiated;
use protocol::RejectedMedia;
use sdp::{Offer, Transport};
use stream::{Profile, VideoCodec};
use words::{Said, said};

/// What a viewer's offer led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The answer, SDP.
    pub answer: String,
    /// The codec of the picture; none: sound only.
    pub codec: Option<VideoCodec>,
    /// The most of that codec that may be sent.
    pub takes: Profile,
    /// Sound is sent.
    pub audio: bool,
    /// Our ICE user name fragment, for an ETag.
    pub ice_ufrag: String,
    /// The m-lines that are rejected.
    pub rejected: Vec<RejectedMedia>,
}

/// Why an offer was not answered. The texts are for the person who reads the HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// What would be answered could not be sent as the offer has it.
    #[error("{0}")]
    Unfit(Said),
    /// No m-line with a codec that is sent here.
    #[error("{0}")]
    NoMedia(Said),
    /// Of the codecs of its picture none may be encoded now. Worth trying again.
    #[error("there is no room to encode any of the codecs that are offered")]
    NoEncoder,
    /// The viewer id is in use.
    #[error("this viewer is already there")]
    Duplicate,
    /// The receiving thread is so far behind that as many joins wait for it as may. Worth trying again.
    #[error("too many viewers join at this moment")]
    Overloaded,
}

/// An answer, what it agrees on, and the transport of the viewer's that everything goes over.
type Agreed = (Answered, Negotiated, Transport);

/// Answers an offer where only some codecs have room (`local.codecs`) of `all` that could be encoded. Who offers a picture that none
/// of those can be is not answered with sound alone, as there may be room soon.
pub(crate) fn answer_with_room(offer: &Offer, local: &Local<'_>, all: &[VideoCodec]) -> Result<Agreed, OfferError> {
    let agreed = answer(offer, local);
    let has_picture = |agreed: &Result<Agreed, OfferError>| matches!(agreed, Ok((Answered { codec: Some(_), .. }, ..)));
    if local.codecs != all && !has_picture(&agreed) && has_picture(&answer(offer, &Local { codecs: all, ..*local })) {
        return Err(OfferError::NoEncoder);
    }
    agreed
}

/// What is sent here, and why nothing of the offer is.
fn no_media(rejected: Vec<RejectedMedia>) -> OfferError {
    let told = |what, RejectedMedia { media, reason, by, .. }| {
        said!("offer.nothing_told", what, media, why = Said { message: reason, by })
    };
    OfferError::NoMedia(rejected.into_iter().fold(said!("offer.nothing"), told))
}

/// A trickle fragment was for a viewer who is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this viewer is not there")]
pub struct NoViewer;

#[cfg(test)]
mod tests;
