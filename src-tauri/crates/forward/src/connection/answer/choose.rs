//! Which m-lines are answered, with which codec: by the offer, never by who sent it.

use super::{Local, OfferError, no_media};
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedAudio, NegotiatedVideo, OfScreens};
use protocol::RejectedMedia;
use sdp::{Extmap, Media, Offer, PayloadType};
use std::cmp::Reverse;
use stream::{CODECS, CodecSpec, Fit, VideoCodec};
use words::{Said, said};

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
    /// The m-line whose transport everything goes over: of those answered the first in its BUNDLE group (RFC 9143 section 7.3).
    pub(super) tagged: usize,
    /// The m-lines that are not answered, and why.
    pub(super) rejected: Vec<RejectedMedia>,
}

/// What could be sent for an m-line.
enum Sent<'o> {
    Video(VideoCodec, &'o PayloadType),
    Audio(&'o PayloadType),
}

pub(super) fn choose(offer: &Offer, local: &Local<'_>) -> Result<Choice, OfferError> {
    let (mut video, mut audio, mut first, mut rejected) = (None, None, None, Vec::new());
    for (at, m) in offer.media.iter().enumerate() {
        let verdict = sent(offer, m, local).and_then(|sent| match (&sent, first) {
            (Sent::Video(..), _) if video.is_some() => Err(SECOND_PICTURE),
            (Sent::Audio(..), _) if audio.is_some() => Err(SECOND_SOUND),
            // One transport is all there is, so that what is not bundled with the first would need another
            // (RFC 8829 section 5.3.1, as with the policy max-bundle).
            (_, Some(first)) if !are_bundled(m, first) => Err(NOT_BUNDLED),
            _ => Ok(sent),
        });
        match verdict {
            Ok(Sent::Video(codec, of)) => video = Some((at, negotiate_video(m, codec, of, local))),
            Ok(Sent::Audio(of)) => audio = Some((at, negotiate_audio(m, of, local))),
            Err(why) => {
                rejected.push(why.of(m));
                continue;
            }
        }
        first.get_or_insert(m);
    }
    let answered = [video.as_ref().map(|(at, _)| *at), audio.as_ref().map(|(at, _)| *at)];
    let tagged = answered.into_iter().flatten().min_by_key(|at| (place_in_bundle(offer, *at), *at));
    let Some(tagged) = tagged else {
        let mux = rejected.iter().any(|rejected| rejected.by == (NO_MUX.0)().by);
        let unfit = || OfferError::Unfit(said!("offer.none", cause = (NO_MUX.0)()));
        return Err(if mux { unfit() } else { no_media(rejected) });
    };
    let [video_at, audio_at] = answered;
    let negotiated = Negotiated {
        video: video.map(|(_, negotiated)| negotiated),
        audio: audio.map(|(_, negotiated)| negotiated),
        cname: local.cname.to_owned(),
    };
    Ok(Choice { negotiated, video: video_at, audio: audio_at, tagged, rejected })
}

/// What could be sent for this m-line, whatever is sent for others.
fn sent<'o>(offer: &Offer, m: &'o Media, local: &Local<'_>) -> Result<Sent<'o>, Why> {
    let sent = match m.kind.as_str() {
        "video" => video_codec(m, local.codecs).map(|(codec, of)| Sent::Video(codec, of)).ok_or(NO_CODEC),
        "audio" => opus(m).map(Sent::Audio).ok_or(NO_OPUS),
        _ => return Err(OTHER_KIND),
    };
    if !is_there(offer, m) {
        return Err(NO_PORT);
    }
    if !m.wanted {
        return Err(UNWANTED);
    }
    if !PROTOS.contains(&m.proto.as_str()) {
        return Err(OTHER_PROTO);
    }
    match sent {
        Ok(_) if !m.rtcp_mux => Err(NO_MUX),
        sent => sent,
    }
}

/// Whatever of these an m-line is written with, a fingerprint says that it is DTLS, and it is answered by the same word (RFC 8829
/// section 5.1.2).
const PROTOS: [&str; 8] = [
    "UDP/TLS/RTP/SAVPF",
    "UDP/TLS/RTP/SAVP",
    "TCP/DTLS/RTP/SAVPF",
    "TCP/DTLS/RTP/SAVP",
    "RTP/SAVPF",
    "RTP/SAVP",
    "RTP/AVPF",
    "RTP/AVP",
];

/// A port of 0 takes an m-line back (RFC 3264 section 5.1), unless it stands there because another one in its BUNDLE group has
/// the transport. Then bundle-only says so (RFC 9143 section 6), which some players leave out; but one that was taken back is in
/// no group (RFC 8829 section 5.2.2).
fn is_there(offer: &Offer, m: &Media) -> bool {
    m.has_port || m.bundle_only || offer.media.iter().any(|other| other.has_port && are_bundled(m, other))
}

fn are_bundled(m: &Media, other: &Media) -> bool {
    m.bundle.is_some() && m.bundle == other.bundle
}

/// Where an m-line stands in its BUNDLE group.
pub(super) fn place_in_bundle(offer: &Offer, at: usize) -> Option<usize> {
    let m = &offer.media[at];
    offer.bundles[m.bundle?].iter().position(|mid| *mid == m.mid)
}

/// Why an m-line is rejected, as people are told it.
#[derive(Clone, Copy)]
struct Why(fn() -> Said);

const OTHER_KIND: Why = Why(|| said!("offer.other_kind"));
const NO_PORT: Why = Why(|| said!("offer.no_port"));
const UNWANTED: Why = Why(|| said!("offer.unwanted"));
const OTHER_PROTO: Why = Why(|| said!("offer.proto"));
const NO_CODEC: Why = Why(|| said!("offer.no_codec"));
const NO_OPUS: Why = Why(|| said!("offer.no_opus"));
const NO_MUX: Why = Why(|| said!("offer.no_mux"));
const SECOND_PICTURE: Why = Why(|| said!("offer.second_picture"));
const SECOND_SOUND: Why = Why(|| said!("offer.second_sound"));
const NOT_BUNDLED: Why = Why(|| said!("offer.not_bundled"));

impl Why {
    fn of(self, m: &Media) -> RejectedMedia {
        // A kind is a word of an offer, which nobody has to tell in full.
        let media = m.kind.chars().take(LONGEST_KIND).collect();
        let Said { message: reason, by } = (self.0)();
        RejectedMedia { media, mid: m.mid.clone(), reason, by }
    }
}

/// The longest word for a kind of media that is told; the registered ones have eleven letters at most.
const LONGEST_KIND: usize = 16;

fn negotiate_video(m: &Media, codec: VideoCodec, of: &PayloadType, local: &Local<'_>) -> NegotiatedVideo {
    let rtx_pt = repairs(m, of);
    NegotiatedVideo {
        codec,
        screens: of_screens(m, of, rtx_pt.is_some(), local.codecs),
        takes: (CodecSpec::of(codec).profile)(&|name| of.parameter(name)),
        pt: of.number,
        rtx_pt,
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

/// The payload type of a payload type's retransmissions.
fn repairs(m: &Media, of: &PayloadType) -> Option<u8> {
    let repairs = |rtx: &&PayloadType| {
        rtx.encoding.eq_ignore_ascii_case("rtx/90000")
            && rtx.parameter("apt").and_then(|apt| apt.parse().ok()) == Some(of.number)
    };
    m.payload_types.iter().find(repairs).map(|rtx| rtx.number)
}

/// What screens can be sent as beside the codec of everything: where it is offered with the same feedback and repaired in the same way, as
/// both are one stream of packets.
fn of_screens(m: &Media, beside: &PayloadType, repaired: bool, ours: &[VideoCodec]) -> Option<OfScreens> {
    let mut specs = CODECS.iter().filter(|spec| spec.of_screens && ours.contains(&spec.codec));
    specs.find_map(|spec| {
        let suits = |of: &&PayloadType| {
            of.encoding.eq_ignore_ascii_case(spec.rtpmap)
                && (spec.fit)(&|name| of.parameter(name)).is_some()
                && of.feedback == beside.feedback
                && repairs(m, of).is_some() == repaired
        };
        let of = m.payload_types.iter().find(suits)?;
        Some(OfScreens { codec: spec.codec, pt: of.number, rtx_pt: repairs(m, of) })
    })
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
/// always runs, where they can be. What suits badly comes after all codecs that suit well.
fn video_codec<'o>(m: &'o Media, ours: &[VideoCodec]) -> Option<(VideoCodec, &'o PayloadType)> {
    let best = |spec: &CodecSpec| {
        let named = m.payload_types.iter().filter(|of| of.encoding.eq_ignore_ascii_case(spec.rtpmap));
        let fitting = named.filter_map(|of| Some(((spec.fit)(&|name| of.parameter(name))?, of)));
        let better = |(fit, of): &(Fit, &PayloadType)| {
            let most = Reverse((spec.profile)(&|name| of.parameter(name)));
            (*fit == Fit::Unsaid, most, *fit)
        };
        fitting.min_by_key(better).map(|(fit, of)| (fit, spec.codec, of))
    };
    let alone = CODECS.iter().filter(|spec| !spec.of_screens && ours.contains(&spec.codec));
    let offered = alone.filter_map(|spec| best(spec));
    // The first of those that are equally good.
    offered.min_by_key(|(fit, ..)| *fit == Fit::Unsaid).map(|(_, codec, of)| (codec, of))
}

/// RFC 7587 section 7 wants the two channels written whatever is sent; players that write one, or none, decode the same stream,
/// as each Opus packet says itself how many it has (RFC 6716 section 3.1).
fn opus(m: &Media) -> Option<&PayloadType> {
    let is_opus = |of: &&PayloadType| {
        let mut parts = of.encoding.split('/');
        let (name, clock, channels) = (parts.next(), parts.next(), parts.next());
        name.is_some_and(|name| name.eq_ignore_ascii_case("opus"))
            && clock == Some("48000")
            && matches!(channels, None | Some("1" | "2"))
    };
    // One that is written as it should be goes first.
    m.payload_types.iter().filter(is_opus).min_by_key(|of| !of.encoding.ends_with("/2"))
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
