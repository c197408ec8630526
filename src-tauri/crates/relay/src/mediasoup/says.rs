//! What the front says, in JSON. It comes from a server: any of it may be missing, or something else.

use crate::plain;
use crate::wish::Said;
use protocol::ViewerId;
use serde_json::Value;
use std::net::IpAddr;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It takes the stream here, and seals its reports with this.
    Published {
        address: Option<IpAddr>,
        port: u16,
        key: Option<Vec<u8>>,
    },
    /// It does not; why.
    Refuses(String),
    /// So many bytes of it have arrived.
    Hears(u64),
    Viewer(ViewerId, Said),
    /// Somebody else publishes by this name now.
    Replaced,
    Ended,
    /// Nothing that is known here.
    Other,
}

impl Says {
    pub(super) fn read(message: &Value) -> Says {
        if let Some(viewer) = message["viewer"].as_u64().and_then(|viewer| viewer.try_into().ok()) {
            return of_viewer(message).map_or(Says::Other, |said| Says::Viewer(ViewerId(viewer), said));
        }
        if let Some(bytes) = message["hears"].as_u64() {
            return Says::Hears(bytes);
        }
        let published = &message["published"];
        if let Some(port) =
            published["port"].as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)
        {
            let address = published["ip"].as_str().and_then(|address| address.parse().ok());
            let key = published["srtp"]["keyBase64"].as_str().and_then(plain::read);
            return Says::Published { address, port, key };
        }
        match (message["refuses"].as_str(), message["ended"].as_str()) {
            (Some(why), _) => Says::Refuses(why.to_owned()),
            (None, Some("replaced")) => Says::Replaced,
            (None, Some(_)) => Says::Ended,
            (None, None) => Says::Other,
        }
    }
}

fn of_viewer(message: &Value) -> Option<Said> {
    if let Some(offer) = message["offer"].as_str() {
        return Some(Said::Offers(offer.to_owned()));
    }
    if let Some(why) = message["refuses"].as_str() {
        return Some(Said::Refuses(why.to_owned()));
    }
    [("takes", Said::Takes), ("flows", Said::Flows), ("gone", Said::Gone)]
        .into_iter()
        .find_map(|(name, said)| (message[name] == Value::Bool(true)).then_some(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_message_is_known_by_what_is_in_it() {
        let published = json!({ "published": { "ip": "192.0.2.1", "port": 40000, "srtp": { "keyBase64": "AAEC" } } });
        let expected = Says::Published { address: "192.0.2.1".parse().ok(), port: 40000, key: Some(vec![0, 1, 2]) };
        assert_eq!(Says::read(&published), expected);
        for (message, says) in [
            (json!({ "hears": 7 }), Says::Hears(7)),
            (json!({ "refuses": "no room" }), Says::Refuses("no room".into())),
            (json!({ "ended": "replaced" }), Says::Replaced),
            (json!({ "ended": "worker" }), Says::Ended),
            (json!({ "viewer": 3, "offer": "v=0" }), Says::Viewer(ViewerId(3), Said::Offers("v=0".into()))),
            (json!({ "viewer": 3, "takes": true }), Says::Viewer(ViewerId(3), Said::Takes)),
            (json!({ "viewer": 3, "flows": true }), Says::Viewer(ViewerId(3), Said::Flows)),
            (json!({ "viewer": 3, "gone": true }), Says::Viewer(ViewerId(3), Said::Gone)),
            (json!({ "viewer": 3, "refuses": "why" }), Says::Viewer(ViewerId(3), Said::Refuses("why".into()))),
        ] {
            assert_eq!(Says::read(&message), says, "{message}");
        }
    }

    #[test]
    fn what_is_none_of_them_is_nothing() {
        for message in [
            Value::Null,
            json!("hears"),
            json!({ "hears": -1 }),
            json!({ "viewer": 3 }),
            json!({ "viewer": 3, "flows": 1 }),
            json!({ "viewer": 4_294_967_296u64, "flows": true }),
            json!({ "published": { "ip": "192.0.2.1", "port": 0 } }),
            json!({ "published": { "ip": "192.0.2.1", "port": 65536 } }),
            json!([{ "hears": 1 }]),
        ] {
            assert_eq!(Says::read(&message), Says::Other, "{message}");
        }
        let half = json!({ "published": { "ip": "nowhere", "port": 1, "srtp": { "keyBase64": "!" } } });
        assert_eq!(Says::read(&half), Says::Published { address: None, port: 1, key: None });
    }
}
