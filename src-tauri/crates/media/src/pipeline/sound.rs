//! The thread `media-sound`: takes the chosen sound, measures it, mixes what else is to be heard into it, and encodes it while live.

use super::{
    Events, Sink,
    beside::{self, Beside},
    hush::Hush,
    lock,
    mixing::Mixing,
    timeline::Timeline,
    wanted::Wanted,
};
use crate::{
    Event, Levels, MicrophoneChoice,
    encode::{PACKET, SoundEncoder},
    frame::{SAMPLE_RATE, SoundChunk},
    levels::Meter,
    microphone,
    mixer::{Desk, Limiter, Sum, Watch},
    source::{SoundSource, SourceError},
    tone::{Silence, Tone},
};
use protocol::{SoundPreset, SourceState, StripId, StripSettings};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use stream::{AudioFrame, Frame};

pub(super) struct SoundThread {
    pub(super) wanted: Arc<Wanted<MicrophoneChoice>>,
    pub(super) mixing: Arc<Mixing>,
    /// What is sent is silence.
    pub(super) silent: Arc<AtomicBool>,
    pub(super) levels: Arc<Mutex<Levels>>,
    /// There while live.
    pub(super) output: Arc<Mutex<Option<SoundOutput>>>,
    pub(super) events: Events,
    pub(super) open: Opener,
    pub(super) open_beside: beside::Opener,
    /// A microphone that failed is tried again this often.
    pub(super) retry: Duration,
}

/// Opens what was chosen.
pub(super) type Opener = Box<dyn Fn(&MicrophoneChoice) -> Result<Box<dyn SoundSource>, SourceError> + Send>;

/// The real opener.
pub(super) fn open(choice: &MicrophoneChoice) -> Result<Box<dyn SoundSource>, SourceError> {
    match choice {
        MicrophoneChoice::Off => Ok(Box::new(Silence::new())),
        MicrophoneChoice::Tone => Ok(Box::new(Tone::new())),
        MicrophoneChoice::Device(name) => microphone::open(name),
    }
}

impl SoundThread {
    pub(super) fn run(&self) {
        threads::ask_for(threads::Priority::Sound);
        let (mut told, mut tried) = (None, None);
        let (mut sound, mut chunk) = (Sound::new(self), SoundChunk::new());
        while let Some((number, choice)) = self.wanted.current() {
            let id = choice.to_string();
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                if told.as_ref() != Some(&state) {
                    if let SourceState::Failed { message, .. } = &state {
                        tracing::warn!("microphone: {message}");
                    }
                    (self.events)(Event::Microphone(state.clone()));
                    told = Some(state);
                }
            };
            let off = choice == MicrophoneChoice::Off;
            sound.is_device = !off && choice != MicrophoneChoice::Tone;
            if tried.replace(number) != Some(number) && !off {
                tell(SourceState::Opening { id: id.clone() });
            }
            let mut deliver =
                |source: &mut dyn SoundSource, until: Option<Instant>, running: &mut dyn FnMut(String)| {
                    let (mut told, mut silence) = (false, None);
                    while self.wanted.still(number) && until.is_none_or(|until| Instant::now() < until) {
                        threads::turn();
                        source.choose(sound.channels);
                        source.next(&mut chunk)?;
                        if chunk.samples.is_empty() {
                            // What is sent goes on meanwhile: made up for later, it would all come at once, and late.
                            silence.get_or_insert_with(Silence::new).next(&mut chunk)?;
                            self.take(&mut sound, &mut chunk, false);
                            continue;
                        }
                        if !std::mem::replace(&mut told, true) {
                            running(source.format());
                        }
                        self.take(&mut sound, &mut chunk, !off && until.is_none());
                    }
                    Ok(())
                };
            let delivered = (self.open)(&choice).and_then(|mut source| {
                let mut running = |format| match off {
                    true => tell(SourceState::Off),
                    false => tell(SourceState::Running { id: id.clone(), format }),
                };
                deliver(&mut *source, None, &mut running)
            });
            if let Err(error) = delivered {
                tell(SourceState::Failed { id, code: error.code(), message: error.to_string() });
                // Silence never fails.
                let _: Result<(), SourceError> =
                    deliver(&mut Silence::new(), Some(Instant::now() + self.retry), &mut |_| ());
            }
        }
    }

    /// `chosen`: it is of what was chosen as the microphone, and not what is sent in its place.
    fn take(&self, sound: &mut Sound, chunk: &mut SoundChunk, chosen: bool) {
        // Before it is silent: who speaks while muted is to see it.
        if let Some(levels) = sound.meter.add(&chunk.samples) {
            *lock(&self.levels) = levels;
        }
        let now = Instant::now();
        let (settings, looks) = self.mixing.wanted(now);
        sound.channels = settings.of(StripId::Microphone).channels;
        let (silent, heard) = (self.silent.load(Ordering::Relaxed), chosen && !settings.of(StripId::Microphone).mute);
        sound.watch.microphone(Some(&*chunk.samples).filter(|_| heard && sound.is_device));
        sound.desk.set(&settings);
        sound.desk.looked_at(looks.strips);
        for (strip, beside) in OTHERS.into_iter().zip(&mut sound.beside) {
            beside.poll(settings.of(strip), &mut sound.desk, &self.events, now);
        }
        // A pause that the noise was taken out of is no fault, nor one for which the gate is shut.
        let StripSettings { noise_suppression, gate, .. } = settings.of(StripId::Microphone);
        let pause = (*noise_suppression || *gate) && !Watch::is_quiet(&chunk.samples);
        chunk.captured = sound.desk.mix(&mut chunk.samples, chunk.captured);
        sound.measured += chunk.samples.len() / 2;
        if sound.measured >= MEASURED {
            sound.measured = 0;
            self.mixing.tell(sound.desk.levels(), sound.sum.short_term());
        }
        sound.hush.apply(&mut chunk.samples, silent);
        sound.sum.add(&chunk.samples, looks.sum);
        let mut output = lock(&self.output);
        sound.watch.sent(Some(&*chunk.samples).filter(|_| heard && !pause && !silent && output.is_some()));
        if let Some(output) = output.as_mut() {
            output.take(chunk, settings.preset, &self.events);
        }
        drop(output);
        if let Some(news) = sound.watch.news() {
            (self.events)(Event::Sound(news));
        }
    }
}

