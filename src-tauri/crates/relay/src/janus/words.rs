//! What Janus says when it refuses, and when it is over.

use crate::target::{Hidden, host};
use crate::trouble::Trouble;
use serde_json::Value;
use url::Url;

/// The longest of its own words that are shown, characters.
const LONGEST: usize = 80;

/// What is wrong, where this has an error's code: Janus' own (`error`) or a plugin's (`plugindata.data`).
pub(super) fn refusal(url: &Url, hidden: &Hidden, said: &Value) -> Option<Trouble> {
    let code = said["error_code"].as_u64().or_else(|| said["code"].as_u64())?;
    let host = host(url);
    let text = text(hidden, said);
    // Each of Janus' plugins numbers its errors for itself.
    let mountpoint = said["streaming"].is_string();
    Some(match code {
        // Without an admin key where there has to be one; with a wrong one, or another secret than the mountpoint's.
        453 | 457 if mountpoint => Trouble::WrongSecret { host, status: code as u16 },
        455 if mountpoint => Trouble::NoEndpoint { host, status: 455 },
        // There is one of that number, or no port is left.
        456 if mountpoint => Trouble::Busy { host, status: 456, said: format!(": {text}"), retry_after: None },
        // The API's secret or token; the room's pin, token or admin key.
        403 | 433 => Trouble::WrongSecret { host, status: code as u16 },
        426 => Trouble::NoEndpoint { host, status: 426 },
        432 => Trouble::Busy { host, status: 432, said: format!(": {text}"), retry_after: None },
        _ => Trouble::Status { host, status: code as u16, said: format!(": {text}") },
    })
}

/// Its own words, where this is a refusal.
pub(super) fn refused(hidden: &Hidden, said: &Value) -> Option<String> {
    (said["error_code"].is_u64() || said["code"].is_u64()).then(|| text(hidden, said))
}

/// Without what is hidden, which it may repeat.
fn text(hidden: &Hidden, said: &Value) -> String {
    let text = said["error"].as_str().or_else(|| said["reason"].as_str()).unwrap_or_default();
    hidden.out_of(text, LONGEST)
}

/// An answer that is none.
pub(super) fn noise(url: &Url, why: &str) -> Trouble {
    Trouble::Noise { host: host(url), why: why.to_owned() }
}

/// Janus, or who runs the room, ended what this handle of ours publishes, or the whole session.
pub(super) fn ends(event: &Value, handle: u64) -> bool {
    if event["sender"].as_u64().is_some_and(|sender| sender != handle) {
        return false;
    }
    let by_janus = matches!(event["janus"].as_str(), Some("hangup" | "detached" | "timeout"));
    let data = &event["plugindata"]["data"];
    by_janus || data["videoroom"] == "destroyed" || data["leaving"] == "ok"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;
    use protocol::{RelaySecrets, Secret};
    use serde_json::json;

    #[test]
    fn a_refusal_is_told_by_its_code() {
        let url = Url::parse("https://janus.example.org/").expect("well-formed");
        let secrets = RelaySecrets { pin: Some(Secret::from("s3cret".to_owned())), ..RelaySecrets::default() };
        let hidden = Target::parse("janus+wss://janus.example.org/1", secrets).expect("well-formed").hidden();
        let of = |said: Value| refusal(&url, &hidden, &said);
        assert_eq!(of(json!({ "videoroom": "joined" })), None);
        assert_eq!(of(Value::Null), None);
        let wrong = of(json!({ "error_code": 433, "error": "Unauthorized (wrong pin)" })).expect("it refuses");
        assert!(wrong.is_final() && wrong.to_string().contains("refuses the secret (433)"));
        let api = of(json!({ "code": 403, "reason": "Unauthorized request (wrong or missing secret/token)" }));
        assert!(api.is_some_and(|trouble| trouble.is_final()));
        let repeated = of(json!({ "error_code": 499, "error": "Wrong pin s3cret in joinandconfigure" }));
        assert!(repeated.is_some_and(|trouble| trouble.to_string().contains("Wrong pin … in")));
        let of_mountpoint =
            |code: u16, text: &str| of(json!({ "streaming": "event", "error_code": code, "error": text }));
        for (code, text) in [(453, "Missing mandatory element (admin_key)"), (457, "Unauthorized (wrong admin_key)")] {
            assert!(of_mountpoint(code, text).is_some_and(|trouble| trouble.is_final()), "{text}");
        }
        let taken = of_mountpoint(456, "A stream with the provided ID already exists");
        assert!(taken.is_some_and(|trouble| !trouble.is_final() && trouble.to_string().contains("already exists")));
        assert!(of(json!({ "code": 457, "reason": "Invalid path" })).is_some_and(|trouble| !trouble.is_final()));
        let full = of(json!({ "error_code": 432, "error": "Maximum number of publishers (1) already reached" }));
        assert!(full.is_some_and(|trouble| !trouble.is_final() && trouble.to_string().contains("(1) already")));
    }

    #[test]
    fn a_hangup_a_kick_and_the_end_of_the_room_are_the_end() {
        for event in [
            json!({ "janus": "hangup", "reason": "ICE failed" }),
            json!({ "janus": "timeout" }),
            json!({ "janus": "event", "plugindata": { "data": { "videoroom": "destroyed" } } }),
            json!({ "janus": "event", "plugindata": { "data": { "videoroom": "event", "leaving": "ok", "reason": "kicked" } } }),
        ] {
            assert!(ends(&event, 7), "{event}");
            let mut of = event.clone();
            of["sender"] = json!(7);
            assert!(ends(&of, 7) && !ends(&of, 8), "{of}");
        }
        for event in [
            json!({ "janus": "media", "receiving": true }),
            json!({ "janus": "event", "plugindata": { "data": { "videoroom": "event", "leaving": 7 } } }),
        ] {
            assert!(!ends(&event, 7), "{event}");
        }
    }
}
