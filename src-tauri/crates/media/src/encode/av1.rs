//! AV1 by libaom, for what a screen shows: its palettes and its copies of what stands elsewhere in the picture suit text as no other codec's
//! tools do. For viewers who decode it.

use super::{
    EncodeError, LayerConfig, LayerEncoder,
    aom::{Aom, COARSEST},
    changes::Changes,
    screen_rate::{Quantisers, ScreenRate},
};
use crate::frame::Picture;
use std::time::{Duration, Instant};
use stream::{Profile, VideoCodec, VideoFrame, Way};

/// One layer, each of whose pictures refers to the ones before it: nobody is sent a part of them.
pub(crate) struct Av1 {
    encoder: Aom,
    config: LayerConfig,
    rate: ScreenRate,
    changes: Changes,
    quantiser: f64,
}

/// By trial: of text nearly all bits are its palettes', so that a page is legible by the coarsest there is, and a keyframe takes hardly
/// half as many bits by it as by the finest. What stands still costs nothing to try finer, until the finest few.
const OF_SCREENS: Quantisers =
    Quantisers { finest: 1.0, page: 60.0, coarsest: COARSEST as f64, half: 40.0, finer: |quantiser| quantiser * 0.7 };

impl Av1 {
    /// Whether this machine has what encodes it.
    pub(crate) fn is_there() -> bool {
        Aom::is_there()
    }
}

impl LayerEncoder for Av1 {
    const CODEC: VideoCodec = VideoCodec::Av1;

    /// One takes as long as a dozen pictures: what stands behind it waits. Who comes, or has lost something, is sent what is kept since the
    /// last one, which of a screen is little.
    const KEYFRAMES: Duration = Duration::from_secs(6);

    fn new(config: &LayerConfig, kbps: u32) -> Result<Self, EncodeError> {
        let encoder = Aom::new(config.size, config.fps)?;
        let rate = ScreenRate::new(OF_SCREENS, kbps, config.fps);
        Ok(Self { encoder, config: *config, rate, changes: Changes::default(), quantiser: OF_SCREENS.page })
    }

    fn set_bitrate(&mut self, kbps: u32) -> Result<(), EncodeError> {
        self.rate.set(kbps);
        Ok(())
    }

    fn encode(
        &mut self,
        picture: &Picture,
        captured: Instant,
        keyframe: bool,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        self.quantiser = self.rate.quantiser(captured, self.changes.part(picture), keyframe);
        let is_page = self.rate.turned() && !keyframe;
        let made = self.encoder.encode(picture, captured, keyframe, self.quantiser as u8, is_page)?;
        Ok(made.map(|(data, is_keyframe)| {
            self.rate.made(data.len(), is_keyframe, keyframe);
            VideoFrame {
                profile: Profile::Baseline,
                codec: VideoCodec::Av1,
                rid: self.config.rid,
                temporal: 0,
                keyframe: is_keyframe,
                captured,
                way: Way::at(captured),
                width: picture.width,
                height: picture.height,
                layer_sync: true,
                screen: false,
                data,
            }
        }))
    }

    fn coarseness(&mut self) -> f32 {
        // A page is begun by nearly the coarsest there is, and is legible by it: as coarse as H.264's is said where that is hardly legible.
        (self.quantiser / f64::from(COARSEST)).powi(4) as f32
    }
}
