//! Which m-lines are answered, with which codec: by the offer, never by who sent it.

use super::{Local, OfferError};
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedAudio, NegotiatedVideo};
use sdp::{Extmap, Media, Offer, PayloadType};
use stream::{CODECS, CodecSpec, VideoCodec};

pub(super) const TWCC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
pub(super) const ABS_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
pub(super) const ABS_CAPTURE_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
pub(super) const PLAYOUT_DELAY: &str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
pub(super) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// What both sides agree on, and the numbers of the m-lines that carry it.
pub(super) struct Choice {
    pub(super) negotiated: Negotiated,
    pub(super) video: Option<usize>,
    pub(super) audio: Option<usize>,
}

pub(super) fn choose(offer: &Offer, local: &Local<'_>) -> Result<Choice, OfferError> {
    let usable = |m: &Media| {
        let there = m.has_port || m.bundle_only;
        m.wanted && there && matches!(m.proto.as_str(), "UDP/TLS/RTP/SAVPF" | "UDP/TLS/RTP/SAVP" | "RTP/SAVPF")
    };
    let of_kind = |kind: &'static str| offer.media.iter().enumerate().filter(move |(_, m)| m.kind == kind && usable(m));
    let video = of_kind("video").find_map(|(at, m)| Some((at, m, video_codec(m, local.codecs)?)));
    let audio = of_kind("audio").find_map(|(at, m)| Some((at, m, opus(m)?)));

    let chosen = || video.map(|(_, m, _)| m).into_iter().chain(audio.map(|(_, m, _)| m));
    if chosen().next().is_none() {
        return Err(OfferError::NoMedia);
    }
    if chosen().any(|m| !m.rtcp_mux) {
        return Err(OfferError::Unfit("it has no rtcp-mux"));
    }
    if chosen().count() > 1 && !chosen().all(|m| offer.bundle.contains(&m.mid)) {
        return Err(OfferError::Unfit("picture and sound are not in one BUNDLE group"));
    }
    Ok(Choice {
        negotiated: Negotiated {
            video: video.map(|(_, m, (codec, of))| negotiate_video(m, codec, of, local)),
            audio: audio.map(|(_, m, of)| negotiate_audio(m, of, local)),
            cname: local.cname.to_owned(),
        },
        video: video.map(|(at, ..)| at),
        audio: audio.map(|(at, ..)| at),
    })
}

fn negotiate_video(m: &Media, codec: VideoCodec, of: &PayloadType, local: &Local<'_>) -> NegotiatedVideo {
    let repairs = |rtx: &&PayloadType| {
        rtx.encoding.eq_ignore_ascii_case("rtx/90000")
            && rtx.parameter("apt").and_then(|apt| apt.parse().ok()) == Some(of.number)
    };
    NegotiatedVideo {
        codec,
        pt: of.number,
        rtx_pt: m.payload_types.iter().find(repairs).map(|rtx| rtx.number),
        ssrc: local.ssrcs[0],
        rtx_ssrc: local.ssrcs[1],
        nack: of.feedback.nack,
        pli: of.feedback.pli,
        fir: of.feedback.fir,
        remb: of.feedback.remb,
        transport_cc: of.feedback.transport_cc,
        mid: m.mid.clone(),
        extensions: extensions(&m.extmap),
    }
}

fn negotiate_audio(m: &Media, of: &PayloadType, local: &Local<'_>) -> NegotiatedAudio {
    NegotiatedAudio {
        pt: of.number,
        ssrc: local.ssrcs[2],
        nack: of.feedback.nack,
        transport_cc: of.feedback.transport_cc,
        mid: m.mid.clone(),
        extensions: extensions(&m.extmap),
    }
}

/// The first of our codecs that is offered, and the payload type that suits it best: everybody is sent the one encode that
/// always runs, where they can be.
fn video_codec<'o>(m: &'o Media, ours: &[VideoCodec]) -> Option<(VideoCodec, &'o PayloadType)> {
    let best = |spec: &CodecSpec| {
        let named = m.payload_types.iter().filter(|of| of.encoding.eq_ignore_ascii_case(spec.rtpmap));
        let fitting = named.filter_map(|of| Some(((spec.fit)(&|name| of.parameter(name))?, of)));
        fitting.min_by_key(|(fit, _)| *fit).map(|(_, of)| (spec.codec, of))
    };
    CODECS.iter().filter(|spec| ours.contains(&spec.codec)).find_map(|spec| best(spec))
}

fn opus(m: &Media) -> Option<&PayloadType> {
    m.payload_types.iter().find(|of| of.encoding.eq_ignore_ascii_case("opus/48000/2"))
}

fn extensions(offered: &[Extmap]) -> Extensions {
    let id = |uri: &str| offered.iter().find(|e| e.uri == uri).map(|e| e.id);
    Extensions {
        twcc: id(TWCC),
        abs_send_time: id(ABS_SEND_TIME),
        abs_capture_time: id(ABS_CAPTURE_TIME),
        playout_delay: id(PLAYOUT_DELAY),
        mid: id(MID),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn what_a_codec_asks_of_an_offer_is_kept_of_it() {
        for spec in CODECS {
            let asked = RefCell::new(Vec::new());
            (spec.fit)(&|name| {
                asked.borrow_mut().push(name.to_owned());
                Some("1")
            });
            for name in asked.into_inner() {
                assert!(sdp::PARAMETERS.contains(&name.as_str()), "{name} of {} would never be found", spec.rtpmap);
            }
        }
    }
}
