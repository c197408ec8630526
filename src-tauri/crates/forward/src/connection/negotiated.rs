//! What one viewer's offer and our answer agreed on: made by `sdp`, read by `egress`.

use stream::{Profile, VideoCodec};

/// What a viewer is to be sent, and with which SSRCs and payload types. At least one of `video` and `audio` is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Negotiated {
    pub(crate) video: Option<NegotiatedVideo>,
    pub(crate) audio: Option<NegotiatedAudio>,
    /// The CNAME of all our SSRCs (RFC 8834 4.9). Sound and picture share it, so browsers keep them in sync.
    pub(crate) cname: String,
}

/// The picture's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NegotiatedVideo {
    pub(crate) codec: VideoCodec,
    /// What screens are sent as in its place, in the same stream of packets.
    pub(crate) screens: Option<OfScreens>,
    /// The most of the codec that may be sent.
    pub(crate) takes: Profile,
    pub(crate) pt: u8,
    /// Payload type of RFC 4588 retransmissions. Without one the same packet is sent again.
    pub(crate) rtx_pt: Option<u8>,
    pub(crate) ssrc: u32,
    /// Announced only where `rtx_pt` is there.
    pub(crate) rtx_ssrc: u32,
    /// `a=rtcp-fb nack` was offered.
    pub(crate) nack: bool,
    /// `a=rtcp-fb nack pli` was offered.
    pub(crate) pli: bool,
    /// `a=rtcp-fb ccm fir` was offered.
    pub(crate) fir: bool,
    /// `a=rtcp-fb goog-remb` was offered.
    pub(crate) remb: bool,
    /// `a=rtcp-fb transport-cc` was offered.
    pub(crate) transport_cc: bool,
    /// The m-line's mid, the value of the mid extension.
    pub(crate) mid: String,
    pub(crate) extensions: Extensions,
}

/// A codec of the top layer of screens, beside the codec of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfScreens {
    pub(crate) codec: VideoCodec,
    pub(crate) pt: u8,
    /// There where the other codec has one.
    pub(crate) rtx_pt: Option<u8>,
}

/// The sound's part: Opus, 48 kHz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NegotiatedAudio {
    pub(crate) pt: u8,
    pub(crate) ssrc: u32,
    pub(crate) nack: bool,
    pub(crate) transport_cc: bool,
    pub(crate) mid: String,
    pub(crate) extensions: Extensions,
}

/// Ids of the header extensions (RFC 8285) both sides know, per m-line because browsers offer fewer for sound. An id above
/// 14 is answered only where the offer has `extmap-allow-mixed`, and needs the two-byte form; ours are all 1 to 14.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    pub(crate) twcc: Option<u8>,
    /// abs-send-time: 24 bits, 6.18 fixed point seconds.
    pub(crate) abs_send_time: Option<u8>,
    /// abs-capture-time: 64 bits of NTP time.
    pub(crate) abs_capture_time: Option<u8>,
    /// playout-delay: a minimum and a maximum of 12 bits each, in units of 10 ms.
    pub(crate) playout_delay: Option<u8>,
    /// RFC 8843's sdes:mid.
    pub(crate) mid: Option<u8>,
}
