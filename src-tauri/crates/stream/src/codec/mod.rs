//! What a video codec is, said once: whoever has to know asks its [`CodecSpec`].
//!
//! A new codec is a variant of [`VideoCodec`], a file here with its `SPEC`, and a line in [`CODECS`]. What has to read or make
//! its bytes stands behind two registries, a file a codec: the packetisers' and the encoders' (`media`'s pipeline).

mod av1;
mod descriptor;
mod h264;
mod level;
mod profile;
mod vp8;
mod vp9;

pub use descriptor::{Descriptor, PacketDescriptor, PayloadDescriptor, PictureIds};
pub use level::H264Level;
pub use profile::Profile;

use protocol::{Rid, VideoCodec};
use std::borrow::Cow;

/// All codecs, the one that viewers are answered first at the front; what is for screens stands at the end. In the order of [`VideoCodec`]'s variants.
pub const CODECS: [&CodecSpec; 4] = [&h264::SPEC, &vp9::SPEC, &vp8::SPEC, &av1::SPEC];

/// How many different layers there can be, of all codecs together.
pub const LAYERS: usize = CODECS.len() * Rid::ALL.len();

/// One codec's place in the program.
#[derive(Debug)]
pub struct CodecSpec {
    /// Which.
    pub codec: VideoCodec,
    /// Encoding name and clock rate, as `a=rtpmap` has them (RFC 8866 section 6.6); the case of letters does not matter.
    pub rtpmap: &'static str,
    /// How well what is sent here suits a payload type with the `a=fmtp` parameters that are looked up by name; none where it
    /// cannot be sent. Of several that can, with the same [`CodecSpec::profile`], the best is answered, and the first of those.
    pub fit: for<'a> fn(Fmtp<'_, 'a>) -> Option<Fit>,
    /// How much of the codec may be sent to a payload type that suits. Of several that suit the one with the most is answered.
    pub profile: for<'a> fn(Fmtp<'_, 'a>) -> Profile,
    /// One `a=fmtp` line of the answer, made of the one that was offered, all parameters of the payload type, and the level of what
    /// is sent. What is sent satisfies the offer's parameters, so the answer repeats them; only the level may be another.
    pub answer: for<'a> fn(&'a str, Fmtp<'_, 'a>, H264Level) -> Cow<'a, str>,
    /// The layers that are encoded, the smallest first. Who asks for one that is not among them is given the next larger.
    pub layers: &'static [Rid],
    /// A layer is encoded only while somebody watches it, as long as another codec is there that is always encoded. Else all
    /// layers are, as long as the broadcast runs.
    pub on_demand: bool,
    /// It is encoded only while a screen is shown, for viewers who are answered it beside another codec: nobody has it alone.
    pub of_screens: bool,
    /// How long encoding a picture takes, in the time that H.264's does. A second encoder is started only where there is that time.
    pub weight: f64,
    /// Where a viewer may step up to a higher temporal layer.
    pub temporal_sync: TemporalSync,
    /// What stands before each payload and is different for each viewer; none where the payload is the same for all.
    pub descriptor: Option<PayloadDescriptor>,
}

/// Looks a parameter of an `a=fmtp` line up by its name.
pub type Fmtp<'l, 'a> = &'l dyn Fn(&str) -> Option<&'a str>;

/// How well a payload type suits; the better is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It names just what is sent.
    Exact,
    /// What is sent is among what it allows.
    Within,
    /// It does not say that what is sent may be, which players that take it leave out all the same: what is offered beside it goes
    /// before, another codec too.
    Unsaid,
}

/// How one knows that a picture needs nothing but the last base picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemporalSync {
    /// A picture refers to the last picture of a lower temporal layer: so it needs nothing else when it is the first above the
    /// base, or lower than all since.
    ByOrder,
    /// The encoder says so ([`crate::VideoFrame::layer_sync`]).
    ByEncoder,
}

impl CodecSpec {
    /// A codec's.
    pub fn of(codec: VideoCodec) -> &'static CodecSpec {
        CODECS[codec as usize]
    }

    /// The layer that is encoded for who asks for this one: itself, or else the next larger.
    pub fn layer_for(&self, rid: Rid) -> Option<Rid> {
        self.layers.iter().copied().find(|layer| *layer >= rid)
    }
}

/// A layer's number among those of all codecs, below [`LAYERS`].
pub fn layer_index(codec: VideoCodec, rid: Rid) -> usize {
    codec as usize * Rid::ALL.len() + rid.index()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_is_registered_in_the_order_of_its_variant() {
        // A new variant does not compile here before it has its line.
        let place = |codec| match codec {
            VideoCodec::H264 => 0,
            VideoCodec::Vp9 => 1,
            VideoCodec::Vp8 => 2,
            VideoCodec::Av1 => 3,
        };
        for (index, spec) in CODECS.iter().enumerate() {
            assert_eq!((place(spec.codec), spec.codec as usize), (index, index));
            assert_eq!(CodecSpec::of(spec.codec).rtpmap, spec.rtpmap);
        }
    }

    #[test]
    fn layers_are_listed_the_smallest_first_and_the_top_one_is_there() {
        for spec in CODECS {
            assert!(spec.layers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", spec.codec);
            assert_eq!(spec.layers.last(), Some(&Rid::F), "{:?}: what the camera gives can be watched", spec.codec);
        }
        assert!(
            CODECS.iter().any(|spec| !spec.on_demand),
            "a joiner's first picture comes from what is always encoded"
        );
    }

    #[test]
    fn every_layer_has_a_number_of_its_own() {
        let all = CODECS.iter().flat_map(|spec| Rid::ALL.map(|rid| layer_index(spec.codec, rid)));
        assert_eq!(all.collect::<Vec<_>>(), (0..LAYERS).collect::<Vec<_>>());
    }

    #[test]
    fn who_asks_for_a_layer_that_is_not_encoded_gets_the_next_larger() {
        for codec in [VideoCodec::Vp9, VideoCodec::Vp8] {
            let spec = CodecSpec::of(codec);
            assert_eq!(Rid::ALL.map(|rid| spec.layer_for(rid)), [Some(Rid::H), Some(Rid::H), Some(Rid::F)]);
        }
        let spec = CodecSpec::of(VideoCodec::H264);
        assert_eq!(Rid::ALL.map(|rid| spec.layer_for(rid)), Rid::ALL.map(Some));
    }
}
