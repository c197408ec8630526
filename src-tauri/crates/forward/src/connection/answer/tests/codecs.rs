//! Which codec is answered, and which profile and level of it.

use super::*;

/// Chromium's offer without H.264 main.
fn no_main() -> String {
    CHROMIUM.replace("=4d001f", "=64001f")
}

#[test]
fn without_h264_everybody_gets_vp9_and_without_that_vp8() {
    for (codecs, codec, pt) in [(&CODECS[1..], VideoCodec::Vp9, 98), (&CODECS[2..], VideoCodec::Vp8, 96)] {
        let (joined, negotiated) = join_where(codecs, CHROMIUM).expect("it offers all");
        assert_eq!(joined.codec, Some(codec));
        assert!(!joined.answer.contains("H264"), "{}", joined.answer);
        let video = negotiated.video.expect("a picture");
        assert_eq!((video.pt, video.rtx_pt), (pt, Some(pt + 1)), "repairs go with the codec");
    }
    let (joined, _) = join_where(&CODECS[1..], CHROMIUM).expect("it offers all");
    assert!(has(&joined.answer, "a=fmtp:98 profile-id=0"), "of its four profiles the first: {}", joined.answer);
}

#[test]
fn a_codec_that_there_is_no_room_for_is_not_answered_and_one_with_room_is() {
    let ice = Credentials { ufrag: "ours".into(), pwd: "a-password-of-twenty-four".into() };
    let with_room = |codecs: &[VideoCodec], text: &str| {
        answer_with_room(&Offer::parse(text).expect("an offer"), &unsaid(&ice, codecs), &CODECS)
            .map(|(joined, ..)| joined.codec)
    };
    let (h264, vp8) = (VideoCodec::H264, VideoCodec::Vp8);
    assert_eq!(with_room(&CODECS, FIREFOX), Ok(Some(VideoCodec::Vp9)));
    assert_eq!(with_room(&[h264, vp8], FIREFOX), Ok(Some(vp8)), "a worse one goes before none");
    assert_eq!(
        with_room(&[h264], FIREFOX),
        Err(OfferError::NoEncoder),
        "it would hear, and wonder where the picture is"
    );
    assert_eq!(with_room(&[h264], CHROMIUM), Ok(Some(h264)));
    let picture_only = FIREFOX.replace("opus/48000/2", "speex/48000/2");
    assert_eq!(with_room(&[h264], &picture_only), Err(OfferError::NoEncoder));
    let sound_only = no_vp(FIREFOX);
    assert_eq!(with_room(&[h264], &sound_only), Ok(None), "more room would not help it");
    let nothing = sound_only.replace("opus/48000/2", "speex/48000/2");
    assert!(is_no_media(with_room(&[h264], &nothing).err()));
}

#[test]
fn the_answer_says_the_level_that_is_sent() {
    let said = |offer: &str, level| {
        let (joined, _) =
            answer_at(&Offer::parse(offer).expect("a browser's offer"), &CODECS, level).expect("answered");
        joined.answer.split("profile-level-id=").nth(1).expect("H.264").get(..6).expect("six digits").to_owned()
    };
    let full_hd = H264Level::of(1080, 1920, 30, 4000).expect("it can be sent");
    for (main, id) in [(true, "4d00"), (false, "42e0")] {
        let offer = if main { CHROMIUM.to_owned() } else { no_main() };
        assert_eq!(said(&offer, full_hd), format!("{id}28"));
        let same = offer.replace("level-asymmetry-allowed=1;", "");
        assert_eq!(said(&same, full_hd), format!("{id}1f"), "more than was offered may not be said");
        let more = same.replace(&format!("={id}1f"), &format!("={id}34"));
        assert_eq!(said(&more, full_hd), format!("{id}28"));
    }
}

