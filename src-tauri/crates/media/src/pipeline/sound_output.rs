//! From the mixed sound to the packets of one broadcast: limited, in their places, encoded.

use super::{Events, Sink, timeline::Timeline};
use crate::{
    Event,
    encode::{PACKET, SoundEncoder},
    frame::SoundChunk,
    mixer::Limiter,
};
use protocol::SoundPreset;
use stream::{AudioFrame, Frame};
use words::said;

/// The encoded sound of one broadcast.
pub(super) struct SoundOutput {
    sink: Sink,
    encoder: Option<SoundEncoder>,
    limiter: Limiter,
    timeline: Option<Timeline>,
    /// Not yet a whole packet.
    pending: Vec<f32>,
    /// The packet that is being encoded, taken out of `pending` before: should that panic, it is one packet that is lost.
    packet: Vec<f32>,
    /// Of the first sample in `pending`.
    position: u64,
    failed: bool,
}

impl SoundOutput {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink,
            encoder: None,
            limiter: Limiter::new(),
            timeline: None,
            pending: Vec::new(),
            packet: Vec::new(),
            position: 0,
            failed: false,
        }
    }

    pub(super) fn take(&mut self, chunk: &SoundChunk, preset: SoundPreset, events: &Events) {
        let timeline = self.timeline.get_or_insert_with(|| Timeline::new(chunk.captured));
        let placement = timeline.place(chunk.captured, chunk.samples.len() / 2);
        self.pending.resize(self.pending.len() + 2 * placement.silence, 0.0);
        self.pending.extend_from_slice(&chunk.samples[2 * placement.skip..]);
        while self.pending.len() >= 2 * PACKET {
            self.packet.clear();
            self.packet.extend(self.pending.drain(..2 * PACKET));
            self.limiter.apply(&mut self.packet);
            let position = self.position;
            self.position += PACKET as u64;
            // It is put back when it has done its work, so that one that panicked in it is not used again.
            let encoder = self.encoder.take().map_or_else(|| SoundEncoder::new(preset), Ok);
            let encoded = encoder.and_then(|mut encoder| {
                encoder.set(preset)?;
                let data = encoder.encode(&self.packet)?;
                self.encoder = Some(encoder);
                Ok(data)
            });
            match encoded {
                Ok(data) => {
                    self.failed = false;
                    let captured = timeline.time(position);
                    let captured = captured.checked_sub(Limiter::DELAY).unwrap_or(captured);
                    (self.sink)(Frame::Audio(AudioFrame { captured, position, samples: PACKET as u32, data }));
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failed, true) {
                        events(Event::EncoderFailed(said!("encoder.sound", what = error.said())));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, Mutex},
        time::{Duration, Instant},
    };

    #[test]
    fn packets_follow_each_other_across_a_gap() {
        let made = Arc::new(Mutex::new(Vec::new()));
        let store = made.clone();
        let mut output = SoundOutput::new(Arc::new(move |encoded| match encoded {
            Frame::Audio(audio) => store.lock().unwrap().push(audio),
            Frame::Video(_) => panic!("there is no picture"),
        }));
        let start = Instant::now();
        let events: Events = Arc::new(|event| panic!("{event:?}"));
        for piece in (0..100).chain(200..300) {
            let captured = start + Duration::from_millis(10 * piece);
            output.take(&SoundChunk { samples: vec![0.1; 960], captured }, SoundPreset::Standard, &events);
        }
        let made = made.lock().unwrap();
        assert_eq!(made.len(), 150, "three seconds, one of them silence");
        for (at, packet) in made.iter().enumerate() {
            assert_eq!((packet.position, packet.samples), (at as u64 * 960, 960));
            let expected = start + Duration::from_millis(20 * at as u64);
            assert!(packet.captured.max(expected) - packet.captured.min(expected) < Duration::from_millis(1));
        }
    }
}
