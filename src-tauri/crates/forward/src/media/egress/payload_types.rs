//! Which payload types a viewer's codecs have: one codec of everything, and with some viewers another one of screens.

use crate::connection::negotiated::{NegotiatedVideo, OfScreens};
use stream::VideoCodec;

/// Of one viewer's picture.
#[derive(Clone, Copy)]
pub(super) struct PayloadTypes {
    own: (u8, Option<u8>),
    screens: Option<OfScreens>,
}

impl PayloadTypes {
    pub(super) fn new(n: &NegotiatedVideo) -> Self {
        Self { own: (n.pt, n.rtx_pt), screens: n.screens }
    }

    /// That of a codec's packets, and that of its retransmissions.
    pub(super) fn of(self, codec: VideoCodec) -> (u8, Option<u8>) {
        match self.screens {
            Some(screens) if screens.codec == codec => (screens.pt, screens.rtx_pt),
            _ => self.own,
        }
    }
}
