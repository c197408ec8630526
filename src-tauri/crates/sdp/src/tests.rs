//! What of real offers is read, what offers without something are told, and what there may not be too much of.

use super::*;
use proptest::prelude::*;

const CHROMIUM: &str = include_str!("../../forward/tests/offers/chromium-156.sdp");
const FIREFOX: &str = include_str!("../../forward/tests/offers/firefox-153.sdp");

fn refusal(text: &str) -> String {
    Offer::parse(text).expect_err("it is no offer").0.message
}

#[test]
fn what_browsers_offer_is_read() {
    let offer = Offer::parse(CHROMIUM).expect("a browser's");
    assert_eq!((offer.transport.ice_ufrag.as_str(), offer.bundles[0].len(), offer.media.len()), ("rb05", 2, 2));
    let video = &offer.media[0];
    assert_eq!((video.kind.as_str(), video.mid.as_str(), video.wanted, video.rtcp_mux), ("video", "0", true, true));
    let numbers: Vec<u8> = video.payload_types.iter().map(|payload_type| payload_type.number).collect();
    assert_eq!(&numbers[..6], [96, 97, 98, 99, 100, 101], "in the m-line's order");
    let h264 = video.payload_types.iter().find(|payload_type| payload_type.number == 108).expect("it is listed");
    assert_eq!(h264.parameter("packetization-mode"), Some("1"));
    assert_eq!(h264.parameter("profile-level-id"), Some("42e01f"));
    let all = Feedback { nack: true, pli: true, fir: true, remb: true, transport_cc: true };
    assert_eq!(h264.feedback, all);
    assert_eq!(video.extmap.len(), 11);
    let firefox = Offer::parse(FIREFOX).expect("a browser's");
    assert!(firefox.media.iter().any(|m| m.bundle_only && !m.has_port), "its sound goes along with the picture");
}

#[test]
fn a_payload_type_that_the_m_line_does_not_list_is_none() {
    let offer = CHROMIUM.replace("m=video 9 UDP/TLS/RTP/SAVPF 96 ", "m=video 9 UDP/TLS/RTP/SAVPF ");
    let offer = Offer::parse(&offer).expect("the others are there");
    assert!(offer.media[0].payload_types.iter().all(|payload_type| payload_type.number != 96));
}

#[test]
fn attributes_are_found_in_whatever_order_they_stand() {
    let section = "m=video 9 UDP/TLS/RTP/SAVPF 100 99\r\na=rtcp-fb:99 nack\r\na=fmtp:99 APT=100; x\r\na=rtcp-fb:* ccm fir\r\n\
        a=rtpmap:99 rtx/90000\r\na=rtpmap:100 VP8/90000\r\na=fmtp:99 apt=7\r\na=rtpmap:99 VP8/90000\r\n";
    let first = CHROMIUM.find("m=video").expect("it has one");
    let transport = "a=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:sha-256 E6:E9:39:B6:54:A3:D4:3E:8F:87:5E:07:AD:27:DD:CA:9D:EF:41:1A:0A:3A:58:F7:28:E9:A8:57:35:52:9F:CC\r\n";
    let offer = Offer::parse(&[&CHROMIUM[..first], transport, section].concat()).expect("it has all an offer needs");
    let [vp8, rtx] = &offer.media[0].payload_types[..] else { panic!("there are two: {offer:?}") };
    assert_eq!((vp8.number, &*vp8.encoding, rtx.number, &*rtx.encoding), (100, "VP8/90000", 99, "rtx/90000"));
    assert_eq!(rtx.parameter("apt"), Some("100"), "the first counts");
    assert_eq!(rtx.fmtp.len(), 2);
    assert!(rtx.feedback.nack && rtx.feedback.fir && !vp8.feedback.nack && vp8.feedback.fir);
    assert_eq!(rtx.parameter("x"), None);
}

