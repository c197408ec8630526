//! What is offered: the codecs and the layers.

use crate::answer::name;
use crate::uplink::Ssrcs;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use stream::Rid;
use webrtc::error::Result;
use webrtc::peer_connection::MediaEngine;

/// The layers as they are offered, the best first: engines number them in this order.
pub(super) const RIDS: [Rid; 3] = [Rid::F, Rid::H, Rid::Q];

/// The codecs by their names in SDP, in the order in which they are offered. H.264 is offered as what all decoders take, because
/// nobody knows who watches at an engine. There is no `video/rtx` among them, and that is meant: with it this library repairs by
/// packets that name neither their medium nor their layer, which engines that know layers by their rids throw away; without it
/// the packet itself is sent again, which all take.
pub(super) const PICTURE: [(&str, u8, &str); 2] = [("video/H264", H264.0, H264.1), ("video/VP8", 96, "")];

/// H.264 by its number and its format, as engines are told that have no SDP.
pub(crate) const H264: (u8, &str) = (102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");

/// The same of the sound. In-band FEC, as what is sent has it; stereo.
pub(crate) const OPUS: (u8, &str) = (111, "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1");

const SOUND: (&str, u8, &str) = ("audio/opus", OPUS.0, OPUS.1);

/// What may be asked of us about the picture (RFC 4585, RFC 5104).
pub(crate) const FEEDBACK: [(&str, &str); 3] = [("nack", ""), ("nack", "pli"), ("ccm", "fir")];

/// What is offered, for people.
pub(crate) fn for_people() -> String {
    PICTURE.map(|(name, ..)| name.trim_start_matches("video/").replace("H264", "H.264")).join(" and ")
}

/// An engine of the library's that knows these codecs and no others.
pub(super) fn engine() -> Result<MediaEngine> {
    let mut engine = MediaEngine::default();
    for codec in codecs(RtpCodecKind::Video) {
        engine.register_codec(codec, RtpCodecKind::Video)?;
    }
    for codec in codecs(RtpCodecKind::Audio) {
        engine.register_codec(codec, RtpCodecKind::Audio)?;
    }
    Ok(engine)
}

/// All that are offered of a kind.
pub(super) fn codecs(kind: RtpCodecKind) -> Vec<RTCRtpCodecParameters> {
    if kind == RtpCodecKind::Audio {
        return vec![RTCRtpCodecParameters { rtp_codec: sound(), payload_type: SOUND.1 }];
    }
    let of = |(mime, payload_type, format)| RTCRtpCodecParameters { rtp_codec: picture(mime, format), payload_type };
    PICTURE.into_iter().map(of).collect()
}

/// The layers of the picture.
pub(super) fn layers(ssrcs: &Ssrcs) -> Vec<RTCRtpEncodingParameters> {
    let (mime, _, format) = PICTURE[0];
    RIDS.into_iter().map(|rid| encoding(name(rid), ssrcs.layer(rid), picture(mime, format))).collect()
}

/// The sound.
pub(super) fn sounds(ssrc: u32) -> Vec<RTCRtpEncodingParameters> {
    vec![encoding("", ssrc, sound())]
}

fn encoding(rid: &str, ssrc: u32, codec: RTCRtpCodec) -> RTCRtpEncodingParameters {
    let rtp_coding_parameters = RTCRtpCodingParameters { rid: rid.into(), ssrc: Some(ssrc), ..Default::default() };
    RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() }
}

fn picture(mime: &str, format: &str) -> RTCRtpCodec {
    let of = |(typ, parameter): (&str, &str)| RTCPFeedback { typ: typ.into(), parameter: parameter.into() };
    RTCRtpCodec {
        mime_type: mime.into(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: format.into(),
        rtcp_feedback: FEEDBACK.into_iter().map(of).collect(),
    }
}

fn sound() -> RTCRtpCodec {
    let (mime, _, format) = SOUND;
    RTCRtpCodec {
        mime_type: mime.into(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: format.into(),
        rtcp_feedback: Vec::new(),
    }
}
