//! What a LiveKit says on its signalling connection, as far as it is listened to. It is JSON as protobuf is written in it (values that are
//! zero are left out), and may be anything.

use serde_json::Value;
use stream::Rid;

/// The longest of the names and numbers that it gives, bytes: they are sent back to it.
const LONGEST_NAME: usize = 128;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// The answer to our offer: SDP without candidates.
    Answer(String),
    /// An offer to a viewer: SDP without candidates, by this number.
    Offer { sdp: String, id: u64 },
    /// A way to it, of the connection that is named (none: there are no more).
    Candidate { of: Connection, candidate: Option<String>, last: bool },
    /// What we announced has this name of its own: the picture, or else the sound.
    Published { is_picture: bool, track: String },
    /// Of a track these layers are watched by somebody.
    Wanted { track: String, layers: Vec<Rid> },
    /// It is over, or to be begun anew.
    Leave(Leave),
    /// It is there.
    Pong,
    /// What is of no interest here.
    Other,
}

/// One of the two connections that a client of LiveKit may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Publisher,
    Subscriber,
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Somebody of the same name came.
    Replaced,
    /// Anything else: it is tried again, whatever the server thinks of that.
    Ended,
}

/// Reads a message.
pub(super) fn read(message: &Value) -> Says {
    let is = |name: &str| message.get(name).filter(|value| value.is_object());
    if let Some(sdp) = is("answer").and_then(|answer| answer["sdp"].as_str()) {
        return Says::Answer(sdp.to_owned());
    }
    if let Some(offer) = is("offer")
        && let Some(sdp) = offer["sdp"].as_str()
    {
        return Says::Offer { sdp: sdp.to_owned(), id: offer["id"].as_u64().unwrap_or_default() };
    }
    if let Some(trickle) = is("trickle") {
        return candidate(trickle);
    }
    if let Some(published) = is("trackPublished") {
        let is_picture = published["track"]["type"] == "VIDEO";
        return name(&published["track"]["sid"]).map_or(Says::Other, |track| Says::Published { is_picture, track });
    }
    if let Some(update) = is("subscribedQualityUpdate") {
        return name(&update["trackSid"]).map_or(Says::Other, |track| Says::Wanted { track, layers: wanted(update) });
    }
    if let Some(leave) = is("leave") {
        let replaced = leave["reason"] == "DUPLICATE_IDENTITY";
        return Says::Leave(if replaced { Leave::Replaced } else { Leave::Ended });
    }
    if is("pongResp").is_some() {
        return Says::Pong;
    }
    Says::Other
}

/// A name or number that may be sent back.
fn name(value: &Value) -> Option<String> {
    value.as_str().filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME).map(str::to_owned)
}

/// The candidate is JSON in JSON, as browsers have it.
fn candidate(trickle: &Value) -> Says {
    let of = if trickle["target"] == "SUBSCRIBER" { Connection::Subscriber } else { Connection::Publisher };
    let text = trickle["candidateInit"].as_str().unwrap_or_default();
    let init: Value = serde_json::from_str(text).unwrap_or_default();
    let candidate = init["candidate"].as_str().filter(|line| is_candidate(line)).map(str::to_owned);
    Says::Candidate { of, candidate, last: trickle["final"] == true }
}

/// It fits into a line of SDP, and is one.
fn is_candidate(line: &str) -> bool {
    line.starts_with("candidate:") && line.len() <= LONGEST_NAME * 4 && !line.contains(|c: char| c.is_control())
}

/// The layers that are watched, of the codec that is sent: it is the only one, or the first.
fn wanted(update: &Value) -> Vec<Rid> {
    let of_codec = update["subscribedCodecs"].get(0).map(|codec| &codec["qualities"]);
    let Some(qualities) = of_codec.unwrap_or(&update["subscribedQualities"]).as_array() else { return Vec::new() };
    let enabled = |quality: &&Value| quality["enabled"] == true;
    let watched: Vec<Rid> = qualities.iter().filter(enabled).filter_map(layer).collect();
    Rid::ALL.into_iter().filter(|rid| watched.contains(rid)).collect()
}

