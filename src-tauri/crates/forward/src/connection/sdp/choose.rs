//! Which m-lines are answered, with which codec: by the offer, never by who sent it.

use super::offer::{Extmap, Media, Offer};
use super::{Local, OfferError};
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedAudio, NegotiatedVideo};
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

pub(super) fn choose(offer: &Offer<'_>, local: &Local<'_>) -> Result<Choice, OfferError> {
    let usable = |m: &Media<'_>| {
        let there = m.port != "0" || m.bundle_only;
        m.wanted && there && matches!(m.proto, "UDP/TLS/RTP/SAVPF" | "UDP/TLS/RTP/SAVP" | "RTP/SAVPF")
    };
    let first = |kind: &str, speaks: &dyn Fn(&Media<'_>) -> bool| {
        offer.media.iter().position(|m| m.kind == kind && usable(m) && speaks(m))
    };
    let video = first("video", &|m| video_codec(m, local.codecs).is_some());
    let audio = first("audio", &|m| opus(m).is_some());

    let chosen = || [video, audio].into_iter().flatten().map(|at| &offer.media[at]);
    if chosen().next().is_none() {
        return Err(OfferError::NoMedia);
    }
    if chosen().any(|m| !m.rtcp_mux) {
        return Err(OfferError::Malformed("it has no rtcp-mux"));
    }
    if chosen().count() > 1 && !chosen().all(|m| offer.bundle.contains(&m.mid)) {
        return Err(OfferError::Malformed("picture and sound are not in one BUNDLE group"));
    }
    Ok(Choice {
        negotiated: Negotiated {
            video: video.and_then(|at| negotiate_video(&offer.media[at], local)),
            audio: audio.and_then(|at| negotiate_audio(&offer.media[at], local)),
            cname: local.cname.to_owned(),
        },
        video,
        audio,
    })
}

fn negotiate_video(m: &Media<'_>, local: &Local<'_>) -> Option<NegotiatedVideo> {
    let (codec, pt) = video_codec(m, local.codecs)?;
    let rtx_pt = m
        .rtpmap
        .iter()
        .filter(|(_, name)| name.eq_ignore_ascii_case("rtx/90000"))
        .map(|(rtx, _)| *rtx)
        .find(|rtx| m.parameter(*rtx, "apt").and_then(|apt| apt.parse().ok()) == Some(pt));
    Some(NegotiatedVideo {
        codec,
        pt,
        rtx_pt,
        ssrc: local.ssrcs[0],
        rtx_ssrc: local.ssrcs[1],
        nack: m.feedback(pt, "nack"),
        pli: m.feedback(pt, "nack pli"),
        fir: m.feedback(pt, "ccm fir"),
        remb: m.feedback(pt, "goog-remb"),
        transport_cc: m.feedback(pt, "transport-cc"),
        mid: m.mid.to_owned(),
        extensions: extensions(&m.extmap),
    })
}

fn negotiate_audio(m: &Media<'_>, local: &Local<'_>) -> Option<NegotiatedAudio> {
    let pt = opus(m)?;
    Some(NegotiatedAudio {
        pt,
        ssrc: local.ssrcs[2],
        nack: m.feedback(pt, "nack"),
        transport_cc: m.feedback(pt, "transport-cc"),
        mid: m.mid.to_owned(),
        extensions: extensions(&m.extmap),
    })
}

/// The first of our codecs that is offered, and the payload type that suits it best: everybody is sent the one encode that
/// always runs, where they can be.
fn video_codec(m: &Media<'_>, ours: &[VideoCodec]) -> Option<(VideoCodec, u8)> {
    let best = |spec: &CodecSpec| {
        let named = m.rtpmap.iter().filter(|(_, name)| name.eq_ignore_ascii_case(spec.rtpmap)).map(|(pt, _)| *pt);
        let fitting = named.filter_map(|pt| Some(((spec.fit)(&|name| m.parameter(pt, name))?, pt)));
        fitting.min_by_key(|(fit, _)| *fit).map(|(_, pt)| (spec.codec, pt))
    };
    CODECS.iter().filter(|spec| ours.contains(&spec.codec)).find_map(|spec| best(spec))
}

fn opus(m: &Media<'_>) -> Option<u8> {
    m.rtpmap.iter().find(|(_, name)| name.eq_ignore_ascii_case("opus/48000/2")).map(|(pt, _)| *pt)
}

fn extensions(offered: &[Extmap<'_>]) -> Extensions {
    let id = |uri: &str| offered.iter().find(|e| e.uri == uri).map(|e| e.id);
    Extensions {
        twcc: id(TWCC),
        abs_send_time: id(ABS_SEND_TIME),
        abs_capture_time: id(ABS_CAPTURE_TIME),
        playout_delay: id(PLAYOUT_DELAY),
        mid: id(MID),
    }
}