#[test]
fn h264_needs_packetization_mode_1_and_a_baseline_or_main_profile() {
    let codec = |offer: String| accepted(&offer).0.codec;
    assert_eq!(codec(CHROMIUM.replace("packetization-mode=1", "packetization-mode=0")), Some(VideoCodec::Vp9));
    let high = no_main().replace("=42e01f", "=640c1f").replace("=42001f", "=64001f");
    assert_eq!(codec(high), Some(VideoCodec::Vp9));
    let answered = |offer: &str| {
        let (joined, negotiated) = accepted(offer);
        let video = negotiated.video.expect("a picture");
        assert_eq!(joined.takes, video.takes, "who decides is told what is sent");
        (video.pt, video.takes)
    };
    assert_eq!(answered(CHROMIUM), (116, Profile::Main), "the best that it offers");
    assert_eq!(answered(&no_main()), (108, Profile::Baseline), "constrained baseline is just what is sent");
    let baseline = no_main().replace("=42e01f", "=640c1f");
    assert_eq!(answered(&baseline), (102, Profile::Baseline), "plain baseline will do");
    assert_eq!(answered(FIREFOX).1, Profile::Baseline, "another codec has no other");
    let mode_0 = CHROMIUM
        .replace("packetization-mode=1;profile-level-id=4d001f", "packetization-mode=0;profile-level-id=4d001f");
    assert_eq!(answered(&mode_0), (108, Profile::Baseline), "main in a mode that is not sent");
}

#[test]
fn h264_without_a_mode_is_tried_where_there_is_nothing_else() {
    let silent = CHROMIUM.replace("packetization-mode=1;", "").replace("packetization-mode=0;", "");
    assert_eq!(accepted(&silent).0.codec, Some(VideoCodec::Vp9), "VP9 is sure to be taken");
    let no_vp9 = silent.replace(" VP9/90000", " VP7/90000");
    assert_eq!(accepted(&no_vp9).0.codec, Some(VideoCodec::Vp8), "and so is VP8");
    let alone = no_vp(&silent);
    let (joined, _) = accepted(&alone);
    assert_eq!(joined.codec, Some(VideoCodec::H264));
    assert!(
        has(&joined.answer, "a=fmtp:116 level-asymmetry-allowed=1;profile-level-id=4d001f"),
        "as it was offered: {}",
        joined.answer
    );
    let bare: String = alone.split_inclusive('\n').filter(|line| !line.contains("profile-level-id")).collect();
    assert_eq!(accepted(&bare).0.codec, Some(VideoCodec::H264), "a player that writes no parameters at all");
    let mixed = CHROMIUM.replace("a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;", "a=fmtp:116 ");
    assert_eq!(accepted(&mixed).1.video.expect("a picture").pt, 108, "what says its mode goes before what does not");
}

#[test]
fn av1_is_answered_for_screens_beside_the_codec_of_everything_and_never_alone() {
    const ALL: [VideoCodec; 4] = [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Vp8, VideoCodec::Av1];
    for (offer, codec, pt, formats) in [
        (CHROMIUM, VideoCodec::H264, 45, "m=video 9 UDP/TLS/RTP/SAVPF 116 117 45 46"),
        (FIREFOX, VideoCodec::Vp9, 99, "m=video 9 UDP/TLS/RTP/SAVPF 121 125 99 100"),
    ] {
        let (joined, negotiated) = join_where(&ALL, offer).expect("it offers all");
        assert_eq!(joined.codec, Some(codec), "that is what it is sent but for screens");
        let screens = negotiated.video.expect("a picture").screens.expect("it offers AV1");
        assert_eq!((screens.codec, screens.pt), (VideoCodec::Av1, pt));
        let rtx = format!("a=fmtp:{} apt={pt}", screens.rtx_pt.expect("repairs"));
        for line in [formats, &format!("a=rtpmap:{pt} AV1/90000"), &rtx, &format!("a=rtcp-fb:{pt} nack pli")] {
            assert!(has(&joined.answer, line), "{line} is missing in\n{}", joined.answer);
        }
        assert_eq!(joined.answer.matches("a=ssrc-group:FID").count(), 1, "one stream of packets");
    }
    let (joined, negotiated) = join_where(&CODECS, CHROMIUM).expect("it offers all");
    assert!(negotiated.video.expect("a picture").screens.is_none() && !joined.answer.contains("AV1"), "there is none");
    let other = CHROMIUM.replace("rtcp-fb:45 transport-cc", "rtcp-fb:45 x");
    let (_, negotiated) = join_where(&ALL, &other).expect("it offers the others");
    assert!(negotiated.video.expect("a picture").screens.is_none(), "they share one line's feedback, or are not mixed");
    assert!(is_no_media(
        join_where(&[VideoCodec::Av1], CHROMIUM.replace("opus/48000/2", "speex/48000/2").as_str()).err()
    ));
}
