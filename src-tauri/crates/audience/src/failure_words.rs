//! What a page's failure means, in a sentence for the broadcaster. What arrived here is known here, and said too. The panel says the same
//! in its language, by the same keys.

use protocol::FailureCode;
use words::Language;

/// `arrived`: whether a check of the viewer's arrived at this computer; none where that is not known. In English, for whoever reads events.
pub(crate) fn sentence(code: FailureCode, arrived: Option<bool>) -> &'static str {
    Language::ENGLISH.say("failed", key(code, arrived))
}

fn key(code: FailureCode, arrived: Option<bool>) -> &'static str {
    match (code, arrived) {
        (FailureCode::NoWebrtc, _) => "no_webrtc",
        (FailureCode::NoNetwork, _) => "no_network",
        (FailureCode::NoWay, Some(false)) => "no_way.silent",
        (FailureCode::NoWay, Some(true)) => "no_way.heard",
        (FailureCode::NoWay, None) => "no_way",
        (FailureCode::NoHandshake, _) => "no_handshake",
        (FailureCode::NoPicture, _) => "no_picture",
        (FailureCode::NotPlayed, _) => "not_played",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_sentence() {
        let codes = [
            FailureCode::NoWebrtc,
            FailureCode::NoNetwork,
            FailureCode::NoWay,
            FailureCode::NoHandshake,
            FailureCode::NoPicture,
            FailureCode::NotPlayed,
        ];
        for code in codes {
            for arrived in [None, Some(false), Some(true)] {
                assert!(sentence(code, arrived).contains(' '), "{code:?} {arrived:?}");
            }
        }
    }
}
