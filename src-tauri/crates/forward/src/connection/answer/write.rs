//! The answer, written line by line.

use super::choose::{ABS_CAPTURE_TIME, ABS_SEND_TIME, MID, PLAYOUT_DELAY, TWCC, choose, place_in_bundle};
use super::{Agreed, Answered, Local, OfferError};
use crate::connection::negotiated::{NegotiatedAudio, NegotiatedVideo};
use port::Credentials;
use sdp::{Media, Offer};
use std::fmt::Write;
use std::net::SocketAddr;
use stream::{CodecSpec, VideoCodec};

/// Answers an offer: ICE-lite, DTLS server, sending only, everything bundled (RFC 9429 section 5.3). With the answer comes the
/// transport of the viewer's that everything goes over.
pub(crate) fn answer(offer: &Offer, local: &Local<'_>) -> Result<Agreed, OfferError> {
    let choice = choose(offer, local)?;
    let mut sdp = String::with_capacity(2048);
    let mut answered: Vec<usize> = [choice.video, choice.audio].into_iter().flatten().collect();
    answered.sort_by_key(|at| (place_in_bundle(offer, *at), *at));
    let mids: Vec<&str> =
        answered.iter().map(|at| &offer.media[*at]).filter(|m| m.bundle.is_some()).map(|m| m.mid.as_str()).collect();
    write_session(&mut sdp, local, &mids);
    for (at, m) in offer.media.iter().enumerate() {
        // The candidates stand with the m-line whose transport all others share.
        let candidates = if at == choice.tagged { local.candidates } else { &[] };
        if choice.video == Some(at) {
            let Some(video) = &choice.negotiated.video else { continue };
            let screens = video.screens.map(|screens| format!(" {}", formats(screens.pt, screens.rtx_pt)));
            let formats = formats(video.pt, video.rtx_pt) + &screens.unwrap_or_default();
            write_media(&mut sdp, m, local, &formats, candidates);
            write_video(&mut sdp, m, video, local);
        } else if choice.audio == Some(at) {
            let Some(audio) = &choice.negotiated.audio else { continue };
            write_media(&mut sdp, m, local, &formats(audio.pt, None), candidates);
            write_audio(&mut sdp, m, audio, local);
        } else {
            write_rejected(&mut sdp, m);
        }
    }
    let joined = Answered {
        answer: sdp,
        codec: choice.negotiated.video.as_ref().map(|v| v.codec),
        takes: choice.negotiated.video.as_ref().map(|v| v.takes).unwrap_or_default(),
        audio: choice.negotiated.audio.is_some(),
        ice_ufrag: local.ice.ufrag.clone(),
        rejected: choice.rejected,
    };
    Ok((joined, choice.negotiated, offer.transport_of(choice.tagged)))
}

macro_rules! line {
    ($out:expr, $($arg:tt)*) => {{
        // Writing to a String cannot fail.
        let _ = write!($out, $($arg)*);
        $out.push_str("\r\n");
    }};
}
pub(super) use line;

fn write_session(out: &mut String, local: &Local<'_>, mids: &[&str]) {
    line!(out, "v=0");
    line!(out, "o=- {} 1 IN IP4 127.0.0.1", local.session);
    line!(out, "s=-");
    line!(out, "t=0 0");
    if !mids.is_empty() {
        line!(out, "a=group:BUNDLE {}", mids.join(" "));
    }
    line!(out, "a=ice-lite");
    line!(out, "a=msid-semantic: WMS *");
}

fn formats(pt: u8, rtx: Option<u8>) -> String {
    rtx.map_or(pt.to_string(), |rtx| format!("{pt} {rtx}"))
}

/// What all accepted m-lines have.
fn write_media(out: &mut String, m: &Media, local: &Local<'_>, formats: &str, candidates: &[SocketAddr]) {
    line!(out, "m={} 9 {} {formats}", m.kind, m.proto);
    line!(out, "c=IN IP4 0.0.0.0");
    line!(out, "a=rtcp:9 IN IP4 0.0.0.0");
    write_transport(out, local.ice);
    line!(out, "a=fingerprint:{}", local.fingerprint);
    line!(out, "a=setup:passive");
    write_candidates(out, candidates);
    if !m.mid.is_empty() {
        line!(out, "a=mid:{}", m.mid);
    }
    line!(out, "a=sendonly");
    line!(out, "a=rtcp-mux");
    if m.rtcp_mux_only {
        line!(out, "a=rtcp-mux-only");
    }
    if m.rtcp_rsize {
        line!(out, "a=rtcp-rsize");
    }
    for extension in &m.extmap {
        if [TWCC, ABS_SEND_TIME, ABS_CAPTURE_TIME, PLAYOUT_DELAY, MID].contains(&extension.uri.as_str()) {
            let direction = if extension.recvonly { "/sendonly" } else { "" };
            line!(out, "a=extmap:{}{direction} {}", extension.id, extension.uri);
        }
    }
}

