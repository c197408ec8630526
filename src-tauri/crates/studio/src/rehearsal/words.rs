//! What was found, in a sentence for whoever reads events. The panel says the same in its language, by the same keys.

use protocol::{Checked, FindingCode};
use words::Language;

/// With what was measured, where something was.
pub(super) fn message(code: FindingCode, value: Option<f32>) -> String {
    let sentence = Language::ENGLISH.say("rehearsal", key(code));
    let Some(value) = value else { return sentence.to_owned() };
    // Which of the two comes first is said.
    let value = if code.of().0 == Checked::Sync { value.abs() } else { value };
    sentence.replace("{value}", &format!("{value:.0}"))
}

fn key(code: FindingCode) -> &'static str {
    match code {
        FindingCode::PictureUnknown => "picture_unknown",
        FindingCode::PictureGood => "picture_good",
        FindingCode::PictureBlack => "picture_black",
        FindingCode::PictureStill => "picture_still",
        FindingCode::PictureCard => "picture_card",
        FindingCode::SoundUnknown => "sound_unknown",
        FindingCode::SoundGood => "sound_good",
        FindingCode::SoundNone => "sound_none",
        FindingCode::SoundSoft => "sound_soft",
        FindingCode::SoundLoud => "sound_loud",
        FindingCode::PlaybackUnknown => "playback_unknown",
        FindingCode::PlaybackGood => "playback_good",
        FindingCode::PlaybackStuck => "playback_stuck",
        FindingCode::SyncUnknown => "sync_unknown",
        FindingCode::SyncUntold => "sync_untold",
        FindingCode::SyncGood => "sync_good",
        FindingCode::SyncEarly => "sync_early",
        FindingCode::SyncLate => "sync_late",
        FindingCode::LatencyUnknown => "latency_unknown",
        FindingCode::LatencyUntold => "latency_untold",
        FindingCode::LatencyGood => "latency_good",
        FindingCode::LatencyLate => "latency_late",
        FindingCode::UploadUnknown => "upload_unknown",
        FindingCode::UploadInside => "upload_inside",
        FindingCode::UploadGood => "upload_good",
        FindingCode::UploadShort => "upload_short",
        FindingCode::UploadLossy => "upload_lossy",
        FindingCode::UploadCapped => "upload_capped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_sentence_with_what_was_measured() {
        assert!(message(FindingCode::SoundGood, Some(-23.4)).contains("-23 LUFS"));
        let early = message(FindingCode::SyncEarly, Some(-81.0));
        assert!(early.contains("81 ms") && !early.contains("-81"), "{early}");
        assert!(message(FindingCode::PictureBlack, None).contains(' '));
    }
}
