//! The first output: all viewers, by the forwarder. What the encoders make is counted here.

use super::{Output, Taken};
use crate::{meter::Meter, processor_time};
use forward::Forwarder;
use std::sync::Arc;
use std::time::Instant;
use stream::{AudioFrame, VideoFrame};

/// Hands the stream to the forwarder, and keeps the meter.
pub(crate) struct ToViewers {
    forwarder: Forwarder,
    meter: Arc<Meter>,
}

impl ToViewers {
    pub(crate) fn new(forwarder: Forwarder, meter: Arc<Meter>) -> ToViewers {
        ToViewers { forwarder, meter }
    }
}

impl Output for ToViewers {
    /// The forwarder tells by itself, later, when a viewer needs a keyframe.
    fn video(&self, frame: &VideoFrame) -> Taken {
        self.meter.video(frame);
        let encoded = Instant::now();
        self.forwarder.video(frame);
        self.meter.steps.count(frame, encoded, Instant::now(), processor_time::of_this_thread());
        Taken::Yes
    }

    fn audio(&self, frame: &AudioFrame) {
        self.meter.audio(frame);
        self.forwarder.audio(frame);
    }

    fn ended(&self) {
        self.forwarder.end_stream();
    }
}