/// Its own words for layers. The smallest is its zero, which is left out.
fn layer(quality: &Value) -> Option<Rid> {
    match quality.get("quality").map_or(Some("LOW"), Value::as_str)? {
        "LOW" => Some(Rid::Q),
        "MEDIUM" => Some(Rid::H),
        "HIGH" => Some(Rid::F),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn layers_that_are_watched_are_read_and_zero_is_left_out() {
        let update = |codecs: Value, qualities: Value| {
            read(
                &json!({ "subscribedQualityUpdate": { "trackSid": "TR_1", "subscribedCodecs": codecs, "subscribedQualities": qualities } }),
            )
        };
        let all = json!([{ "enabled": true }, { "quality": "MEDIUM", "enabled": true }, { "quality": "HIGH", "enabled": true }]);
        let low = json!([{ "enabled": true }, { "quality": "MEDIUM" }, { "quality": "HIGH" }]);
        let none = json!([{}, { "quality": "MEDIUM" }, { "quality": "HIGH", "enabled": false }]);
        let wanted = |layers: &[Rid]| Says::Wanted { track: "TR_1".into(), layers: layers.to_vec() };
        assert_eq!(update(json!([{ "codec": "h264", "qualities": all }]), low.clone()), wanted(&Rid::ALL));
        assert_eq!(update(json!([]), low.clone()), wanted(&[Rid::Q]));
        assert_eq!(update(json!([{ "codec": "h264", "qualities": none }]), low), wanted(&[]));
        assert_eq!(update(Value::Null, json!([{ "quality": "OFF", "enabled": true }, 3, "HIGH"])), wanted(&[]));
    }

    #[test]
    fn candidates_are_read_for_the_connection_that_they_are_of() {
        let init = |text: &str| json!({ "candidate": text, "sdpMid": "0" }).to_string();
        let line = "candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host";
        let of = |trickle: Value| read(&json!({ "trickle": trickle }));
        let expected = |of, last| Says::Candidate { of, candidate: Some(line.to_owned()), last };
        assert_eq!(of(json!({ "candidateInit": init(line) })), expected(Connection::Publisher, false));
        let last = json!({ "candidateInit": init(line), "target": "SUBSCRIBER", "final": true });
        assert_eq!(of(last), expected(Connection::Subscriber, true));
        for noise in
            [init("candidate:1\r\na=setup:active"), init("v=0"), init(""), "{".into(), init(&"candidate:".repeat(99))]
        {
            let read = of(json!({ "candidateInit": noise }));
            assert_eq!(read, Says::Candidate { of: Connection::Publisher, candidate: None, last: false }, "{noise}");
        }
    }

    #[test]
    fn what_is_over_is_told_from_what_is_of_no_interest() {
        for (message, says) in [
            (json!({ "leave": { "reason": "DUPLICATE_IDENTITY" } }), Says::Leave(Leave::Replaced)),
            (json!({ "leave": { "reason": "SERVER_SHUTDOWN", "action": "RECONNECT" } }), Says::Leave(Leave::Ended)),
            (json!({ "leave": {} }), Says::Leave(Leave::Ended)),
            (json!({ "pongResp": { "timestamp": "1" } }), Says::Pong),
            (json!({ "answer": { "type": "answer", "sdp": "v=0" } }), Says::Answer("v=0".into())),
            (json!({ "answer": {} }), Says::Other),
            (json!({ "offer": { "sdp": "v=0", "id": 2 } }), Says::Offer { sdp: "v=0".into(), id: 2 }),
            (json!({ "offer": { "id": 2 } }), Says::Other),
            (
                json!({ "trackPublished": { "track": { "sid": "TR_1" } } }),
                Says::Published { is_picture: false, track: "TR_1".into() },
            ),
            (
                json!({ "trackPublished": { "track": { "sid": "TR_2", "type": "VIDEO" } } }),
                Says::Published { is_picture: true, track: "TR_2".into() },
            ),
            (json!({ "trackPublished": { "track": { "sid": "x".repeat(200) } } }), Says::Other),
            (json!({ "refreshToken": "eyJ" }), Says::Other),
            (json!({ "leave": 3, "answer": [] }), Says::Other),
            (json!([]), Says::Other),
            (Value::Null, Says::Other),
        ] {
            assert_eq!(read(&message), says, "{message}");
        }
    }
}
