//! Offers that are none.

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
