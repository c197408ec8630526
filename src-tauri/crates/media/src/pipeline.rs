use crate::{CameraChoice, Encoded, Event, Levels, MicrophoneChoice, VideoConfig};
use bytes::Bytes;
use protocol::{Rid, VideoCodec};

/// A camera, a microphone and the encoders behind them.
pub struct Pipeline;

impl Pipeline {
    /// Opens the devices: from here on there are a preview and levels. Never fails: a device that does is an [`Event`], its
    /// place is taken by a slate or by silence, and it is tried again every two seconds. `name` is shown in the pattern.
    pub fn open(
        _camera: CameraChoice,
        _microphone: MicrophoneChoice,
        _video: VideoConfig,
        _name: String,
        _events: impl Fn(Event) + Send + Sync + 'static,
    ) -> Pipeline {
        todo!()
    }

    /// Takes another camera, live or not.
    pub fn set_camera(&self, _camera: CameraChoice) {
        todo!()
    }

    /// Takes another microphone, live or not.
    pub fn set_microphone(&self, _microphone: MicrophoneChoice) {
        todo!()
    }

    /// Changes size, rate or bitrate, live or not.
    pub fn set_video(&self, _video: VideoConfig) {
        todo!()
    }

    /// Starts the encoders. They run until [`Pipeline::end`], watched or not. `sink` is called from their threads, for each
    /// picture with the top layer first; it must not block.
    pub fn go_live(&self, _sink: impl Fn(Encoded) + Send + Sync + 'static) {
        todo!()
    }

    /// Stops the encoders; `sink` is not called again once this returns.
    pub fn end(&self) {
        todo!()
    }

    /// The next picture of this layer becomes a keyframe; of no other layer.
    pub fn request_keyframe(&self, _codec: VideoCodec, _rid: Rid) {
        todo!()
    }

    /// Which layers are encoded as VP8 too: the full, the half, both or, with an empty list, none.
    pub fn set_vp8(&self, _rids: &[Rid]) {
        todo!()
    }

    /// Changes one layer's bitrate, of all codecs.
    pub fn set_layer_bitrate(&self, _rid: Rid, _kbps: u32) {
        todo!()
    }

    /// The newest picture as a JPEG of 640x360, made in this call (about 2 ms) and only if there is a new one.
    pub fn preview(&self) -> Option<Bytes> {
        todo!()
    }

    /// How loud the sound is now.
    pub fn levels(&self) -> Levels {
        todo!()
    }
}
