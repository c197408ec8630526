//! What the encoders are to make, and which values of it are possible.

use stream::Rid;

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

/// Why a [`VideoConfig`] cannot be. Each says what can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VideoConfigError {
    /// Too small or too large.
    #[error("a picture of {0}x{1} cannot be sent: sizes from 160x96 to 1920x1080 can")]
    Size(u16, u16),
    /// Colour is sampled for two by two pixels, and that must hold in the half layer too.
    #[error("a picture of {0}x{1} cannot be halved: width and height must be multiples of 4")]
    Odd(u16, u16),
    /// Too slow or too fast.
    #[error("{0} frames a second cannot be sent: 1 to 60 can")]
    Fps(u32),
    /// Too many pixels a second for the H.264 levels that browsers promise to decode.
    #[error(
        "{width}x{height} at {fps} frames a second is more than browsers must be able to play: above 1280x720, 30 frames a second is the most"
    )]
    Pace {
        /// Pixels.
        width: u16,
        /// Pixels.
        height: u16,
        /// Frames a second.
        fps: u32,
    },
    /// Too little or too much.
    #[error("a bitrate of {0} kbit/s cannot be sent: 200 to 20000 can")]
    Bitrate(u32),
}

impl VideoConfig {
    /// Checks that it can be encoded and that browsers can be expected to play it.
    pub fn new(width: u16, height: u16, fps: u32, bitrate_kbps: u32) -> Result<Self, VideoConfigError> {
        if !(160..=1920).contains(&width) || !(96..=1080).contains(&height) {
            return Err(VideoConfigError::Size(width, height));
        }
        if !width.is_multiple_of(4) || !height.is_multiple_of(4) {
            return Err(VideoConfigError::Odd(width, height));
        }
        if !(1..=60).contains(&fps) {
            return Err(VideoConfigError::Fps(fps));
        }
        if macroblocks(width, height) * fps > LEVEL_4_0_MACROBLOCKS_A_SECOND {
            return Err(VideoConfigError::Pace { width, height, fps });
        }
        if !(200..=20_000).contains(&bitrate_kbps) {
            return Err(VideoConfigError::Bitrate(bitrate_kbps));
        }
        Ok(Self { width, height, fps, bitrate_kbps })
    }

    /// Width and height of a layer. Both are even: 180 rows give a quarter layer of 44.
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

    /// The H.264 level times ten that the top layer needs: 31 holds up to 720p30, 1080p30 needs 40.
    pub fn h264_level(&self) -> u8 {
        let blocks = macroblocks(self.width, self.height);
        match (blocks, blocks * self.fps) {
            (..=3600, ..=108_000) => 31,
            (..=5120, ..=216_000) => 32,
            _ => 40,
        }
    }
}

/// H.264 table A-1, MaxMBPS of level 4.0.
const LEVEL_4_0_MACROBLOCKS_A_SECOND: u32 = 245_760;

fn macroblocks(width: u16, height: u16) -> u32 {
    u32::from(width.div_ceil(16)) * u32::from(height.div_ceil(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_sizes_can_be_sent_and_every_layer_of_them_is_even() {
        for (width, height) in [(1280, 720), (1920, 1080), (640, 360), (320, 180), (960, 540), (852, 480), (640, 480)] {
            let config = VideoConfig::new(width, height, 30, 2500).expect("a usual size");
            for rid in Rid::ALL {
                let (w, h) = config.layer_size(rid);
                assert!(w % 2 == 0 && h % 2 == 0, "{width}x{height} {rid:?} is {w}x{h}");
            }
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_by_name() {
        assert_eq!(VideoConfig::new(1281, 720, 30, 2500), Err(VideoConfigError::Odd(1281, 720)));
        assert_eq!(VideoConfig::new(1280, 722, 30, 2500), Err(VideoConfigError::Odd(1280, 722)));
        assert_eq!(VideoConfig::new(64, 48, 30, 2500), Err(VideoConfigError::Size(64, 48)));
        assert_eq!(VideoConfig::new(3840, 2160, 30, 2500), Err(VideoConfigError::Size(3840, 2160)));
        assert_eq!(VideoConfig::new(1280, 720, 0, 2500), Err(VideoConfigError::Fps(0)));
        assert_eq!(VideoConfig::new(1280, 720, 61, 2500), Err(VideoConfigError::Fps(61)));
        assert_eq!(VideoConfig::new(1280, 720, 30, 199), Err(VideoConfigError::Bitrate(199)));
        assert!(matches!(VideoConfig::new(1920, 1080, 60, 2500), Err(VideoConfigError::Pace { .. })));
    }

    #[test]
    fn the_level_is_the_lowest_that_holds_the_picture() {
        assert_eq!(VideoConfig::default().h264_level(), 31);
        assert_eq!(VideoConfig::new(1280, 720, 60, 2500).unwrap().h264_level(), 32);
        assert_eq!(VideoConfig::new(1920, 1080, 30, 2500).unwrap().h264_level(), 40);
    }

    #[test]
    fn by_default_the_layers_take_2500_500_and_150_kbit_a_second() {
        let config = VideoConfig::default();
        assert_eq!(Rid::ALL.map(|rid| config.layer_kbps(rid)), [150, 500, 2500]);
    }
}
