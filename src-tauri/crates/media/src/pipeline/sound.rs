//! The thread `media-sound`: takes the chosen sound, measures it, and encodes it while live.

use super::{Events, RETRY, Sink, timeline::Timeline, wanted::Wanted};
use crate::{
    Encoded, EncodedAudio, Event, Levels, MicrophoneChoice,
    encode::{PACKET, SoundEncoder},
    frame::SoundChunk,
    levels::Meter,
    microphone,
    source::{SoundSource, SourceError},
    tone::{Silence, Tone},
};
use protocol::SourceState;
use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

pub(super) struct Sound {
    pub(super) wanted: Arc<Wanted<MicrophoneChoice>>,
    pub(super) levels: Arc<Mutex<Levels>>,
    /// There while live.
    pub(super) output: Arc<Mutex<Option<SoundOutput>>>,
    pub(super) events: Events,
}

impl Sound {
    pub(super) fn run(self) {
        let mut told = None;
        let (mut meter, mut chunk) = (Meter::default(), SoundChunk::new());
        while let Some((number, choice)) = self.wanted.current() {
            let id = choice.to_string();
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                if told.as_ref() != Some(&state) {
                    (self.events)(Event::Microphone(state.clone()));
                    told = Some(state);
                }
            };
            let source: Result<Box<dyn SoundSource>, SourceError> = match &choice {
                MicrophoneChoice::Off => Ok(Box::new(Silence::new())),
                MicrophoneChoice::Tone => Ok(Box::new(Tone::new())),
                MicrophoneChoice::Device(name) => microphone::open(name),
            };
            let mut deliver =
                |source: &mut dyn SoundSource, until: Option<Instant>, running: &mut dyn FnMut(String)| {
                    while self.wanted.still(number) && until.is_none_or(|until| Instant::now() < until) {
                        source.next(&mut chunk)?;
                        running(source.format());
                        self.take(&mut meter, &chunk);
                    }
                    Ok(())
                };
            let delivered = source.and_then(|mut source| {
                deliver(&mut *source, None, &mut |format| match choice {
                    MicrophoneChoice::Off => tell(SourceState::Off),
                    _ => tell(SourceState::Running { id: id.clone(), format }),
                })
            });
            if let Err(error) = delivered {
                tracing::warn!("microphone: {error}");
                tell(SourceState::Failed { id, code: error.code(), message: error.to_string() });
                // Silence never fails.
                let _: Result<(), SourceError> =
                    deliver(&mut Silence::new(), Some(Instant::now() + RETRY), &mut |_| ());
            }
        }
    }

    fn take(&self, meter: &mut Meter, chunk: &SoundChunk) {
        if let Some(levels) = meter.add(&chunk.samples) {
            *self.levels.lock().expect("nobody panics holding it") = levels;
        }
        if let Some(output) = self.output.lock().expect("nobody panics holding it").as_mut() {
            output.take(chunk, &self.events);
        }
    }
}

/// The encoded sound of one broadcast.
pub(super) struct SoundOutput {
    sink: Sink,
    encoder: Option<SoundEncoder>,
    timeline: Option<Timeline>,
    /// Not yet a whole packet.
    pending: Vec<f32>,
    /// Of the first sample in `pending`.
    position: u64,
    failed: bool,
}

impl SoundOutput {
    pub(super) fn new(sink: Sink) -> Self {
        Self { sink, encoder: None, timeline: None, pending: Vec::new(), position: 0, failed: false }
    }

    fn take(&mut self, chunk: &SoundChunk, events: &Events) {
        let timeline = self.timeline.get_or_insert_with(|| Timeline::new(chunk.captured));
        let placement = timeline.place(chunk.captured, chunk.samples.len() / 2);
        self.pending.resize(self.pending.len() + 2 * placement.silence, 0.0);
        self.pending.extend_from_slice(&chunk.samples[2 * placement.skip..]);
        let mut whole = self.pending.chunks_exact(2 * PACKET);
        for samples in &mut whole {
            let encoder = match &mut self.encoder {
                Some(encoder) => Ok(encoder),
                none => SoundEncoder::new().map(|encoder| none.insert(encoder)),
            };
            match encoder.and_then(|encoder| encoder.encode(samples)) {
                Ok(data) => {
                    self.failed = false;
                    let captured = timeline.time(self.position);
                    (self.sink)(Encoded::Audio(EncodedAudio {
                        captured,
                        position: self.position,
                        samples: PACKET as u32,
                        data,
                    }));
                }
                Err(error) => {
                    self.encoder = None;
                    if !std::mem::replace(&mut self.failed, true) {
                        events(Event::EncoderFailed(format!("{error}. It is started again by itself.")));
                    }
                }
            }
            self.position += PACKET as u64;
        }
        let rest = whole.remainder().len();
        self.pending.drain(..self.pending.len() - rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn packets_follow_each_other_across_a_gap() {
        let made = Arc::new(Mutex::new(Vec::new()));
        let store = made.clone();
        let mut output = SoundOutput::new(Arc::new(move |encoded| match encoded {
            Encoded::Audio(audio) => store.lock().unwrap().push(audio),
            Encoded::Video(_) => panic!("there is no picture"),
        }));
        let start = Instant::now();
        let events: Events = Arc::new(|event| panic!("{event:?}"));
        for piece in (0..100).chain(200..300) {
            let captured = start + Duration::from_millis(10 * piece);
            output.take(&SoundChunk { samples: vec![0.1; 960], captured }, &events);
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
