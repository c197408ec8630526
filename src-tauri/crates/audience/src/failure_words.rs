//! What a page's failure means, in a sentence for the broadcaster. What arrived here is known here, and said too.

use protocol::FailureCode;

/// `arrived`: whether a check of the viewer's arrived at this computer; none where that is not known.
pub(crate) fn sentence(code: FailureCode, arrived: Option<bool>) -> &'static str {
    match (code, arrived) {
        (FailureCode::NoWebrtc, _) => "the browser has no WebRTC, or it is switched off: another browser may do",
        (FailureCode::NoNetwork, _) => {
            "the browser found no network address to receive at: an extension or a VPN may forbid it"
        }
        (FailureCode::NoWay, Some(false)) => {
            "nothing of it arrived at this computer's UDP port: a firewall or a router on the way lets no UDP through, or does not forward the port"
        }
        (FailureCode::NoWay, Some(true)) => {
            "it arrives at this computer's UDP port, and the answers do not arrive there: a firewall on the way lets UDP through in one direction only"
        }
        (FailureCode::NoWay, None) => {
            "no way for UDP was found between it and this computer: a firewall or a router on the way may not let it through"
        }
        (FailureCode::NoHandshake, _) => {
            "a way was found, and no encrypted connection was made on it: packets may be lost on the way, or the larger ones"
        }
        (FailureCode::NoPicture, _) => "packets of the picture arrive, and the browser makes no picture of them",
        (FailureCode::NotPlayed, _) => "the picture arrives, and the browser ended playing it with an error",
    }
}
