//! What the encoders are to make, and which values of it are possible.

use std::fmt;
use stream::{H264Level, Rid};
use words::{Said, said};

/// What the encoders make: the size, rate and bitrate of the top layer. The other layers follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoConfig {
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Frames a second.
    pub fps: u32,
    /// Of the top layer; the half layer gets a fifth and the quarter layer three fiftieths of it.
    pub bitrate_kbps: u32,
}

impl Default for VideoConfig {
    fn default() -> Self {
        Self { width: 1280, height: 720, fps: 30, bitrate_kbps: 2500 }
    }
}

/// How much of the top layer is made: less where the machine has too little time for all of it. Each gives up what the one before it does,
/// too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopLayer {
    /// All of it.
    #[default]
    Whole,
    /// Every second picture.
    HalfRate,
    /// In three quarters of each side.
    Smaller,
}

/// Why a [`VideoConfig`] cannot be. Each says what can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoConfigError {
    /// Too small or too large.
    Size(u16, u16),
    /// Colour is sampled for two by two pixels.
    Odd(u16, u16),
    /// Too slow or too fast.
    Fps(u32),
    /// Too little or too much.
    Bitrate(u32),
}

impl VideoConfigError {
    /// Why, and what can be, without a full stop.
    pub fn said(&self) -> Said {
        match *self {
            Self::Size(width, height) => said!("setting.size", width, height),
            Self::Odd(width, height) => said!("setting.odd", width, height, even = even(width, height)),
            Self::Fps(fps) => said!("setting.fps", fps),
            Self::Bitrate(rate) => said!("setting.bitrate", rate),
        }
    }
}

impl fmt::Display for VideoConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for VideoConfigError {}

impl VideoConfig {
    /// Checks that it can be encoded and that browsers can be expected to play it.
    pub fn new(width: u16, height: u16, fps: u32, bitrate_kbps: u32) -> Result<Self, VideoConfigError> {
        let (longer, shorter) = (width.max(height), width.min(height));
        if !(160..=1920).contains(&longer) || shorter < 96 || !H264Level::holds_picture(width, height) {
            return Err(VideoConfigError::Size(width, height));
        }
        if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
            return Err(VideoConfigError::Odd(width, height));
        }
        if !(1..=60).contains(&fps) {
            return Err(VideoConfigError::Fps(fps));
        }
        if !(200..=20_000).contains(&bitrate_kbps) {
            return Err(VideoConfigError::Bitrate(bitrate_kbps));
        }
        Ok(Self { width, height, fps, bitrate_kbps })
    }

    /// Width and height of a layer. Both are even, rounded down: 1366 columns give a half layer of 682.
    pub fn layer_size(&self, rid: Rid) -> (u16, u16) {
        let shift = 2 - rid.index();
        ((self.width >> shift) & !1, (self.height >> shift) & !1)
    }

    /// The bitrate a layer starts with, kbit/s.
    pub fn layer_kbps(&self, rid: Rid) -> u32 {
        match rid {
            Rid::F => self.bitrate_kbps,
            Rid::H => self.bitrate_kbps / 5,
            Rid::Q => self.bitrate_kbps * 3 / 50,
        }
    }

    /// The lowest level of H.264 that holds a layer.
    pub fn h264_level(&self, rid: Rid) -> H264Level {
        let (width, height) = self.layer_size(rid);
        // Every size that can be sent is held at every rate.
        H264Level::of(width, height, self.fps, self.layer_kbps(rid)).unwrap_or(H264Level::HIGHEST)
    }
}

/// The next smaller size that is even.
fn even(width: u16, height: u16) -> String {
    format!("{}x{}", width & !1, height & !1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_sizes_can_be_sent_and_every_layer_of_them_is_even() {
        for (width, height) in [
            (1280, 720),
            (1920, 1080),
            (640, 360),
            (320, 180),
            (960, 540),
            (852, 480),
            (640, 480),
            (1366, 768),
            (1080, 1920),
            (720, 1280),
            (1600, 1200),
            (1080, 1080),
            (1440, 1440),
            (854, 480),
            (1000, 562),
            (96, 160),
            (160, 96),
        ] {
            let config = VideoConfig::new(width, height, 30, 2500).expect("a usual size");
            for rid in Rid::ALL {
                let (w, h) = config.layer_size(rid);
                assert!(w % 2 == 0 && h % 2 == 0, "{width}x{height} {rid:?} is {w}x{h}");
            }
        }
        let config = VideoConfig::new(1366, 768, 30, 2500).expect("a laptop's screen");
        assert_eq!(Rid::ALL.map(|rid| config.layer_size(rid)), [(340, 192), (682, 384), (1366, 768)]);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_by_name() {
        assert_eq!(VideoConfig::new(1281, 720, 30, 2500), Err(VideoConfigError::Odd(1281, 720)));
        assert_eq!(VideoConfig::new(1280, 721, 30, 2500), Err(VideoConfigError::Odd(1280, 721)));
        for (width, height) in
            [(64, 48), (3840, 2160), (1922, 96), (96, 1922), (1920, 1200), (1920, 1920), (158, 158), (94, 1280)]
        {
            assert_eq!(VideoConfig::new(width, height, 30, 2500), Err(VideoConfigError::Size(width, height)));
        }
        assert_eq!(VideoConfig::new(1280, 720, 0, 2500), Err(VideoConfigError::Fps(0)));
        assert_eq!(VideoConfig::new(1280, 720, 61, 2500), Err(VideoConfigError::Fps(61)));
        assert_eq!(VideoConfig::new(1280, 720, 30, 199), Err(VideoConfigError::Bitrate(199)));
    }

    #[test]
    fn a_refusal_names_what_can_be() {
        let said =
            |width, height, fps| VideoConfig::new(width, height, fps, 2500).expect_err("it cannot be").to_string();
        assert!(said(1367, 769, 30).contains("1366x768"));
        assert!(said(1920, 1080, 61).contains("1 to 60"));
    }

    #[test]
    fn every_layer_has_the_lowest_level_that_holds_it() {
        let levels = |config: VideoConfig| Rid::ALL.map(|rid| config.h264_level(rid).idc());
        assert_eq!(levels(VideoConfig::default()), [13, 30, 31]);
        assert_eq!(levels(VideoConfig::new(1280, 720, 60, 2500).unwrap()), [21, 31, 32]);
        assert_eq!(levels(VideoConfig::new(1920, 1080, 30, 2500).unwrap()), [21, 31, 40]);
        assert_eq!(levels(VideoConfig::new(1080, 1920, 30, 2500).unwrap()), [21, 31, 40]);
        assert_eq!(levels(VideoConfig::new(1920, 1080, 60, 2500).unwrap()), [30, 32, 42]);
    }

    #[test]
    fn by_default_the_layers_take_2500_500_and_150_kbit_a_second() {
        let config = VideoConfig::default();
        assert_eq!(Rid::ALL.map(|rid| config.layer_kbps(rid)), [150, 500, 2500]);
    }
}
