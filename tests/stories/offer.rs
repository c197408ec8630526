//! Offers that are none, and offers of which only a part can be answered.

use crate::support::{Browser, Skylark};

#[tokio::test]
async fn bad_offers_are_refused_and_disturb_nobody() {
    let skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let browser = Browser::new();
    let noise: Vec<u8> = (0..64 * 1024_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let offer = include_str!("support/offer.sdp");
    let data_only = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=fingerprint:sha-256 \
        AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD:AB:CD\r\na=ice-ufrag:abcd\r\n\
        a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
        c=IN IP4 0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\n";
    let cases: [(&str, &str, Vec<u8>, &[u16]); 8] = [
        ("nothing", "application/sdp", Vec::new(), &[400]),
        ("no SDP", "application/sdp", b"hello".to_vec(), &[400]),
        ("noise", "application/sdp", noise, &[400]),
        ("too much", "application/sdp", vec![b'a'; 200 << 10], &[413]),
        ("another type", "application/json", offer.into(), &[415]),
        ("half an offer", "application/sdp", offer[..offer.len() / 3].into(), &[400, 406]),
        ("data only", "application/sdp", data_only.into(), &[400, 406]),
        ("no fingerprint", "application/sdp", offer.replace("a=fingerprint", "a=nothing").into(), &[400]),
    ];
    for (what, content_type, body, statuses) in cases {
        let response = browser.post(&skylark.whep(), content_type, body).await;
        let status = response.status().as_u16();
        assert!(statuses.contains(&status), "{what}: {status} {}", response.text().await.unwrap_or_default());
    }
    let seen = viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false), "nobody else is disturbed");
    Browser::new().watch(&skylark.whep()).await.plays().await;
}

/// An offer as a player may write it that was not tried with many servers.
fn as_players_write(offer: &str) -> String {
    let blanks = offer.replace("\r\n", " \r\n");
    format!("\u{feff}{}", blanks.replace("opus/48000/2", "opus/48000"))
}

#[tokio::test]
async fn what_players_write_otherwise_than_browsers_plays() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch_with_offer(&skylark.whep(), |offer| as_players_write(&offer)).await;
    let joined = skylark.joined().await;
    assert_eq!(joined["rejected"], serde_json::json!([]), "all of it is sent");
    viewer.plays().await;
    assert!(viewer.answer.contains(" opus/48000\r\n"), "as it was offered: {}", viewer.answer);

    let longest = "m".repeat(255);
    let offer = include_str!("support/offer.sdp");
    let named = offer.replace("a=mid:0", &format!("a=mid:{longest}")).replace("BUNDLE 0", &format!("BUNDLE {longest}"));
    let response = Browser::new().post(&skylark.whep(), "application/sdp", named).await;
    assert_eq!(response.status(), 201);
    let answer = response.text().await.expect("SDP");
    assert!(answer.contains(&format!("a=group:BUNDLE {longest} 1\r\n")), "{answer}");
    let no_mode = offer.replace("packetization-mode=1;", "");
    let response = Browser::new().post(&skylark.whep(), "application/sdp", no_mode).await;
    assert_eq!(response.status(), 201, "H.264 that names no mode, and nothing else");
}

#[tokio::test]
async fn what_is_rejected_of_an_offer_is_told_and_the_rest_plays() {
    let mut skylark = Skylark::live().await;
    let alone = |offer: String| -> String {
        offer.split_inclusive('\n').filter(|line| !line.starts_with("a=group:BUNDLE")).collect()
    };
    let viewer = Browser::new().watch_with_offer(&skylark.whep(), alone).await;
    let rejected = skylark.joined().await["rejected"].clone();
    assert_eq!((rejected.as_array().map(Vec::len), &rejected[0]["media"]), (Some(1), &"audio".into()), "{rejected}");
    assert!(rejected[0]["reason"].as_str().is_some_and(|reason| reason.contains("BUNDLE")), "{rejected}");
    assert!(viewer.answer.contains("m=audio 0 ") && !viewer.answer.contains("a=group:"), "{}", viewer.answer);
    viewer.sees("the picture plays", |seen| seen.pictures.len() >= 30).await;

    let offer = include_str!("support/offer.sdp");
    let nothing = offer.replace("H264/90000", "AV1/90000").replace("opus/48000/2", "PCMU/8000");
    for (body, why) in [(nothing.as_str(), "it has no Opus"), ("v=0\r\n", "it has no DTLS fingerprint")] {
        let response = Browser::new().post(&skylark.whep(), "application/sdp", body.to_owned()).await;
        assert!(matches!(response.status().as_u16(), 400 | 406), "{body}");
        let failed = skylark.event("failed_join").await;
        assert_eq!(failed["address"], "127.0.0.1", "{failed}");
        assert!(failed["reason"].as_str().is_some_and(|reason| reason.contains(why)), "{failed}");
        assert!(failed["browser"].as_str().is_some_and(|browser| browser.starts_with("Firefox")), "{failed}");
    }
}
