//! A rehearsal: the whole broadcast for whoever has its private link, and what is found about it.

use serde::{Deserialize, Serialize};

/// A rehearsal that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Rehearsal {
    /// Its private link: the watch page. It leads nowhere any more once the rehearsal is over.
    pub watch: String,
    /// The WHEP endpoint of the same link.
    pub whep: String,
    /// One of each of [`Checked`], in that order; none before the first second is over.
    pub findings: Vec<Finding>,
}

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Finding {
    /// About what.
    pub of: Checked,
    /// Whether something is to be done about it.
    pub verdict: Verdict,
    /// What a program tells apart.
    pub code: FindingCode,
    /// What was measured: LUFS of the sound; milliseconds that the sound comes behind the picture, or that both come late; kbit/s of the
    /// upload, or per cent that it lost. Null where nothing was.
    pub value: Option<f32>,
    /// What a person reads: what was found, its cause and the remedy.
    pub message: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// What is encoded: black, or standing still.
    Picture,
    /// How loud what is sent is.
    Sound,
    /// Whether it plays by the private link.
    Playback,
    /// Whether picture and sound come together there.
    Sync,
    /// How late they come there.
    Latency,
    /// What the line carries.
    Upload,
}

/// Whether something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No.
    Good,
    /// It is to be looked at: the message says what may be wrong, and what helps.
    Look,
    /// Nothing is known yet: the message says what it needs.
    Unknown,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// It is being looked at.
    PictureUnknown,
    /// There is something to see, and it moves where it should.
    PictureGood,
    /// Nothing but black.
    PictureBlack,
    /// The same picture again and again, of what should move.
    PictureStill,
    /// A card stands in its place, by choice.
    PictureCard,
    /// Nobody has spoken yet.
    SoundUnknown,
    /// As loud as people expect.
    SoundGood,
    /// Nothing is heard.
    SoundNone,
    /// So soft that people turn it up.
    SoundSoft,
    /// Louder than people expect.
    SoundLoud,
    /// The private link is not open anywhere.
    PlaybackUnknown,
    /// Pictures arrive and are shown.
    PlaybackGood,
    /// The page is open, and no picture comes to be seen.
    PlaybackStuck,
    /// Nobody watches by the private link, or not for long.
    SyncUnknown,
    /// The browser there does not tell.
    SyncUntold,
    /// Nobody notices.
    SyncGood,
    /// The sound comes before the picture.
    SyncEarly,
    /// The sound comes behind the picture.
    SyncLate,
    /// As of the sync.
    LatencyUnknown,
    /// As of the sync.
    LatencyUntold,
    /// Good for a talk.
    LatencyGood,
    /// So late that a talk across it is hard.
    LatencyLate,
    /// As of the sync.
    UploadUnknown,
    /// It was watched from this computer or its network only: nothing went over the line.
    UploadInside,
    /// The full picture arrived outside.
    UploadGood,
    /// The line there, or here, carries less than the full picture.
    UploadShort,
    /// Packets are lost on the way.
    UploadLossy,
    /// The upload cap of the settings leaves no room for the full picture.
    UploadCapped,
}

impl FindingCode {
    /// About what it is, and whether something is to be done.
    pub fn of(self) -> (Checked, Verdict) {
        use Checked::{Latency, Picture, Playback, Sound, Sync, Upload};
        use Verdict::{Good, Look, Unknown};
        match self {
            Self::PictureUnknown => (Picture, Unknown),
            Self::PictureGood => (Picture, Good),
            Self::PictureBlack | Self::PictureStill | Self::PictureCard => (Picture, Look),
            Self::SoundUnknown => (Sound, Unknown),
            Self::SoundGood => (Sound, Good),
            Self::SoundNone | Self::SoundSoft | Self::SoundLoud => (Sound, Look),
            Self::PlaybackUnknown => (Playback, Unknown),
            Self::PlaybackGood => (Playback, Good),
            Self::PlaybackStuck => (Playback, Look),
            Self::SyncUnknown | Self::SyncUntold => (Sync, Unknown),
            Self::SyncGood => (Sync, Good),
            Self::SyncEarly | Self::SyncLate => (Sync, Look),
            Self::LatencyUnknown | Self::LatencyUntold => (Latency, Unknown),
            Self::LatencyGood => (Latency, Good),
            Self::LatencyLate => (Latency, Look),
            Self::UploadUnknown | Self::UploadInside => (Upload, Unknown),
            Self::UploadGood => (Upload, Good),
            Self::UploadShort | Self::UploadLossy | Self::UploadCapped => (Upload, Look),
        }
    }
}