pub(super) fn write_transport(out: &mut String, ice: &Credentials) {
    line!(out, "a=ice-ufrag:{}", ice.ufrag);
    line!(out, "a=ice-pwd:{}", ice.pwd);
}

pub(super) fn write_candidates(out: &mut String, candidates: &[SocketAddr]) {
    for (n, address) in candidates.iter().enumerate() {
        // RFC 8445 section 5.1.2.1: a host candidate of component 1; the likelier first.
        let priority = (126u32 << 24) | (65_535u32.saturating_sub(n as u32) << 8) | 255;
        line!(out, "a=candidate:{} 1 udp {priority} {} {} typ host", n + 1, address.ip(), address.port());
    }
    if !candidates.is_empty() {
        line!(out, "a=end-of-candidates");
    }
}

fn write_video(out: &mut String, m: &Media, video: &NegotiatedVideo, local: &Local<'_>) {
    write_codec(out, m, video, (video.codec, video.pt), local);
    if let Some(screens) = video.screens {
        write_codec(out, m, video, (screens.codec, screens.pt), local);
    }
    line!(out, "a=msid:skylark picture");
    write_rtx(out, video.pt, video.rtx_pt);
    if let Some(screens) = video.screens {
        write_rtx(out, screens.pt, screens.rtx_pt);
    }
    if video.rtx_pt.is_some() {
        line!(out, "a=ssrc-group:FID {} {}", video.ssrc, video.rtx_ssrc);
    }
    line!(out, "a=ssrc:{} cname:{}", video.ssrc, local.cname);
    if video.rtx_pt.is_some() {
        line!(out, "a=ssrc:{} cname:{}", video.rtx_ssrc, local.cname);
    }
}

/// A codec of the picture, with the feedback that all its codecs share.
fn write_codec(out: &mut String, m: &Media, video: &NegotiatedVideo, (codec, pt): (VideoCodec, u8), local: &Local<'_>) {
    write_rtpmap(out, m, pt);
    for of in m.payload_types.iter().filter(|of| of.number == pt) {
        for offered in &of.fmtp {
            let said = (CodecSpec::of(codec).answer)(offered, &|name| of.parameter(name), local.level);
            line!(out, "a=fmtp:{pt} {said}");
        }
    }
    for (offered, name) in [
        (video.nack, "nack"),
        (video.pli, "nack pli"),
        (video.fir, "ccm fir"),
        (video.remb, "goog-remb"),
        (video.transport_cc, "transport-cc"),
    ] {
        if offered {
            line!(out, "a=rtcp-fb:{pt} {name}");
        }
    }
}

fn write_rtx(out: &mut String, pt: u8, rtx: Option<u8>) {
    if let Some(rtx) = rtx {
        line!(out, "a=rtpmap:{rtx} rtx/90000");
        line!(out, "a=fmtp:{rtx} apt={pt}");
    }
}

fn write_audio(out: &mut String, m: &Media, audio: &NegotiatedAudio, local: &Local<'_>) {
    let pt = audio.pt;
    write_rtpmap(out, m, pt);
    line!(out, "a=fmtp:{pt} minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1");
    for (offered, name) in [(audio.nack, "nack"), (audio.transport_cc, "transport-cc")] {
        if offered {
            line!(out, "a=rtcp-fb:{pt} {name}");
        }
    }
    // It is in the same stream as the picture, so the browser keeps them in sync.
    line!(out, "a=msid:skylark sound");
    line!(out, "a=ssrc:{} cname:{}", audio.ssrc, local.cname);
}

fn write_rtpmap(out: &mut String, m: &Media, pt: u8) {
    for of in m.payload_types.iter().filter(|of| of.number == pt) {
        line!(out, "a=rtpmap:{pt} {}", of.encoding);
    }
}

/// RFC 3264 section 6: port 0, the formats as offered. They are named again, as some players look each of them up before they see
/// that the m-line is rejected.
fn write_rejected(out: &mut String, m: &Media) {
    line!(out, "m={} 0 {} {}", m.kind, m.proto, m.formats);
    line!(out, "c=IN IP4 0.0.0.0");
    if !m.mid.is_empty() {
        line!(out, "a=mid:{}", m.mid);
    }
    line!(out, "a=inactive");
    for of in &m.payload_types {
        line!(out, "a=rtpmap:{} {}", of.number, of.encoding);
    }
}
