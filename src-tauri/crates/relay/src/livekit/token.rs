//! Tokens for a LiveKit (JWT, RFC 7519, signed by HS256): each for one thing, and for a minute.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Secret;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long one is good for. It is used at once; a clock that is as far ahead or behind at the server is not to matter.
const LASTS: Duration = Duration::from_secs(60);

/// Who may sign.
#[derive(Clone)]
pub(super) struct Keys {
    /// Names the secret.
    pub(super) key: Secret,
    pub(super) secret: Secret,
}

/// What a token is for. All are for one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For<'a> {
    /// Who sends the stream there, and sees nothing.
    Publishing { identity: &'a str },
    /// Who sees, and is seen by nobody.
    Watching { identity: &'a str },
    /// Who asks about others in the room, and removes them.
    Running,
}

impl Keys {
    /// A token that begins to count now.
    pub(super) fn token(&self, room: &str, of: For<'_>) -> Secret {
        self.token_at(room, of, SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn token_at(&self, room: &str, of: For<'_>, now: Duration) -> Secret {
        let head = json!({ "alg": "HS256", "typ": "JWT" });
        let (identity, grants) = of.grants(room);
        let claims = json!({
            "iss": self.key.reveal(), "sub": identity, "name": "Skylark", "video": grants,
            "nbf": now.saturating_sub(LASTS).as_secs(), "exp": (now + LASTS).as_secs(),
        });
        let signed = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.reveal().as_bytes());
        let signature = hmac::sign(&key, signed.as_bytes());
        Secret::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

impl<'a> For<'a> {
    /// Who it is, and what it may do.
    fn grants(self, room: &str) -> (&'a str, Value) {
        match self {
            Self::Publishing { identity } => {
                let grants = json!({
                    "room": room, "roomJoin": true, "canPublish": true, "canSubscribe": false, "canPublishData": false,
                });
                (identity, grants)
            }
            Self::Watching { identity } => {
                let grants = json!({
                    "room": room, "roomJoin": true, "canPublish": false, "canSubscribe": true, "canPublishData": false, "hidden": true,
                });
                (identity, grants)
            }
            Self::Running => ("Skylark", json!({ "room": room, "roomAdmin": true })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            key: Secret::from("devkey".to_owned()),
            secret: Secret::from("a secret of thirty-two characters".to_owned()),
        }
    }

    fn claims(token: &Secret) -> Value {
        let parts: Vec<&str> = token.reveal().split('.').collect();
        assert_eq!(parts.len(), 3);
        let key = hmac::Key::new(hmac::HMAC_SHA256, keys().secret.reveal().as_bytes());
        let signature = URL_SAFE_NO_PAD.decode(parts[2]).expect("base64");
        hmac::verify(&key, format!("{}.{}", parts[0], parts[1]).as_bytes(), &signature).expect("it is signed");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).expect("base64")).expect("JSON")
    }

    #[test]
    fn it_is_for_a_minute_for_one_room_and_for_no_more_than_is_needed() {
        let now = Duration::from_secs(1_000_000);
        let claims = claims(&keys().token_at("lobby", For::Publishing { identity: "Skylark" }, now));
        assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(999_940), &json!(1_000_060)));
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("devkey"), &json!("Skylark")));
        let video = json!({ "room": "lobby", "roomJoin": true, "canPublish": true, "canSubscribe": false, "canPublishData": false });
        assert_eq!(claims["video"], video);
        let watching = self::claims(&keys().token_at("lobby", For::Watching { identity: "viewer-1" }, now));
        assert_eq!((&watching["video"]["hidden"], &watching["video"]["canPublish"]), (&json!(true), &json!(false)));
        let running = self::claims(&keys().token_at("lobby", For::Running, now));
        assert_eq!(running["video"], json!({ "room": "lobby", "roomAdmin": true }));
    }

    #[test]
    fn it_is_signed_as_others_sign() {
        // The first example of RFC 7515 (A.1), whose key is in base64.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let key = hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(key).expect("base64"));
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()).as_ref());
        assert_eq!(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn what_is_signed_with_is_not_shown() {
        let token = keys().token("lobby", For::Publishing { identity: "Skylark" });
        assert!(!token.reveal().contains("thirty") && !format!("{token:?}").contains('.'), "{token:?}");
    }
}
