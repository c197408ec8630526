//! What is said on the channel of an endpoint (`BridgeChannelMessage` of jitsi-videobridge): JSON, whose kind is its `colibriClass`. A bridge takes
//! no field that it does not know, and what it says itself may be anything.

use super::colibri;
use serde_json::{Value, json};

/// Taller than any picture, pixels: how large it may be is what the viewer's path says.
const TALLEST: u32 = 4320;

/// Asks whether it is there: it answers with a `ServerHello`.
pub(super) fn hello() -> Value {
    json!({ "colibriClass": "ClientHello" })
}

/// A viewer is to be sent our picture, in the size that its path carries. Until it hears this, a bridge sends none.
pub(super) fn wants() -> Value {
    let picture = colibri::picture();
    json!({
        "colibriClass": "ReceiverVideoConstraints", "lastN": 1, "onStageSources": [picture],
        "defaultConstraints": { "maxHeight": 0 }, "constraints": { picture: { "maxHeight": TALLEST } },
    })
}

/// What a bridge says that concerns us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Whether anybody there is to be sent our picture.
    Wanted(bool),
    /// Whether this viewer is sent it now.
    Forwards(bool),
    /// What this viewer's path carries, bits a second, as it estimates that.
    Estimates(u64),
    /// Anything else.
    Other,
}

/// None: it is no JSON.
pub(super) fn read(text: &str) -> Option<Says> {
    let message: Value = serde_json::from_str(text).ok()?;
    let picture = colibri::picture();
    let said = match message["colibriClass"].as_str() {
        Some("SenderSourceConstraints") if message["sourceName"] == picture => {
            message["maxHeight"].as_i64().map(|height| Says::Wanted(height != 0))
        }
        Some("ForwardedSources") => {
            message["forwardedSources"].as_array().map(|all| Says::Forwards(all.iter().any(|of| *of == picture)))
        }
        Some("ConnectionStats") => message["estimatedDownlinkBandwidth"].as_u64().map(Says::Estimates),
        _ => None,
    };
    Some(said.unwrap_or(Says::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_viewer_wants_is_our_picture_alone_however_tall() {
        let wants = json!({
            "colibriClass": "ReceiverVideoConstraints", "lastN": 1, "onStageSources": ["skylark-v0"],
            "defaultConstraints": { "maxHeight": 0 }, "constraints": { "skylark-v0": { "maxHeight": 4320 } },
        });
        assert_eq!(super::wants(), wants);
    }

    #[test]
    fn what_a_bridge_says_is_read_and_what_does_not_concern_us_is_something_else() {
        for (text, said) in [
            // As `BridgeChannelMessage.kt` writes them.
            (r#"{"colibriClass":"ServerHello"}"#, Some(Says::Other)),
            (r#"{"colibriClass":"ServerHello","version":"2.3"}"#, Some(Says::Other)),
            (
                r#"{"colibriClass":"SenderSourceConstraints", "sourceName":"skylark-v0", "maxHeight":4320}"#,
                Some(Says::Wanted(true)),
            ),
            (
                r#"{"colibriClass":"SenderSourceConstraints", "sourceName":"skylark-v0", "maxHeight":-1}"#,
                Some(Says::Wanted(true)),
            ),
            (
                r#"{"colibriClass":"SenderSourceConstraints", "sourceName":"skylark-v0", "maxHeight":0}"#,
                Some(Says::Wanted(false)),
            ),
            (
                r#"{"colibriClass":"SenderSourceConstraints", "sourceName":"other-v0", "maxHeight":0}"#,
                Some(Says::Other),
            ),
            (
                r#"{"colibriClass":"SenderSourceConstraints", "sourceName":"skylark-v0", "maxHeight":"no"}"#,
                Some(Says::Other),
            ),
            (r#"{"colibriClass":"ForwardedSources","forwardedSources":["skylark-v0"]}"#, Some(Says::Forwards(true))),
            (r#"{"colibriClass":"ForwardedSources","forwardedSources":[]}"#, Some(Says::Forwards(false))),
            (r#"{"colibriClass":"ForwardedSources"}"#, Some(Says::Other)),
            (r#"{"colibriClass":"ConnectionStats","estimatedDownlinkBandwidth":70000}"#, Some(Says::Estimates(70_000))),
            (r#"{"colibriClass":7}"#, Some(Says::Other)),
            ("[]", Some(Says::Other)),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(read(text), said, "{text}");
        }
    }
}
