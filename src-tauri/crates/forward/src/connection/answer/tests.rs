//! Answers to the offers of real browsers, and to offers that cannot be answered.

mod codecs;

use super::*;
use crate::client::{CHROMIUM, FIREFOX};
use crate::connection::negotiated::Negotiated;
use port::Credentials;
use proptest::prelude::*;
use sdp::{Fragment, Offer};
use stream::H264Level;
use words::said;

/// What is encoded where a test does not say otherwise.
const CODECS: [VideoCodec; 3] = [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Vp8];

fn join(offer: &str) -> Result<(Answered, Negotiated), OfferError> {
    join_where(&CODECS, offer)
}

/// The kinds of the m-lines that are rejected, and why.
fn rejected(joined: &Answered) -> Vec<(&str, &str)> {
    joined.rejected.iter().map(|m| (m.media.as_str(), m.reason.as_str())).collect()
}

/// An offer whose VP8 and VP9 are something else.
fn no_vp(offer: &str) -> String {
    offer.replace(" VP8/90000", " VP7/90000").replace(" VP9/90000", " VP7/90000")
}

fn is_no_media(refused: Option<OfferError>) -> bool {
    matches!(refused, Some(OfferError::NoMedia(_)))
}

/// [`join`] where these codecs are encoded.
fn join_where(codecs: &[VideoCodec], offer: &str) -> Result<(Answered, Negotiated), OfferError> {
    answer_to(&Offer::parse(offer).expect("the test's offers can be read"), codecs)
}

fn answer_to(offer: &Offer, codecs: &[VideoCodec]) -> Result<(Answered, Negotiated), OfferError> {
    answer_at(offer, codecs, H264Level::default())
}

/// Our side where nobody looks at what it says of itself.
fn unsaid<'a>(ice: &'a Credentials, codecs: &'a [VideoCodec]) -> Local<'a> {
    Local {
        ice,
        fingerprint: "sha-256 AB",
        candidates: &[],
        ssrcs: [1, 2, 3],
        cname: "",
        session: 1,
        codecs,
        level: H264Level::default(),
    }
}

fn answer_at(offer: &Offer, codecs: &[VideoCodec], level: H264Level) -> Result<(Answered, Negotiated), OfferError> {
    let ice = Credentials { ufrag: "ours".into(), pwd: "a-password-of-twenty-four".into() };
    let candidates = ["192.0.2.1:8787".parse().expect("an address"), "[2001:db8::1]:8787".parse().expect("an address")];
    let local = Local {
        ice: &ice,
        fingerprint: "sha-256 AB:CD",
        candidates: &candidates,
        ssrcs: [1001, 1002, 1003],
        cname: "name",
        session: 7,
        codecs,
        level,
    };
    answer(offer, &local).map(|(joined, negotiated, _)| (joined, negotiated))
}

fn accepted(offer: &str) -> (Answered, Negotiated) {
    join(offer).expect("a browser's own offer is answered")
}

fn has(answer: &str, line: &str) -> bool {
    answer.split("\r\n").any(|l| l == line)
}

#[test]
fn chromium_gets_h264_with_repairs_and_stereo_opus() {
    let (joined, negotiated) = accepted(CHROMIUM);
    assert_eq!((joined.codec, joined.audio), (Some(VideoCodec::H264), true));
    let video = negotiated.video.expect("a picture");
    assert_eq!((video.pt, video.rtx_pt), (116, Some(117)), "main, packetization-mode 1");
    assert!(video.nack && video.pli && video.fir && video.remb && video.transport_cc);
    assert_eq!(video.extensions.twcc, Some(4));
    assert_eq!(video.extensions.playout_delay, Some(5));
    assert_eq!(negotiated.audio.expect("sound").extensions.playout_delay, None);
    for line in [
        "a=group:BUNDLE 0 1",
        "a=ice-lite",
        "m=video 9 UDP/TLS/RTP/SAVPF 116 117",
        "a=rtpmap:116 H264/90000",
        "a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f",
        "a=fmtp:117 apt=116",
        "a=ssrc-group:FID 1001 1002",
        "a=rtcp-fb:116 nack pli",
        "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=setup:passive",
        "a=sendonly",
        "a=rtcp-mux",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 8787 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 8787 typ host",
    ] {
        assert!(has(&joined.answer, line), "{line} is missing in\n{}", joined.answer);
    }
    assert_eq!(joined.answer.matches("a=candidate:1 ").count(), 1, "the candidates stand with the first m-line only");
}

