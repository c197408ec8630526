//! What a bridge is asked, in the JSON of Colibri2. The names are Jitsi's own (jitsi-xmpp-extensions, `colibri2`): ids of payload types are strings
//! there, those of header extensions numbers.

use super::says::Transport;
use crate::answer::name;
use crate::peer::{FEEDBACK, H264, OPUS};
use crate::uplink::Ssrcs;
use protocol::ViewerId;
use serde_json::{Value, json};
use stream::Rid;

/// Who we are in the conference.
pub(super) const OURS: &str = "skylark";

/// A lost packet, sent again to a viewer (RFC 4588). It is what the bridge takes for a sign that it may look at what a viewer's path carries.
pub(super) const RTX: u8 = 103;

/// Numbers packets for the feedback by which the bridge estimates a path.
pub(super) const TRANSPORT_CC: (u8, &str) =
    (5, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");

/// The longest name of a conference, characters.
const LONGEST_NAME: usize = 200;

/// The number by which a layer's lost packets go to viewers. Nothing of ours is sent by it.
pub(super) fn rtx(ssrc: u32) -> u32 {
    ssrc ^ 1 << 31
}

/// How our picture is called there.
pub(super) fn picture() -> String {
    format!("{OURS}-v0")
}

/// How a viewer is called there.
pub(super) fn endpoint(viewer: ViewerId) -> String {
    format!("{:08x}", viewer.0)
}

/// A conference, and us in it. We offer, so that ICE is controlled by us.
pub(super) fn create(meeting: &str, room: &str) -> Value {
    json!({ "meeting-id": meeting, "name": jid(room), "create": true, "endpoints": [{
        "id": OURS, "create": true, "capabilities": capabilities(), "transport": { "ice-controlling": false },
        "medias": [medium("audio", vec![opus(&[])], &[]), medium("video", vec![h264(&[])], &[])],
    }] })
}

/// Where we are, and what we send.
pub(super) fn publish(ours: &Transport, ssrcs: &Ssrcs) -> Value {
    let (sound, picture) = (format!("{OURS}-a0"), picture());
    // The bridge numbers layers from the smallest on.
    let layers = Rid::ALL.map(|rid| ssrcs.layer(rid));
    let all = layers.into_iter().chain(layers.map(rtx));
    let group = |semantics: &str, sources: &[u32]| json!({ "semantics": semantics, "sources": sources });
    let mut groups = vec![group("SIM", &layers)];
    groups.extend(layers.map(|ssrc| group("FID", &[ssrc, rtx(ssrc)])));
    one(json!({ "id": OURS, "transport": transport(ours), "sources": [
        { "type": "audio", "id": sound, "sources": [{ "ssrc": ssrcs.sound, "name": sound }] },
        {
            "type": "video", "id": picture, "ssrc-groups": groups,
            "sources": all.map(|ssrc| json!({ "ssrc": ssrc, "name": picture })).collect::<Vec<Value>>(),
        },
    ] }))
}

/// Somebody who watches, and whom nobody else there is told of.
pub(super) fn admit(viewer: ViewerId) -> Value {
    let repairs = json!({ "id": RTX.to_string(), "name": "rtx", "clockrate": "90000", "parameters": { "apt": H264.0.to_string() } });
    let (id, uri) = TRANSPORT_CC;
    let numbered = [json!({ "id": id, "uri": uri })];
    let asks = ["transport-cc"];
    one(json!({
        "id": endpoint(viewer), "create": true, "muc-role": "visitor", "capabilities": capabilities(),
        "transport": { "ice-controlling": true },
        "medias": [
            medium("audio", vec![opus(&asks)], &numbered),
            medium("video", vec![h264(&asks), repairs], &numbered),
        ],
    }))
}

/// Where a viewer is.
pub(super) fn answer(viewer: ViewerId, theirs: &Transport) -> Value {
    one(json!({ "id": endpoint(viewer), "transport": transport(theirs) }))
}

/// A viewer is sent nothing more.
pub(super) fn remove(viewer: ViewerId) -> Value {
    one(json!({ "id": endpoint(viewer), "expire": true }))
}

/// The conference is over.
pub(super) fn end() -> Value {
    json!({ "expire": true })
}

fn one(endpoint: Value) -> Value {
    json!({ "endpoints": [endpoint] })
}

/// Without the first a bridge refuses; by the second it names its addresses in private networks, too.
fn capabilities() -> [&'static str; 2] {
    ["source-names", "private-address-connectivity"]
}

/// A name in the shape of a room's in XMPP, which is what a bridge takes, without what may not stand in one (RFC 7622 section 3.3.1).
fn jid(room: &str) -> String {
    let may = |c: char| if c.is_ascii_alphanumeric() || "-._~!$()*+,;=%".contains(c) { c } else { '-' };
    format!("{}@skylark", room.chars().map(may).take(LONGEST_NAME).collect::<String>())
}

fn medium(kind: &str, payload_types: Vec<Value>, extensions: &[Value]) -> Value {
    json!({ "type": kind, "payload-types": payload_types, "rtp-hdrexts": extensions })
}

fn opus(asks: &[&str]) -> Value {
    let (id, format) = OPUS;
    json!({
        "id": id.to_string(), "name": "opus", "clockrate": "48000", "channels": "2", "parameters": parameters(format),
        "rtcp-fbs": feedback(asks.iter().map(|ask| (*ask, ""))),
    })
}

fn h264(asks: &[&str]) -> Value {
    let (id, format) = H264;
    json!({
        "id": id.to_string(), "name": "H264", "clockrate": "90000", "parameters": parameters(format),
        "rtcp-fbs": feedback(FEEDBACK.into_iter().chain(asks.iter().map(|ask| (*ask, "")))),
    })
}

fn feedback<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    let of = |(kind, subtype): (&str, &str)| match subtype {
        "" => json!({ "type": kind }),
        _ => json!({ "type": kind, "subtype": subtype }),
    };
    all.map(of).collect()
}

