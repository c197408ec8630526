//! A strip of the mixer as the settings file writes it: `-6 dB, muted, left, no noise, gate`.

use protocol::{Channels, StripId, StripSettings};
use std::{fmt, ops::RangeInclusive, str::FromStr};
use words::{Said, said};

/// What stands in the file of a strip: a gain, and what else is other than usual.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct StripText {
    gain_db: f32,
    mute: bool,
    channels: Option<Channels>,
    noise_suppression: bool,
    gate: bool,
    /// What opens the gate.
    gate_db: Option<f32>,
}

impl StripText {
    /// What is meant by it. The first microphone is not muted by the file: nobody wonders at the start why nothing is heard.
    pub(crate) fn meant(self, strip: StripId) -> StripSettings {
        let usual = StripSettings::usual(strip);
        StripSettings {
            gain_db: self.gain_db,
            mute: self.mute && strip != StripId::Microphone,
            channels: self.channels.unwrap_or(usual.channels),
            noise_suppression: self.noise_suppression && strip.is_microphone(),
            gate: self.gate && strip.is_microphone(),
            gate_db: self.gate_db.unwrap_or(usual.gate_db),
        }
    }

    /// As it is to stand there.
    pub(crate) fn of(strip: StripId, settings: &StripSettings) -> StripText {
        let usual = StripSettings::usual(strip);
        StripText {
            gain_db: settings.gain_db,
            mute: settings.mute && strip != StripId::Microphone,
            channels: Some(settings.channels).filter(|channels| *channels != usual.channels),
            noise_suppression: settings.noise_suppression,
            gate: settings.gate,
            gate_db: Some(settings.gate_db).filter(|gate_db| *gate_db != usual.gate_db),
        }
    }
}

/// A text that says nothing of a strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoStrip(String);

impl From<NoStrip> for Said {
    fn from(NoStrip(text): NoStrip) -> Said {
        let (least, most) = (StripSettings::LEAST_GAIN, StripSettings::MOST_GAIN);
        said!("setting.strip", text, least = least.to_string(), most = most.to_string())
    }
}

impl FromStr for StripText {
    type Err = NoStrip;

    fn from_str(text: &str) -> Result<Self, NoStrip> {
        let mut strip = StripText::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let wrong = || NoStrip(word.to_owned());
            let decibels = |text: &str| text.strip_suffix("dB")?.trim().parse().ok();
            if let Some(gate) = word.strip_prefix("gate at ") {
                strip.gate_db = Some(decibels(gate).and_then(possible_gate).ok_or_else(wrong)?);
            } else if word.ends_with("dB") {
                strip.gain_db = decibels(word).and_then(possible_gain).ok_or_else(wrong)?;
            } else if word == "gate" {
                strip.gate = true;
            } else if word == "no noise" {
                strip.noise_suppression = true;
            } else if word == "muted" {
                strip.mute = true;
            } else {
                let channels = word.strip_prefix("input ").unwrap_or(word).trim().parse();
                strip.channels = Some(channels.map_err(|_| wrong())?);
            }
        }
        Ok(strip)
    }
}

impl fmt::Display for StripText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} dB", self.gain_db)?;
        if self.mute {
            f.write_str(", muted")?;
        }
        match self.channels {
            None => {}
            Some(Channels::Input(input)) => write!(f, ", input {input}")?,
            Some(channels) => write!(f, ", {channels}")?,
        }
        if self.noise_suppression {
            f.write_str(", no noise")?;
        }
        if self.gate {
            f.write_str(", gate")?;
        }
        self.gate_db.map_or(Ok(()), |gate_db| write!(f, ", gate at {gate_db} dB"))
    }
}

/// A gain that can be, in tenths of a decibel: nobody hears less.
pub(crate) fn possible_gain(gain_db: f32) -> Option<f32> {
    possible(gain_db, StripSettings::LEAST_GAIN..=StripSettings::MOST_GAIN)
}

/// What can open a gate, in tenths of a decibel.
pub(crate) fn possible_gate(gate_db: f32) -> Option<f32> {
    possible(gate_db, StripSettings::LEAST_GATE..=StripSettings::MOST_GATE)
}

fn possible(db: f32, range: RangeInclusive<f32>) -> Option<f32> {
    // And not "-0".
    range.contains(&db).then(|| (db * 10.0).round() / 10.0 + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_is_read_back_as_it_is_written() {
        for text in [
            "0 dB",
            "-6 dB",
            "3.5 dB, muted",
            "-40 dB, muted, left",
            "20 dB, input 3",
            "0 dB, mono",
            "0 dB, no noise",
            "2 dB, left, no noise",
            "0 dB, gate",
            "0 dB, no noise, gate, gate at -52.5 dB",
            "0 dB, gate at -30 dB",
        ] {
            let read: StripText = text.parse().expect(text);
            assert_eq!(read.to_string(), text);
            for strip in StripId::ALL {
                let meant = read.meant(strip);
                assert_eq!(StripText::of(strip, &meant).meant(strip), meant);
            }
        }
        assert_eq!("-0.04 dB".parse::<StripText>().expect("as good as 0").to_string(), "0 dB");
        assert_eq!("stereo,-3dB".parse::<StripText>().expect("in any order").to_string(), "-3 dB, stereo");
        assert!(!"0 dB, muted".parse::<StripText>().expect("it can be").meant(StripId::Microphone).mute);
    }

    #[test]
    fn what_cannot_be_is_named_with_what_can() {
        for bad in
            ["loud", "-41 dB", "21 dB", "NaN dB", "-6", "0 dB, input 0", "0 dB, both", "gate at 0 dB", "gate at loud"]
        {
            let error = bad.parse::<StripText>().expect_err(bad);
            let error = Said::from(error);
            assert!(error.contains("-6 dB, mono"), "{error}");
        }
    }
}
