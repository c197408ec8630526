//! SDP in the bridge's name, which has none of its own: its answer to us, and what a viewer is offered.

use super::colibri::{RTX, TRANSPORT_CC, rids, rtx};
use super::says::Transport;
use crate::peer::{FEEDBACK, H264, OPUS};
use crate::uplink::Ssrcs;
use stream::Rid;

/// What stands before the media. All are on one connection (RFC 9143).
fn head(mids: &[&str]) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n", mids.join(" "))
}

/// What of a medium is the same for all.
fn medium(kind: &str, formats: &str, mid: &str, bridge: &Transport, setup: &str) -> String {
    let Transport { ufrag, password, hash, fingerprint, candidates, .. } = bridge;
    let mut text = format!(
        "m={kind} 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=rtcp-mux\r\na=ice-ufrag:{ufrag}\r\n\
         a=ice-pwd:{password}\r\na=fingerprint:{hash} {fingerprint}\r\na=setup:{setup}\r\n"
    );
    candidates.iter().for_each(|candidate| text += &format!("a={candidate}\r\n"));
    text + "a=end-of-candidates\r\n"
}

fn opus() -> String {
    let (id, format) = OPUS;
    format!("a=rtpmap:{id} opus/48000/2\r\na=fmtp:{id} {format}\r\n")
}

fn h264() -> String {
    let (id, format) = H264;
    let asks =
        FEEDBACK.map(|(kind, subtype)| format!("a=rtcp-fb:{id} {kind} {subtype}").trim_end().to_owned() + "\r\n");
    format!("a=rtpmap:{id} H264/90000\r\na=fmtp:{id} {format}\r\n{}", asks.concat())
}

/// The answer to our offer: three layers of H.264. The bridge begins with DTLS, because its own (BouncyCastle) refuses who begins without
/// renegotiation info (RFC 5746). None: the offer is not one of ours.
pub(super) fn answer(offer: &str, bridge: &Transport) -> Option<String> {
    let mids: Vec<&str> = offer.lines().filter_map(|line| line.strip_prefix("a=mid:")).map(str::trim).collect();
    let kinds: Vec<&str> = offer.lines().filter_map(|line| line.strip_prefix("m=")?.split(' ').next()).collect();
    let mut text = head(&mids);
    if mids.len() != kinds.len() || !kinds.contains(&"video") {
        return None;
    }
    for (kind, mid) in kinds.into_iter().zip(&mids) {
        let (id, codec) = if kind == "video" { (H264.0, h264()) } else { (OPUS.0, opus()) };
        text += &medium(kind, &id.to_string(), mid, bridge, "active");
        text += &codec;
        text += "a=recvonly\r\n";
        if kind == "video" {
            text += &rids().map(|rid| format!("a=rid:{rid} recv\r\n")).concat();
            text += &format!("a=simulcast:recv {}\r\n", rids().join(";"));
        }
    }
    Some(text)
}

/// What a viewer is offered. The bridge sends each layer by the number of the smallest.
pub(super) fn offer(bridge: &Transport, ssrcs: &Ssrcs) -> String {
    let (number, uri) = TRANSPORT_CC;
    let sent = |kind: &str, id: u8, ssrcs: &[u32]| {
        let sources: String = ssrcs.iter().map(|ssrc| format!("a=ssrc:{ssrc} cname:skylark\r\n")).collect();
        format!(
            "a=sendonly\r\na=msid:skylark {kind}\r\na=extmap:{number} {uri}\r\na=rtcp-fb:{id} transport-cc\r\n{sources}"
        )
    };
    let (sound, picture) = (ssrcs.sound, ssrcs.layer(Rid::Q));
    let (opus_id, h264_id) = (OPUS.0, H264.0);
    let audio = medium("audio", &opus_id.to_string(), "0", bridge, "actpass") + &opus();
    let video = medium("video", &format!("{h264_id} {RTX}"), "1", bridge, "actpass") + &h264();
    let repairs = format!(
        "a=rtpmap:{RTX} rtx/90000\r\na=fmtp:{RTX} apt={h264_id}\r\na=ssrc-group:FID {picture} {}\r\n",
        rtx(picture)
    );
    head(&["0", "1"])
        + &audio
        + &sent("audio", opus_id, &[sound])
        + &video
        + &repairs
        + &sent("video", h264_id, &[picture, rtx(picture)])
}

#[cfg(test)]
mod tests {
    use super::super::says::tests::made;
    use super::super::says::{placeless, transport_of};
    use super::*;
    use crate::answer;
    use crate::peer::Peer;
    use stream::{Profile, VideoCodec};

    fn bridge() -> Transport {
        transport_of("x", &made("x")).expect("it is whole")
    }

    #[tokio::test]
    async fn our_own_connection_takes_the_answer_to_its_offer_in_three_layers() {
        let peer = Peer::new(std::net::Ipv4Addr::LOCALHOST.into(), |_| ()).await.expect("there is room for one");
        let ours = placeless(peer.offer()).expect("it is whole");
        assert_eq!(ours.setup, "actpass");
        let mut bridge = bridge();
        bridge.fingerprint = ours.fingerprint;
        let sdp = answer(peer.offer(), &bridge).expect("it is an offer of ours");
        let taken = answer::read(&sdp).expect("it takes the picture");
        assert_eq!((taken.codec, taken.profile, taken.payload_type), (VideoCodec::H264, Profile::Baseline, H264.0));
        assert_eq!((taken.layers, taken.simulcast, taken.sound), (Rid::ALL.to_vec(), true, Some(OPUS.0)));
        peer.answered(&sdp, Vec::new()).await.expect("it is an answer");
        peer.close().await;
    }

    #[test]
    fn what_is_no_offer_has_no_answer() {
        for offer in ["", "v=0\r\nm=audio 9 X 111\r\na=mid:0\r\n", "v=0\r\nm=video 9 X 111\r\n"] {
            assert_eq!(answer(offer, &bridge()), None, "{offer}");
        }
    }

    #[test]
    fn a_viewer_is_offered_the_number_by_which_the_bridge_sends_each_layer() {
        let ssrcs = Ssrcs::fresh();
        let sdp = offer(&bridge(), &ssrcs);
        let q = ssrcs.layer(Rid::Q);
        for line in [
            "a=group:BUNDLE 0 1".to_owned(),
            format!("a=ssrc-group:FID {q} {}", rtx(q)),
            format!("a=ssrc:{q} cname:skylark"),
            format!("a=ssrc:{} cname:skylark", ssrcs.sound),
            "a=setup:actpass".to_owned(),
            "a=rtcp-fb:102 nack".to_owned(),
            "a=rtcp-fb:102 nack pli".to_owned(),
        ] {
            assert!(sdp.lines().any(|of| of == line), "{line}\n{sdp}");
        }
        assert_eq!(sdp.matches("a=sendonly").count(), 2);
        assert!(!sdp.contains(&ssrcs.layer(Rid::F).to_string()), "{sdp}");
    }
}