/// As they stand in SDP.
fn parameters(format: &str) -> Value {
    let pairs = format.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()
}

fn transport(of: &Transport) -> Value {
    let Transport { ufrag, password, hash, fingerprint, setup, .. } = of;
    json!({ "transport": {
        "xmlns": "urn:xmpp:jingle:transports:ice-udp:1", "ufrag": ufrag, "pwd": password, "rtcp-mux": true,
        "fingerprints": [{ "hash": hash, "fingerprint": fingerprint, "setup": setup }],
    } })
}

/// All layers by their names in SDP, the best first.
pub(super) fn rids() -> [&'static str; 3] {
    let [q, h, f] = Rid::ALL.map(name);
    [f, h, q]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Transport {
        Transport {
            ufrag: "u".into(),
            password: "p".into(),
            hash: "sha-256".into(),
            fingerprint: "AA:BB".into(),
            setup: "passive".into(),
            candidates: Vec::new(),
        }
    }

    #[test]
    fn layers_are_numbered_from_the_smallest_on_and_each_has_a_number_for_what_is_sent_again() {
        let ssrcs = Ssrcs::fresh();
        let asked = publish(&place(), &ssrcs);
        let picture = &asked["endpoints"][0]["sources"][1];
        let layers = [Rid::Q, Rid::H, Rid::F].map(|rid| ssrcs.layer(rid));
        assert_eq!(picture["ssrc-groups"][0], json!({ "semantics": "SIM", "sources": layers }));
        let all: Vec<u64> =
            picture["sources"].as_array().unwrap().iter().filter_map(|of| of["ssrc"].as_u64()).collect();
        assert_eq!((all.len(), &all[..3]), (6, &layers.map(u64::from)[..]));
        assert!(all[3..].iter().all(|rtx| !all[..3].contains(rtx) && *rtx != u64::from(ssrcs.sound)));
        for (at, layer) in layers.into_iter().enumerate() {
            let group = json!({ "semantics": "FID", "sources": [layer, rtx(layer)] });
            assert_eq!(picture["ssrc-groups"][at + 1], group);
        }
    }

    #[test]
    fn who_watches_is_a_visitor_by_a_number_and_sends_nothing() {
        let asked = admit(ViewerId(255));
        let endpoint = &asked["endpoints"][0];
        assert_eq!((&endpoint["id"], &endpoint["muc-role"]), (&json!("000000ff"), &json!("visitor")));
        assert!(endpoint["sources"].is_null(), "a bridge refuses them of visitors");
        let video = &endpoint["medias"][1]["payload-types"];
        assert_eq!((&video[0]["id"], &video[1]["parameters"]["apt"]), (&json!("102"), &json!("102")));
        let asks = video[0]["rtcp-fbs"].as_array().unwrap();
        assert!(asks.contains(&json!({ "type": "transport-cc" })), "{asks:?}");
        assert!(asks.contains(&json!({ "type": "nack", "subtype": "pli" })), "{asks:?}");
    }

    #[test]
    fn a_name_is_one_that_a_room_may_have() {
        for (room, name) in [("lobby", "lobby@skylark"), ("a/b@c ü", "a-b-c--@skylark"), ("it%20s", "it%20s@skylark")]
        {
            assert_eq!(create("id", room)["name"], json!(name));
        }
        assert_eq!(jid(&"x".repeat(3000)).len(), LONGEST_NAME + "@skylark".len());
    }
}