#[test]
fn firefox_without_h264_gets_vp9_and_its_bundle_only_sound() {
    let (joined, negotiated) = accepted(FIREFOX);
    assert_eq!((joined.codec, joined.audio), (Some(VideoCodec::Vp9), true));
    let video = negotiated.video.expect("a picture");
    assert_eq!((video.pt, video.rtx_pt), (121, Some(125)));
    let vp8 = FIREFOX.replace(" VP9/90000", " VP7/90000");
    let video = accepted(&vp8).1.video.expect("a picture");
    assert_eq!((video.codec, video.pt, video.rtx_pt), (VideoCodec::Vp8, 120, Some(124)), "who has only that");
    assert!(has(&joined.answer, "a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"));
    assert!(has(&joined.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 109"), "port 0 with bundle-only is no rejection");
}

#[test]
fn a_picture_without_a_known_codec_is_rejected_and_the_sound_stays() {
    let offer = no_vp(&CHROMIUM.replace("H264/90000", "H265/90000"));
    let (joined, negotiated) = accepted(&offer);
    assert_eq!((joined.codec, joined.audio, negotiated.video), (None, true, None));
    assert!(has(&joined.answer, "a=group:BUNDLE 1"));
    assert!(joined.answer.contains("m=video 0 UDP/TLS/RTP/SAVPF 96 97 "));
    assert!(has(&joined.answer, "a=rtpmap:96 VP7/90000"), "players that look formats up find them: {}", joined.answer);
    let after = joined.answer.split("m=audio").nth(1).expect("the sound's m-line");
    assert!(after.contains("a=candidate:1 "), "the candidates move to the first m-line that is accepted");
    let nothing = offer.replace("opus/48000/2", "speex/48000/2");
    let refused = join(&nothing).expect_err("nothing is left").to_string();
    assert!(
        refused.contains("video: it has neither VP8, VP9 of profile 0 nor H.264")
            && refused.contains("audio: it has no Opus"),
        "{refused}"
    );
    assert_eq!(
        rejected(&joined),
        [(
            "video",
            "it has neither VP8, VP9 of profile 0 nor H.264 of a baseline or main profile with packetization-mode=1"
        )]
    );
    assert_eq!(joined.rejected[0].mid, "0");
    assert!(
        accepted(CHROMIUM).0.rejected.is_empty() && accepted(FIREFOX).0.rejected.is_empty(),
        "what browsers offer is answered whole"
    );
}

#[test]
fn opus_is_opus_however_many_channels_are_written() {
    for written in ["opus/48000/2", "opus/48000/1", "opus/48000", "OPUS/48000/2"] {
        let (joined, negotiated) = accepted(&CHROMIUM.replace("opus/48000/2", written));
        assert_eq!(negotiated.audio.expect("sound").pt, 111, "{written}");
        assert!(has(&joined.answer, &format!("a=rtpmap:111 {written}")), "as it was offered: {}", joined.answer);
    }
    for other in ["opus/16000/2", "opus/48000/6", "opusx/48000/2", "multiopus/48000/6"] {
        assert!(!accepted(&CHROMIUM.replace("opus/48000/2", other)).0.audio, "{other}");
    }
    let both =
        CHROMIUM.replace("a=rtpmap:63 red/48000/2", "a=rtpmap:63 opus/48000").replace("SAVPF 111 63", "SAVPF 63 111");
    assert_eq!(accepted(&both).1.audio.expect("sound").pt, 111, "the one that is written as it should be");
}

#[test]
fn without_a_bundle_the_first_m_line_is_taken_with_its_own_transport() {
    let alone: String = CHROMIUM.split_inclusive('\n').filter(|line| !line.starts_with("a=group")).collect();
    let sound = alone.find("m=audio").expect("it has sound");
    let (picture, sound) = alone.split_at(sound);
    let sound = sound.replace("a=ice-ufrag:rb05", "a=ice-ufrag:second").replace("sha-256 E6", "sha-256 00");
    let alone = [picture, &sound].concat();
    let (joined, negotiated) = accepted(&alone);
    assert!(negotiated.video.is_some() && negotiated.audio.is_none());
    assert!(!joined.answer.contains("a=group:"), "what was not offered is not answered: {}", joined.answer);
    assert!(joined.answer.contains("m=audio 0 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\n"), "{}", joined.answer);
    let [("audio", why)] = rejected(&joined)[..] else { panic!("{:?}", joined.rejected) };
    assert!(why.contains("BUNDLE"), "{why}");

    let of = |text: &str| {
        let offer = Offer::parse(text).expect("an offer");
        let ice = Credentials { ufrag: "ours".into(), pwd: "a-password-of-twenty-four".into() };
        let (_, _, theirs) = answer(&offer, &unsaid(&ice, &CODECS)).expect("something is sent");
        (theirs.ice_ufrag, theirs.fingerprint.digests[0][0])
    };
    assert_eq!(of(&alone), ("rb05".into(), 0xe6), "the picture's");
    let sound_only = alone.replace("m=video 9", "m=video 0");
    assert_eq!(of(&sound_only), ("second".into(), 0), "the sound's, as the picture was taken back");
    let other_group = CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 1");
    assert_eq!(accepted(&other_group).0.rejected.len(), 1, "one of two in a group is as good as none");
}

#[test]
fn the_transport_is_that_of_the_first_in_the_group() {
    let turned = CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 1 0").replace("m=video 9", "m=video 0");
    let (joined, negotiated) = accepted(&turned);
    assert!(negotiated.video.is_some() && negotiated.audio.is_some(), "port 0 in a group, without bundle-only");
    assert!(has(&joined.answer, "a=group:BUNDLE 1 0"), "{}", joined.answer);
    let (picture, sound) = joined.answer.split_once("m=audio").expect("the sound's m-line");
    assert!(!picture.contains("a=candidate") && sound.contains("a=candidate:1 "), "{}", joined.answer);
    assert!(joined.answer.contains("m=video 9 "), "it is not taken back");
}

#[test]
fn an_m_line_that_is_taken_back_is_rejected() {
    let no_group = CHROMIUM.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 1").replace("m=video 9", "m=video 0");
    assert_eq!(rejected(&accepted(&no_group).0), [("video", "its port is 0, which takes it back")]);
    let all = CHROMIUM.replace("m=video 9", "m=video 0").replace("m=audio 9", "m=audio 0");
    assert!(is_no_media(join(&all).err()), "nobody in the group has a port");
}

#[test]
fn every_m_line_that_is_rejected_is_told_with_its_reason() {
    let more = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:3\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtcp-mux\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:4\r\na=rtpmap:111 opus/48000/2\r\na=sendonly\r\n\
        m=video 9 UDP/RTP 96\r\na=mid:5\r\na=rtpmap:96 VP8/90000\r\n";
    let offer = CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 0 1 2 3 4 5") + more;
    let (joined, _) = accepted(&offer);
    let told: Vec<_> = joined.rejected.iter().map(|m| (m.mid.as_str(), m.media.as_str())).collect();
    assert_eq!(told, [("2", "application"), ("3", "video"), ("4", "audio"), ("5", "video")]);
    for ((_, why), part) in
        rejected(&joined).into_iter().zip(["only pictures and sound", "one picture", "sendonly", "SAVPF"])
    {
        assert!(why.contains(part), "{why}");
    }
    let long = format!("m={} 9 X 0\r\na=mid:2\r\n", "k".repeat(3000));
    assert_eq!(accepted(&(CHROMIUM.to_owned() + &long)).0.rejected[0].media.len(), 16, "what is told is bounded");
}

#[test]
fn an_m_line_is_answered_by_the_protocol_it_is_offered_with() {
    for proto in ["TCP/DTLS/RTP/SAVPF", "RTP/SAVPF", "RTP/AVP", "UDP/TLS/RTP/SAVP"] {
        let (joined, negotiated) = accepted(&CHROMIUM.replace("UDP/TLS/RTP/SAVPF", proto));
        assert!(negotiated.video.is_some() && negotiated.audio.is_some(), "{proto}");
        assert!(joined.answer.contains(&format!("m=video 9 {proto} ")), "{}", joined.answer);
    }
}

#[test]
fn an_extension_that_the_viewer_would_not_receive_is_not_sent() {
    for (direction, is_sent) in
        [("", true), ("/recvonly", true), ("/sendrecv", true), ("/sendonly", false), ("/inactive", false)]
    {
        let (joined, negotiated) = accepted(&CHROMIUM.replace("a=extmap:4 ", &format!("a=extmap:4{direction} ")));
        assert_eq!(negotiated.video.expect("a picture").extensions.twcc, is_sent.then_some(4), "{direction}");
        assert_eq!(joined.answer.contains("a=extmap:4"), is_sent, "{}", joined.answer);
    }
}

#[test]
fn media_that_the_viewer_does_not_want_to_receive_is_not_sent() {
    assert!(is_no_media(join(&CHROMIUM.replace("a=recvonly", "a=sendonly")).err()));
    assert!(join(&CHROMIUM.replace("a=recvonly", "a=sendrecv")).is_ok());
}

#[test]
fn what_could_not_be_sent_as_it_is_offered_is_refused() {
    let without =
        |what: &str| -> String { CHROMIUM.split_inclusive('\n').filter(|line| !line.starts_with(what)).collect() };
    assert_eq!(
        join(&without("a=rtcp-mux")).err(),
        Some(OfferError::Unfit(said!("offer.none", cause = said!("offer.no_mux"))))
    );
    assert!(is_no_media(join(&without("m=")).err()));
    let sound = CHROMIUM.find("m=audio").expect("it has sound");
    let half = [&CHROMIUM[..sound], &CHROMIUM[sound..].replace("a=rtcp-mux\r\n", "")].concat();
    let (joined, _) = accepted(&half);
    assert_eq!(rejected(&joined), [("audio", "it has no rtcp-mux")], "the picture has, and is sent");
}

#[test]
fn the_largest_offers_have_answers_of_a_bounded_length() {
    let mut answered = 0;
    for text in sdp::worst::just_allowed() {
        match join(&text) {
            Ok((joined, _)) => {
                answered += 1;
                assert!(joined.answer.len() < 48 * 1024, "{} bytes", joined.answer.len());
            }
            Err(refused) => assert!(is_no_media(Some(refused))),
        }
    }
    assert!(answered > 5, "most of them are offers like others, and larger");
}

#[test]
fn a_restart_is_answered_with_our_new_name() {
    let restart = "a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:5\r\n";
    let fragment = Fragment::parse(restart).expect("a fragment");
    let ice = Credentials { ufrag: "next".into(), pwd: "next-password".into() };
    let answer = restart_answer(&fragment, &ice, &["192.0.2.1:1".parse().expect("an address")]);
    for line in ["a=ice-ufrag:next", "a=ice-pwd:next-password", "a=mid:5", "a=end-of-candidates"] {
        assert!(has(&answer, line), "{line} is missing in\n{answer}");
    }
}

/// Lines of real offers, shuffled, cut and mixed with noise.
fn mangled() -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = CHROMIUM.lines().chain(FIREFOX.lines()).collect();
    let line = prop_oneof![
        8 => proptest::sample::select(lines.clone()).prop_map(str::to_owned),
        1 => (proptest::sample::select(lines), 0usize..40).prop_map(|(l, n)| l.chars().take(n).collect()),
        1 => "[a-z]=\\PC{0,30}",
        1 => "a=(rtpmap|fmtp|rtcp-fb|extmap|mid|group|fingerprint):[0-9 a-zA-Z:/;=*-]{0,30}",
    ];
    proptest::collection::vec(line, 0..80).prop_map(|lines| format!("v=0\r\n{}\r\n", lines.join("\r\n")))
}

proptest! {
    #[test]
    fn mangled_offers_never_panic_and_never_inject_lines(text in mangled()) {
        if let Ok(offer) = Offer::parse(&text)
            && let Ok((joined, negotiated)) = answer_to(&offer, &CODECS)
        {
            prop_assert!(negotiated.video.is_some() || negotiated.audio.is_some());
            let m_lines = |sdp: &str| sdp.split('\n').filter(|l| l.starts_with("m=")).count();
            prop_assert_eq!(m_lines(&joined.answer), m_lines(&text));
        }
    }
}