#[test]
fn what_editors_and_scripts_leave_behind_means_nothing() {
    let clean = Offer::parse(CHROMIUM).expect("a browser's");
    let blanks = CHROMIUM.replace("\r\n", " \t\r\n");
    let doubled = CHROMIUM.replace("UDP/TLS/RTP/SAVPF ", "UDP/TLS/RTP/SAVPF  ").replace("BUNDLE 0 1", "BUNDLE  0  1");
    let zeroes = format!("{CHROMIUM}\0\0");
    let counted = CHROMIUM.replace("m=video 9 ", "m=video 9/1 ");
    for text in [format!("\u{feff}{CHROMIUM}"), blanks, doubled, zeroes, counted, CHROMIUM.replace("\r\n", "\n")] {
        assert_eq!(Offer::parse(&text), Ok(clean.clone()), "{text:?}");
    }
    assert!(Offer::parse(&CHROMIUM.replace("a=mid:0", "a=mid:0\0")).is_err(), "a zero elsewhere is none of it");
    let parted = CHROMIUM.replace("packetization-mode=1", "packetization-mode = 1");
    let mode = |text: &str| {
        let offer = Offer::parse(text).expect("an offer");
        let h264 = offer.media[0]
            .payload_types
            .iter()
            .find(|of| of.number == 108)
            .map(|of| of.parameter("packetization-mode").map(str::to_owned));
        h264.flatten()
    };
    assert_eq!(mode(&parted), Some("1".to_owned()));
    assert!(Offer::parse(&format!("\u{feff}\u{feff}{CHROMIUM}")).is_err(), "one mark, before all else");
    assert!(Fragment::parse("\u{feff}a=ice-ufrag:abcd \r\na=ice-pwd:secret \r\na=mid:5 \r\n").is_ok());
}

#[test]
fn a_mid_is_as_long_as_a_packet_could_carry_it() {
    let named =
        |mid: &str| CHROMIUM.replace("a=mid:0", &format!("a=mid:{mid}")).replace("BUNDLE 0", &format!("BUNDLE {mid}"));
    let longest = "m".repeat(255);
    let offer = Offer::parse(&named(&longest)).expect("255 characters");
    assert_eq!((&offer.media[0].mid, offer.media[0].bundle, offer.media[1].bundle), (&longest, Some(0), Some(0)));
    assert!(refusal(&named(&"m".repeat(256))).contains("1 to 255"));
    assert_eq!(Fragment::parse(&format!("a=mid:{longest}\r\n")).expect("a fragment").mid.as_ref(), Some(&longest));
}

#[test]
fn each_m_line_has_its_group_and_its_transport() {
    let text = CHROMIUM.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 1\r\na=group:LS 0 1\r\na=group:BUNDLE 0");
    let sound = text.find("m=audio").expect("it has sound");
    let (picture, sound) = text.split_at(sound);
    let offer =
        Offer::parse(&[picture, &sound.replace("a=ice-ufrag:rb05", "a=ice-ufrag:other")].concat()).expect("two");
    assert_eq!(offer.media.iter().map(|m| m.bundle).collect::<Vec<_>>(), [Some(1), Some(0)]);
    assert_eq!((offer.transport_of(0).ice_ufrag.as_str(), offer.transport_of(1).ice_ufrag.as_str()), ("rb05", "other"));
    let without: String = sound.split_inclusive('\n').filter(|line| !line.starts_with("a=ice-pwd")).collect();
    let offer = Offer::parse(&[picture, &without.replace("rb05", "half")].concat()).expect("two");
    assert_eq!(offer.transport_of(1).ice_ufrag, "rb05", "half of what it takes is nothing");
    let none = Offer::parse(&CHROMIUM.replace("a=group:BUNDLE 0 1\r\n", "")).expect("two alone");
    assert!(none.bundles.is_empty() && none.media.iter().all(|m| m.bundle.is_none()));
}

#[test]
fn too_much_of_anything_is_named() {
    for worst::TooMuch { what, text } in worst::too_much() {
        let refused = refusal(&text);
        assert!(refused.contains(what), "{refused} for {what}");
    }
}

#[test]
fn as_much_as_may_be_is_read() {
    for text in worst::just_allowed() {
        let read = Offer::parse(&text);
        assert!(read.is_ok() && text.len() <= limits::MAX_LEN, "{read:?} of {} bytes: {:.80}", text.len(), text);
    }
}

#[test]
fn what_is_kept_of_an_offer_is_bounded() {
    for text in worst::just_allowed() {
        let offer = Offer::parse(&text).expect("as much as may be");
        let listed: usize = offer.media.iter().map(|m| m.payload_types.len()).sum();
        assert!(offer.media.len() <= limits::MAX_MEDIA && listed <= limits::MAX_MEDIA * 96);
    }
}

