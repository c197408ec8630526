//! The thread `media-sound`: takes the chosen sound, measures it, mixes what else is to be heard into it, and encodes it while live.

use super::{
    Events,
    beside::{self, Beside},
    headphones::Listening,
    hush::Hush,
    lock,
    mixing::Mixing,
    sound_output::SoundOutput,
    wanted::Wanted,
};
use crate::{
    Event, Levels, MicrophoneChoice,
    frame::{SAMPLE_RATE, SoundChunk},
    levels::Meter,
    microphone::{self, Headphones},
    mixer::{Desk, Sum, Watch},
    source::{SoundSource, SourceError},
    tone::{Silence, Tone},
};
use protocol::{SourceState, StripId, StripSettings};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

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
            sound.device = sound.is_device.then(|| id.clone());
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
                tell(SourceState::Failed { id, code: error.code(), message: error.said() });
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
        let (silent, heard) = (self.silent.load(Ordering::Relaxed), chosen && !settings.is_muted(StripId::Microphone));
        sound.watch.microphone(Some(&*chunk.samples).filter(|_| heard && sound.is_device));
        sound.desk.set(&settings);
        sound.desk.looked_at(looks.strips);
        let microphones = self.mixing.microphones();
        for (microphone, beside) in microphones.iter().zip(&mut sound.beside) {
            beside.listen_to(microphone.as_deref(), &self.events);
        }
        let program = self.mixing.program();
        for (strip, beside) in OTHERS.into_iter().zip(&mut sound.beside) {
            if strip == StripId::Desktop {
                beside.listen_to(program.as_deref(), &self.events);
            }
            beside.poll(settings.of(strip), &mut sound.desk, &self.events, now);
        }
        let output = self.mixing.headphones();
        // A program that is heard alone is not heard through an output.
        let desktop_is_heard = !settings.is_muted(StripId::Desktop) && program.is_none();
        let heard_by = |output: &Headphones| {
            let first = (StripId::Microphone, sound.device.as_deref());
            let more = OTHERS.into_iter().zip(microphones.iter().map(Option::as_deref));
            let mut heard = [first].into_iter().chain(more).filter(|(strip, _)| !settings.is_muted(*strip));
            desktop_is_heard && output.is_systems()
                || heard.any(|(_, device)| device.is_some_and(|device| output.is_heard_by(device)))
        };
        let output = sound.listening.poll(output.as_deref(), heard_by, &self.events, now);
        sound.desk.listened_to(output.is_some());
        // A pause that the noise was taken out of is no fault, nor one for which the gate is shut.
        let StripSettings { noise_suppression, gate, .. } = settings.of(StripId::Microphone);
        let pause = (*noise_suppression || *gate) && !Watch::is_quiet(&chunk.samples);
        chunk.captured = sound.desk.mix(&mut chunk.samples, chunk.captured);
        if let (Some(output), Some(solo)) = (output, sound.desk.solo()) {
            output.put(solo, chunk.captured, now);
        }
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

/// The strips beside the first microphone: other microphones first.
const OTHERS: [StripId; 5] =
    [StripId::Microphone2, StripId::Microphone3, StripId::Microphone4, StripId::Desktop, StripId::Tone];

/// Samples (of each channel) that the strips' levels are told of together: a quarter of a second.
const MEASURED: usize = (SAMPLE_RATE / 4) as usize;

/// What is on its way to the encoder.
struct Sound {
    meter: Meter,
    desk: Desk,
    beside: [Beside; OTHERS.len()],
    listening: Listening,
    hush: Hush,
    watch: Watch,
    sum: Sum,
    /// What was chosen as the microphone is a device.
    is_device: bool,
    /// Which one.
    device: Option<String>,
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
            listening: Listening::new(thread.retry),
            hush: Hush::new(thread.silent.load(Ordering::Relaxed)),
            watch: Watch::default(),
            sum: Sum::default(),
            is_device: false,
            device: None,
            channels: settings.of(StripId::Microphone).channels,
            measured: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encode::PACKET, pipeline::Sink};
    use std::{sync::mpsc::channel, thread};
    use stream::Frame;

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
