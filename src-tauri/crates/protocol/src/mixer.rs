//! The mixer: what viewers hear, a strip for each sound that may be in it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};
use words::{Said, said};

/// Which strip of the mixer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StripId {
    /// What was chosen as the microphone.
    Microphone,
    /// Another microphone beside it, where there is one.
    Microphone2,
    /// One more.
    Microphone3,
    /// And one more: there are no others.
    Microphone4,
    /// What this computer plays.
    Desktop,
    /// The test tone, beside the others.
    Tone,
}

impl StripId {
    /// All of them, in the order in which they stand.
    pub const ALL: [StripId; 6] = [
        StripId::Microphone,
        StripId::Microphone2,
        StripId::Microphone3,
        StripId::Microphone4,
        StripId::Desktop,
        StripId::Tone,
    ];

    /// Microphones beside the first, where there are any.
    pub const MORE_MICROPHONES: [StripId; 3] = [StripId::Microphone2, StripId::Microphone3, StripId::Microphone4];

    /// Somebody speaks into it.
    pub fn is_microphone(self) -> bool {
        self == Self::Microphone || Self::MORE_MICROPHONES.contains(&self)
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Microphone2 => "microphone2",
            Self::Microphone3 => "microphone3",
            Self::Microphone4 => "microphone4",
            Self::Desktop => "desktop",
            Self::Tone => "tone",
        }
    }
}

/// Which of a device's channels a strip takes, and where they are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// Each pair is left and right where both have sound; where one of them has none, the other is heard on both sides.
    #[default]
    Auto,
    /// The first channel, on both sides.
    Left,
    /// The second channel, on both sides.
    Right,
    /// The first two together, on both sides.
    Mono,
    /// The first on the left, the second on the right, whatever is in them.
    Stereo,
    /// The channel of this number, counted from 1, on both sides.
    Input(u8),
}

impl Channels {
    /// No device has more that count.
    pub const MOST_INPUTS: u8 = 32;
}

/// What was written is no choice of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoChannels;

impl fmt::Display for NoChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "channels are auto, left, right, mono, stereo, or the number of an input (1 to {})",
            Channels::MOST_INPUTS
        )
    }
}

impl std::error::Error for NoChannels {}

impl FromStr for Channels {
    type Err = NoChannels;

    fn from_str(text: &str) -> Result<Self, NoChannels> {
        Ok(match text {
            "auto" => Self::Auto,
            "left" => Self::Left,
            "right" => Self::Right,
            "mono" => Self::Mono,
            "stereo" => Self::Stereo,
            number => {
                let input = number.parse().ok().filter(|input| (1..=Self::MOST_INPUTS).contains(input));
                Self::Input(input.ok_or(NoChannels)?)
            }
        })
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Left => f.write_str("left"),
            Self::Right => f.write_str("right"),
            Self::Mono => f.write_str("mono"),
            Self::Stereo => f.write_str("stereo"),
            Self::Input(input) => input.fmt(f),
        }
    }
}

impl Serialize for Channels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A number may be written as one.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Plain {
            Text(String),
            Number(u64),
        }
        let text = match Plain::deserialize(deserializer)? {
            Plain::Text(text) => text,
            Plain::Number(number) => number.to_string(),
        };
        text.parse().map_err(de::Error::custom)
    }
}

/// What a strip does with its sound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StripSettings {
    /// Decibels, [`StripSettings::LEAST_GAIN`] to [`StripSettings::MOST_GAIN`]; 0: as it comes.
    pub gain_db: f32,
    /// Not heard. But for the first microphone: not even listened to.
    pub mute: bool,
    /// Which channels are heard, and where.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub channels: Channels,
    /// Noise that goes on and on is taken out: of microphones only.
    pub noise_suppression: bool,
    /// It is shut while nobody speaks: microphones only.
    pub gate: bool,
    /// As loud as this (dBFS, the largest sample, as it comes and without noise where that is taken out) opens the gate:
    /// [`StripSettings::LEAST_GATE`] to [`StripSettings::MOST_GATE`].
    pub gate_db: f32,
}

impl StripSettings {
    /// Softer than this is as good as muted.
    pub const LEAST_GAIN: f32 = -40.0;
    /// What a quiet microphone needs.
    pub const MOST_GAIN: f32 = 20.0;
    /// Softer than this is the noise of the devices themselves.
    pub const LEAST_GATE: f32 = -70.0;
    /// Louder than this would not let a voice through.
    pub const MOST_GATE: f32 = -10.0;
    /// Above what a quiet room's noise reaches and below the softest sounds of a voice close by.
    pub const USUAL_GATE: f32 = -45.0;

    /// As it is unless somebody says otherwise: the microphone alone is heard, as it comes.
    pub fn usual(strip: StripId) -> StripSettings {
        let channels = if strip.is_microphone() { Channels::Auto } else { Channels::Stereo };
        StripSettings {
            gain_db: 0.0,
            mute: !strip.is_microphone(),
            channels,
            noise_suppression: false,
            gate: false,
            gate_db: StripSettings::USUAL_GATE,
        }
    }
}

/// What the sound is mostly, by which it is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoundPreset {
    /// Anything: 96 kbit/s.
    #[default]
    Standard,
    /// 128 kbit/s.
    Music,
    /// 48 kbit/s, in which each packet brings a coarse copy of the one before it, for whom that did not reach.
    Speech,
}