#[test]
fn of_several_certificates_each_has_its_fingerprint() {
    let [one, two] = ["00", "11"].map(|byte| [byte; 32].join(":"));
    let told = |lines: &str| {
        let text: String = CHROMIUM.split_inclusive('\n').filter(|line| !line.starts_with("a=fingerprint")).collect();
        let offer = Offer::parse(&text.replace("a=group:BUNDLE 0 1\r\n", &format!("a=group:BUNDLE 0 1\r\n{lines}")));
        offer.map(|offer| offer.transport_of(1).fingerprint)
    };
    let both =
        |hash, digests: &[u8]| Ok(Fingerprint { hash, digests: digests.iter().map(|byte| vec![*byte; 32]).collect() });
    let of = |hash: &str, digest: &str| format!("a=fingerprint:{hash} {digest}\r\n");
    assert_eq!(
        told(&(of("sha-256", &one) + &of("SHA-256", &two) + &of("sha-256", &one))),
        both(Hash::Sha256, &[0, 0x11])
    );
    let long = [one.as_str(), &one].join(":");
    assert_eq!(
        told(&(of("sha-1", "00:11") + &of("sha-256", &two) + &of("sha-512", &long))),
        both(Hash::Sha256, &[0x11])
    );
    assert!(told(&(of("sha-256", &one) + "a=fingerprint:sha-256 xx\r\n")).is_err(), "a broken one beside it");
    // As browsers write it: with each m-line.
    let own =
        CHROMIUM.replacen("a=fingerprint:sha-256 E6", &format!("{}a=fingerprint:sha-256 E6", of("sha-256", &one)), 1);
    let offer = Offer::parse(&own).expect("an offer");
    assert_eq!([0, 1].map(|at| offer.transport_of(at).fingerprint.digests.len()), [2, 1]);
}

#[test]
fn what_every_offer_has_is_demanded() {
    let without =
        |what: &str| -> String { CHROMIUM.split_inclusive('\n').filter(|line| !line.starts_with(what)).collect() };
    for (missing, told) in [
        ("v=", "v=0"),
        ("a=ice-ufrag", "ICE user name"),
        ("a=ice-pwd", "ICE password"),
        ("a=fingerprint", "DTLS fingerprint"),
    ] {
        let refused = refusal(&without(missing));
        assert!(refused.contains(told), "{refused} without {missing}");
    }
    let changed = |from: &str, to: &str| refusal(&CHROMIUM.replace(from, to));
    assert!(changed("a=setup:actpass", "a=setup:passive").contains("DTLS server"));
    assert!(changed("a=group:BUNDLE 0 1", "a=ice-lite").contains("ICE-lite"), "both would wait for ever");
    for digest in ["sha-256 E6E6:", "sha-256 E6:E6:E6:", "sha-256 ", "sha-512 E6:", "sha-256 +6:"] {
        assert!(changed("sha-256 E6:", digest).contains("fingerprint is broken"), "{digest}");
    }
    assert!(changed("a=mid:1", "a=mid:0").contains("same mid"));
    assert!(changed("a=mid:1", "a=mid:").contains("no token"));
    assert!(changed("m=audio 9", "m=audio 99999").contains("broken"));
    assert!(refusal(&CHROMIUM.replace("a=fmtp:111 ", "a=fmtp:111 x\r=y;")).contains("form"), "a lone carriage return");
}

#[test]
fn fragments_trickle_or_restart() {
    let trickle = "a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:5\r\na=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\na=end-of-candidates\r\n";
    let fragment = Fragment::parse(trickle).expect("a fragment");
    assert_eq!((fragment.ice, fragment.mid.as_deref()), (Some(("abcd".into(), "secret".into())), Some("5")));
    for broken in ["", "hello", "v=0\r\n", "a=ice-ufrag:x\r\n", "a=mid:\r\n"] {
        assert!(Fragment::parse(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn the_worst_fragments_are_read_or_refused_by_their_bounds() {
    let read: Vec<bool> = worst::fragments().iter().map(|text| Fragment::parse(text).is_ok()).collect();
    assert_eq!(read, [true, true, true, false, false, false, false, false, false]);
}

proptest! {
    #[test]
    fn noise_is_refused_without_harm(text in "\\PC{0,400}") {
        let _ = Offer::parse(&text);
        let _ = Fragment::parse(&text);
    }

    #[test]
    fn whatever_lines_an_offer_has_it_is_read_or_refused(
        lines in proptest::collection::vec("[a-z]=(rtpmap|fmtp|rtcp-fb|extmap|mid|group|fingerprint|candidate|ssrc):[0-9 a-zA-Z:/;=*-]{0,30}", 0..80)
    ) {
        let text = format!("{CHROMIUM}{}\r\n", lines.join("\r\n"));
        let _ = Fragment::parse(&text);
        if let Ok(offer) = Offer::parse(&text) {
            prop_assert!(offer.media.iter().all(|m| m.payload_types.iter().all(|pt| !pt.encoding.is_empty())));
        }
    }
}