/// The strips beside the microphone.
const OTHERS: [StripId; 2] = [StripId::Desktop, StripId::Tone];

/// Samples (of each channel) that the strips' levels are told of together: a quarter of a second.
const MEASURED: usize = (SAMPLE_RATE / 4) as usize;

/// What is on its way to the encoder.
struct Sound {
    meter: Meter,
    desk: Desk,
    beside: [Beside; 2],
    hush: Hush,
    watch: Watch,
    sum: Sum,
    /// What was chosen as the microphone is a device.
    is_device: bool,
    /// Of the microphone.
    channels: protocol::Channels,
    measured: usize,
}

impl Sound {
    fn new(thread: &SoundThread) -> Self {
        let (settings, _) = thread.mixing.wanted(Instant::now());
        Self {
            meter: Meter::default(),
            desk: Desk::new(settings),
            beside: OTHERS.map(|strip| Beside::new(strip, thread.open_beside, thread.retry)),
            hush: Hush::new(thread.silent.load(Ordering::Relaxed)),
            watch: Watch::default(),
            sum: Sum::default(),
            is_device: false,
            channels: settings.of(StripId::Microphone).channels,
            measured: 0,
        }
    }
}

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

    fn take(&mut self, chunk: &SoundChunk, preset: SoundPreset, events: &Events) {
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
                        events(Event::EncoderFailed(format!("{error}. It is started again by itself.")));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc::channel, thread};

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

    /// A microphone that is pulled out after ten pieces.
    struct Loose(Tone, u32);

    impl SoundSource for Loose {
        fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
            self.1 += 1;
            if self.1 > 10 { Err(SourceError::Lost("The microphone \"loose\"".into())) } else { self.0.next(into) }
        }

        fn format(&self) -> String {
            "test".into()
        }
    }

    /// A headset that has to be woken: for a second and a half there is nothing.
    struct Asleep(Tone, Instant);

    impl SoundSource for Asleep {
        fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
            self.0.next(into)?;
            if self.1.elapsed() < Duration::from_millis(1500) {
                into.samples.clear();
            }
            Ok(())
        }

        fn format(&self) -> String {
            "test".into()
        }
    }

    #[test]
    fn silence_is_sent_while_a_microphone_has_yet_to_begin() {
        let wanted = Arc::new(Wanted::new(MicrophoneChoice::Device("asleep".into())));
        let (made, packets) = channel();
        let (told, events) = channel();
        let sink: Sink = Arc::new(move |encoded| drop(made.send((Instant::now(), encoded))));
        let sound = SoundThread {
            wanted: wanted.clone(),
            mixing: Arc::default(),
            silent: Arc::default(),
            levels: Arc::default(),
            output: Arc::new(Mutex::new(Some(SoundOutput::new(sink)))),
            events: Arc::new(move |event| drop(told.send((Instant::now(), event)))),
            open: Box::new(|_| Ok(Box::new(Asleep(Tone::new(), Instant::now())))),
            open_beside: beside::open,
            retry: Duration::from_millis(100),
        };
        let thread = thread::spawn(move || sound.run());
        let running = loop {
            let (at, event) = events.recv_timeout(Duration::from_secs(10)).expect("it begins");
            if matches!(event, Event::Microphone(SourceState::Running { .. })) {
                break at;
            }
        };
        wanted.close();
        thread.join().expect("it ends when it is told to");
        let before = packets.try_iter().filter(|(at, _)| *at < running).count();
        assert!(
            before >= 50,
            "a second and more of silence, in packets of 20 ms, and not all when it begins: {before}"
        );
    }

    #[test]
    fn a_microphone_that_goes_and_comes_back_leaves_no_seam() {
        let wanted = Arc::new(Wanted::new(MicrophoneChoice::Device("loose".into())));
        let (told, events) = channel();
        let (made, packets) = channel();
        let sink: Sink = Arc::new(move |encoded| drop(made.send(encoded)));
        let sound = SoundThread {
            wanted: wanted.clone(),
            mixing: Arc::default(),
            silent: Arc::default(),
            levels: Arc::default(),
            output: Arc::new(Mutex::new(Some(SoundOutput::new(sink)))),
            events: Arc::new(move |event| drop(told.send(event))),
            open: Box::new(|_| Ok(Box::new(Loose(Tone::new(), 0)))),
            open_beside: beside::open,
            retry: Duration::from_millis(100),
        };
        let thread = thread::spawn(move || sound.run());
        let mut running = 0;
        while running < 3 {
            match events.recv_timeout(Duration::from_secs(10)).expect("the next state") {
                Event::Microphone(SourceState::Running { .. }) => running += 1,
                Event::Microphone(SourceState::Failed { .. } | SourceState::Opening { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        wanted.close();
        thread.join().expect("it ends when it is told to");
        let packets: Vec<_> = packets.try_iter().collect();
        assert!(packets.len() >= 15, "two times 100 ms of tone and 100 ms of silence, and more");
        for (at, packet) in packets.iter().enumerate() {
            match packet {
                Frame::Audio(packet) => assert_eq!(packet.position, at as u64 * PACKET as u64),
                Frame::Video(_) => panic!("there is no picture"),
            }
        }
    }
}