impl SoundPreset {
    /// Each with its word.
    pub const WORDS: [(SoundPreset, &str); 3] =
        [(Self::Standard, "standard"), (Self::Music, "music"), (Self::Speech, "speech")];

    /// What Opus makes of it, kbit/s.
    pub fn kbps(self) -> u32 {
        match self {
            Self::Standard => 96,
            Self::Music => 128,
            Self::Speech => 48,
        }
    }
}

/// What was written is no preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPreset;

impl From<NoPreset> for Said {
    fn from(NoPreset: NoPreset) -> Said {
        said!("setting.preset")
    }
}

impl fmt::Display for NoPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::from(*self).fmt(f)
    }
}

impl std::error::Error for NoPreset {}

impl FromStr for SoundPreset {
    type Err = NoPreset;

    fn from_str(text: &str) -> Result<Self, NoPreset> {
        Self::WORDS.into_iter().find(|(_, word)| *word == text).map(|(preset, _)| preset).ok_or(NoPreset)
    }
}

impl fmt::Display for SoundPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::WORDS[*self as usize].1)
    }
}

/// What each strip does, and how the sum is encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixerSettings {
    strips: [StripSettings; StripId::ALL.len()],
    /// The broadcaster listens to these alone.
    solo: [bool; StripId::ALL.len()],
    /// No microphone is heard, whatever its strip says.
    pub microphones_muted: bool,
    /// How the sum is encoded.
    pub preset: SoundPreset,
}

impl Default for MixerSettings {
    fn default() -> Self {
        let strips = StripId::ALL.map(StripSettings::usual);
        Self { strips, solo: Default::default(), microphones_muted: false, preset: SoundPreset::default() }
    }
}

impl MixerSettings {
    /// What this strip does.
    pub fn of(&self, strip: StripId) -> &StripSettings {
        &self.strips[strip as usize]
    }

    /// Nothing of it is heard.
    pub fn is_muted(&self, strip: StripId) -> bool {
        self.of(strip).mute || self.microphones_muted && strip.is_microphone()
    }

    /// The broadcaster listens to it, and not to the whole.
    pub fn is_solo(&self, strip: StripId) -> bool {
        self.solo[strip as usize]
    }

    /// The broadcaster listens to some strips, and not to the whole.
    pub fn has_solo(&self) -> bool {
        self.solo.contains(&true)
    }

    /// The broadcaster is to listen to it, or not to it alone.
    pub fn set_solo(&mut self, strip: StripId, on: bool) {
        self.solo[strip as usize] = on;
    }

    /// To change it.
    pub fn of_mut(&mut self, strip: StripId) -> &mut StripSettings {
        &mut self.strips[strip as usize]
    }
}

/// What is wrong with the sound though every device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SoundTrouble {
    /// The microphone has delivered nothing but zeros for ten seconds: it is muted by a switch of its own or in the system, or it is the
    /// wrong one.
    Zeros,
    /// What is sent has been softer than -60 dBFS for ten seconds, live, with the microphone on and not muted.
    Silence,
    /// The microphone's sound reached the device's full scale again and again: it is cut off there, and no gain of ours mends it.
    Clipping,
}

/// How loud a strip is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StripLevels {
    /// Which.
    pub strip: StripId,
    /// The largest sample that came since the last time; 1 is full scale.
    pub before: f32,
    /// The largest sample that went on to the sum.
    pub after: f32,
    /// Of the same: short-term loudness (EBU R128), LUFS; null: too quiet to tell.
    pub loudness: Option<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_read_back_as_they_are_written() {
        let all =
            [Channels::Auto, Channels::Left, Channels::Right, Channels::Mono, Channels::Stereo, Channels::Input(3)];
        for channels in all {
            assert_eq!(channels.to_string().parse(), Ok(channels));
            let json = serde_json::to_string(&channels).expect("a text");
            assert_eq!(serde_json::from_str::<Channels>(&json).expect(&json), channels);
        }
        assert_eq!(serde_json::from_str::<Channels>("3").expect("a number"), Channels::Input(3));
        for bad in ["", "0", "33", "both", "-1"] {
            assert_eq!(bad.parse::<Channels>(), Err(NoChannels), "{bad}");
        }
    }

    #[test]
    fn a_strip_is_called_as_it_is_written() {
        for strip in StripId::ALL {
            assert_eq!(serde_json::to_string(&strip).expect("a word"), format!("\"{}\"", strip.name()));
        }
    }

    #[test]
    fn a_preset_is_read_back_as_it_is_written() {
        for (preset, word) in SoundPreset::WORDS {
            assert_eq!((preset.to_string().as_str(), word.parse()), (word, Ok(preset)));
        }
        assert_eq!("loud".parse::<SoundPreset>(), Err(NoPreset));
    }

    #[test]
    fn microphones_alone_are_heard_unless_somebody_says_otherwise() {
        let mut usual = MixerSettings::default();
        assert!(StripId::ALL.into_iter().all(|strip| usual.is_muted(strip) != strip.is_microphone()));
        usual.microphones_muted = true;
        assert!(StripId::ALL.into_iter().all(|strip| usual.is_muted(strip)));
        assert!(StripId::ALL.into_iter().all(|strip| usual.of(strip).gain_db == 0.0));
    }
}
