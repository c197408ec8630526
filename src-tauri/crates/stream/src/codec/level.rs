//! How much a decoder of H.264 must be able to do: the levels of the standard's table A-1.

/// A level, by the number that stands in a stream and in SDP: 31 is level 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct H264Level(u8);

/// What a level allows.
struct Limits {
    level: H264Level,
    /// Macroblocks (16x16 pixels) a second.
    blocks_a_second: u32,
    /// Macroblocks of a picture.
    blocks: u32,
    /// Of the baseline profile, 1000 bits a second.
    kbps: u32,
}

/// MaxMBPS, MaxFS and MaxBR of table A-1, up to the most that is sent here. Level 1b is left out: it is 1 with twice the bits, and in
/// the baseline it is written as if it were 1.1. MaxDpbMbs, the fourth of the limits, is no narrower: each level keeps four pictures of
/// its own largest size, and a stream of three temporal layers refers to two.
const LIMITS: [Limits; 13] = [
    limits(10, 1_485, 99, 64),
    limits(11, 3_000, 396, 192),
    limits(12, 6_000, 396, 384),
    limits(13, 11_880, 396, 768),
    limits(20, 11_880, 396, 2_000),
    limits(21, 19_800, 792, 4_000),
    limits(22, 20_250, 1_620, 4_000),
    limits(30, 40_500, 1_620, 10_000),
    limits(31, 108_000, 3_600, 14_000),
    limits(32, 216_000, 5_120, 20_000),
    limits(40, 245_760, 8_192, 20_000),
    limits(41, 245_760, 8_192, 50_000),
    limits(42, 522_240, 8_704, 50_000),
];

const fn limits(level: u8, blocks_a_second: u32, blocks: u32, kbps: u32) -> Limits {
    Limits { level: H264Level(level), blocks_a_second, blocks, kbps }
}

impl H264Level {
    /// The highest that is sent: 1920x1080 at 60 frames a second. Browsers offer 3.1 and play this one too.
    pub const HIGHEST: H264Level = LIMITS[LIMITS.len() - 1].level;

    /// The lowest that holds a stream of that many pixels, frames a second and kbit/s; none where [`H264Level::HIGHEST`] does not.
    pub fn of(width: u16, height: u16, fps: u32, kbps: u32) -> Option<H264Level> {
        let (across, down) = (across(width), across(height));
        let blocks = across * down;
        // Neither side may be longer than the root of eight times the area (A.3.1 f and g).
        let longest = across.max(down).pow(2).div_ceil(8);
        let holds = |limits: &&Limits| {
            blocks.max(longest) <= limits.blocks && blocks * fps <= limits.blocks_a_second && kbps <= limits.kbps
        };
        LIMITS.iter().find(holds).map(|limits| limits.level)
    }

    /// A picture of that size can be sent, at some rate.
    pub fn holds_picture(width: u16, height: u16) -> bool {
        H264Level::of(width, height, 1, 0).is_some()
    }

    /// `level_idc`: ten times the level.
    pub fn idc(self) -> u8 {
        self.0
    }
}

impl Default for H264Level {
    /// What 1280x720 at 30 frames a second needs.
    fn default() -> H264Level {
        H264Level(31)
    }
}

/// Macroblocks that a row or a column of pixels takes.
fn across(pixels: u16) -> u32 {
    pixels.div_ceil(16).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_the_lowest_that_holds_size_rate_and_bits() {
        for (width, height, fps, kbps, level) in [
            (128, 96, 30, 64, Some(10)),
            (128, 96, 30, 65, Some(11)),
            (320, 180, 30, 150, Some(13)),
            (320, 180, 30, 1_000, Some(20)),
            (480, 270, 30, 150, Some(21)),
            (640, 360, 15, 500, Some(22)),
            (640, 360, 30, 500, Some(30)),
            (640, 480, 30, 10_000, Some(30)),
            (640, 480, 30, 10_001, Some(31)),
            (1280, 720, 30, 2_500, Some(31)),
            (720, 1280, 30, 2_500, Some(31)),
            (1280, 720, 30, 14_001, Some(32)),
            (1280, 720, 31, 2_500, Some(32)),
            (1366, 768, 30, 2_500, Some(32)),
            (1280, 1024, 30, 2_500, Some(32)),
            (1440, 1080, 30, 2_500, Some(40)),
            (1920, 1080, 30, 20_000, Some(40)),
            (1080, 1920, 30, 2_500, Some(40)),
            (1280, 720, 30, 20_001, Some(41)),
            (1280, 720, 60, 2_500, Some(32)),
            (1366, 768, 60, 2_500, Some(42)),
            (1920, 1080, 31, 2_500, Some(42)),
            (1920, 1080, 60, 2_500, Some(42)),
            (1080, 1920, 60, 2_500, Some(42)),
            (1920, 1080, 65, 2_500, None),
            (1920, 1200, 5, 2_500, None),
            // 36 blocks in all, but a row that is longer than level 1 and 1.3 allow.
            (576, 16, 1, 10, Some(11)),
        ] {
            let found = H264Level::of(width, height, fps, kbps).map(H264Level::idc);
            assert_eq!(found, level, "{width}x{height} at {fps} frames a second and {kbps} kbit/s");
        }
    }

    #[test]
    fn what_can_be_sent_at_all_can_be_sent_at_60_frames_a_second() {
        for (width, height) in [(1920, 1080), (1080, 1920), (1366, 768), (1440, 1440), (1920, 1152)] {
            assert!(H264Level::holds_picture(width, height), "{width}x{height}");
            assert!(H264Level::of(width, height, 60, 20_000).is_some(), "{width}x{height}");
        }
        assert!(!H264Level::holds_picture(1920, 1920));
    }
}
