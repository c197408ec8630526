//! The encoders as they are set, and as they were: what a film is encoded by.

use crate::{
    VideoConfig,
    encode::{Av1, Control, Effort, EncodeError, H264, Keyframes, Layer, LayerConfig, LayerEncoder, Vp8, Vp9},
    frame::{Content, Picture},
    yuv,
};
use std::time::{Duration, Instant};
use stream::{CodecSpec, Profile, Rid, VideoCodec, VideoFrame};

/// One way to encode.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// How it is called in tables.
    pub name: &'static str,
    /// Of what comes out.
    pub codec: VideoCodec,
    start: fn(&LayerConfig, u32) -> Result<Run, EncodeError>,
    profile: Profile,
    /// Of the top layer.
    temporal_layers: u8,
    /// What the top layer is set up for.
    content: Content,
}

/// All there are. The first is the setting of 28 November 2026, which the others are compared with.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "reference",
        codec: VideoCodec::H264,
        start: reference,
        profile: Profile::Baseline,
        temporal_layers: 3,
        content: Content::Camera,
    },
    Setting {
        name: "h264-baseline",
        codec: VideoCodec::H264,
        start: held::<H264>,
        profile: Profile::Baseline,
        temporal_layers: 1,
        content: Content::Camera,
    },
    Setting {
        name: "h264-main",
        codec: VideoCodec::H264,
        start: held::<H264>,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Camera,
    },
    Setting {
        name: "h264-thinned",
        codec: VideoCodec::H264,
        start: held::<H264>,
        profile: Profile::Main,
        temporal_layers: 3,
        content: Content::Camera,
    },
    Setting {
        name: "vp9-8",
        codec: VideoCodec::Vp9,
        start: vp9_with_more_time,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Camera,
    },
    Setting {
        name: "h264-screen",
        codec: VideoCodec::H264,
        start: held::<H264>,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Screen,
    },
    Setting {
        name: "vp9-9",
        codec: VideoCodec::Vp9,
        start: held::<Vp9>,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Camera,
    },
    Setting {
        name: "vp8",
        codec: VideoCodec::Vp8,
        start: held::<Vp8>,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Camera,
    },
    Setting {
        name: "av1",
        codec: VideoCodec::Av1,
        start: held::<Av1>,
        profile: Profile::Main,
        temporal_layers: 1,
        content: Content::Screen,
    },
];

type Run = Box<dyn FnMut(&Picture, Instant, bool) -> Result<Option<VideoFrame>, EncodeError>>;

impl Setting {
    /// Encodes so many pictures, with the keyframes of a broadcast. `picture` gives the bytes of each.
    pub fn encode<'a>(
        &self,
        config: &VideoConfig,
        pictures: u32,
        picture: impl Fn(u32) -> &'a [u8],
    ) -> Result<Vec<VideoFrame>, String> {
        let all = CodecSpec::of(self.codec).layers;
        self.run(all, config, pictures, picture).map_err(|error| error.said().to_string())
    }

    /// The same of the top layer alone.
    pub fn encode_top<'a>(
        &self,
        config: &VideoConfig,
        pictures: u32,
        picture: impl Fn(u32) -> &'a [u8],
    ) -> Result<Vec<VideoFrame>, String> {
        self.run(&[Rid::F], config, pictures, picture).map_err(|error| error.said().to_string())
    }

    fn keyframes(&self) -> Duration {
        match self.codec {
            VideoCodec::Av1 => Av1::KEYFRAMES,
            _ => H264::KEYFRAMES,
        }
    }

    fn run<'a>(
        &self,
        rids: &[Rid],
        config: &VideoConfig,
        pictures: u32,
        picture: impl Fn(u32) -> &'a [u8],
    ) -> Result<Vec<VideoFrame>, EncodeError> {
        let (start, mut keyframes) = (Instant::now(), Keyframes::every(self.keyframes()));
        let mut layers = Vec::new();
        for rid in rids.iter().rev().copied() {
            let (width, height) = config.layer_size(rid);
            let mut made_for = LayerConfig::of(config, rid, self.profile);
            if rid != Rid::Q {
                made_for.temporal_layers = self.temporal_layers;
            }
            if rid == Rid::F {
                made_for.content = self.content;
            }
            let encoder = (self.start)(&made_for, config.layer_kbps(rid))?;
            layers.push((rid, encoder, Picture::black(width, height, start)));
        }
        let mut made = Vec::new();
        for number in 0..pictures {
            let captured = start + Duration::from_secs(1) * number / config.fps;
            let due = keyframes.take(captured);
            layers[0].2.data.copy_from_slice(picture(number));
            for at in 0..layers.len() {
                let (larger, rest) = layers.split_at_mut(at);
                let (rid, encoder, own) = &mut rest[0];
                if let Some((.., larger)) = larger.last() {
                    let window = [0, 0, own.width.into(), own.height.into()];
                    yuv::scale(larger, own, window);
                }
                let keyframe = due[rid.index()];
                let encoded = encoder(own, captured, keyframe)?;
                encoded.iter().filter(|made| made.keyframe && !keyframe).for_each(|_| keyframes.came(*rid, captured));
                made.extend(encoded);
            }
        }
        Ok(made)
    }
}

fn held<E: LayerEncoder>(config: &LayerConfig, kbps: u32) -> Result<Run, EncodeError> {
    let mut layer = Layer::<E>::new(config, kbps)?;
    Ok(Box::new(move |picture, captured, keyframe| layer.encode(picture, captured, keyframe)))
}

fn vp9_with_more_time(config: &LayerConfig, kbps: u32) -> Result<Run, EncodeError> {
    let mut layer = Layer::<Vp9>::new(config, kbps)?;
    layer.encoder().set_effort(Effort::More)?;
    Ok(Box::new(move |picture, captured, keyframe| layer.encode(picture, captured, keyframe)))
}

/// Nothing but OpenH264's own control, to the quantiser that is the coarsest by default.
fn reference(config: &LayerConfig, kbps: u32) -> Result<Run, EncodeError> {
    let mut encoder = H264::set_up(config, kbps, [12, 42], Control::Own)?;
    Ok(Box::new(move |picture, captured, keyframe| encoder.encode(picture, captured, keyframe)))
}
