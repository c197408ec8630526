//! What the broadcaster listens on: an output of this computer. It knows cpal too, as its other side.

use super::{
    convert::SampleClock,
    device::{SoundFormat, host},
    names::{self, Found},
};
use crate::{
    device::{DeviceError, Handover, IT, OpenDevice, Opening},
    frame::{SAMPLE_RATE, SoundChunk},
    listing::Listing,
    mixer::Follower,
    source::SourceError,
};
use cpal::{
    BufferSize, Device, Host, SampleFormat, StreamConfig, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};
use words::{Said, said};

/// The outputs that can be chosen.
pub(crate) fn list() -> Vec<protocol::Source> {
    static LISTING: Listing<Vec<protocol::Source>> = Listing::new("outputs");
    LISTING.ask(|| {
        let (host, system) = host();
        let describe = |device: &Device| {
            let label = device.description().ok()?.name().to_owned();
            Some(Found { id: device.id().ok()?.id().to_owned(), label, system })
        };
        let outputs = host.output_devices().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
        names::listed(outputs.iter().filter_map(describe).collect())
    })
}

/// Means the output that the system is set to.
pub(crate) const DEFAULT: &str = "default";

/// Pieces on their way to the output. Whoever mixes never waits: what does not fit is left out.
const MOST_WAITING: usize = 20;

/// How far behind the mixer it is played: a piece, what the output asks for in one go, and what either is late by.
const LAG: Duration = Duration::from_millis(50);

/// Where sound is mixed later than lately, so much later is reckoned with.
const MORE_LATE: Duration = Duration::from_millis(10);

/// What was late a while ago says nothing of what is mixed now.
const LATELY: Duration = Duration::from_secs(2);

/// An output that takes longer to be opened hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Frames that the output asks for in one go: 20 ms, which a busy machine keeps up with.
const PERIOD: u32 = SAMPLE_RATE / 50;

/// How often it is looked whether the system's sound goes elsewhere: sooner than what listens to the desktop does.
const LOOK_FOR_OUTPUT: Duration = Duration::from_millis(100);

/// A sound server that takes longer to make a stream hangs.
const STREAM_TIMEOUT: Duration = Duration::from_secs(8);

/// An output that plays what it is given, in a thread of its own.
pub(crate) struct Headphones {
    subject: Said,
    reached: Reached,
    pieces: SyncSender<SoundChunk>,
    place: Arc<Place>,
    /// To be opened.
    asked: Instant,
    late: Late,
}

/// Who could hear what is played there.
#[derive(Default)]
struct Place {
    /// The system's sound goes there as well.
    is_systems: AtomicBool,
    /// The microphone that the system is set to hears what is played there.
    is_default_input: AtomicBool,
    /// What a microphone is called that does: its id and its label.
    monitor: OnceLock<[String; 2]>,
}

enum Reached {
    Opening(Opening<SoundFormat, ()>),
    Open(OpenDevice<SoundFormat, ()>),
}

impl Headphones {
    /// Opens the output with this name, and waits for nothing.
    pub(crate) fn open(name: &str) -> Result<Self, SourceError> {
        let subject = if name == DEFAULT { said!("device.any_output") } else { said!("device.output", name) };
        let (pieces, taken) = sync_channel(MOST_WAITING);
        let place = Arc::<Place>::default();
        let (wanted, told) = (name.to_owned(), Arc::clone(&place));
        let drive = move |handover: &Arc<Handover<SoundFormat, ()>>| drive(&wanted, taken, &told, handover);
        match Opening::begin("media-device", 1, drive) {
            Ok(opening) => Ok(Self {
                subject,
                reached: Reached::Opening(opening),
                pieces,
                place,
                asked: Instant::now(),
                late: Late::default(),
            }),
            Err(error) => Err(error.opening(&subject)),
        }
    }

    /// How it does, for people; none while it is being opened. Never waits.
    pub(crate) fn poll(&mut self) -> Result<Option<String>, SourceError> {
        if let Reached::Opening(opening) = &mut self.reached {
            let Some(opened) = opening.wait(Duration::ZERO) else {
                let late = DeviceError::Other(said!("device.hangs", device = IT));
                return if self.asked.elapsed() < PATIENCE { Ok(None) } else { Err(late.delivering(&self.subject)) };
            };
            let mut device = opened.map_err(|error| error.opening(&self.subject))?;
            device.is_shared();
            self.reached = Reached::Open(device);
        }
        let Reached::Open(device) = &self.reached else { return Ok(None) };
        match device.next_within(Duration::ZERO) {
            Some(Err(error)) => Err(error.delivering(&self.subject)),
            Some(Ok(())) | None => Ok(Some(device.format().to_string())),
        }
    }

    /// The system's sound goes there as well: who listens to the desktop hears what is played on it.
    pub(crate) fn is_systems(&self) -> bool {
        self.place.is_systems.load(Ordering::Relaxed)
    }

    /// A microphone of this name is none, but hears what is played there.
    pub(crate) fn is_heard_by(&self, microphone: &str) -> bool {
        let is_it = |name: &String| name.eq_ignore_ascii_case(microphone);
        microphone == DEFAULT && self.place.is_default_input.load(Ordering::Relaxed)
            || self.place.monitor.get().is_some_and(|names| names.iter().any(is_it))
    }

    /// Plays this, of which the first was taken then, and which was mixed now. Never waits.
    pub(crate) fn put(&mut self, samples: &[f32], captured: Instant, now: Instant) {
        // A microphone that is late by itself is heard as soon as it is mixed; that pieces come in bursts does not matter.
        let late = self.late.most(now.saturating_duration_since(captured), now);
        let captured = captured + late;
        // An output that does not take it in time leaves it out.
        let _ = self.pieces.try_send(SoundChunk { samples: samples.to_vec(), captured });
    }
}

/// How long after it was taken sound was mixed at most, lately: one moment in which nothing was mixed makes it no later for good.
#[derive(Default)]
struct Late {
    now: Duration,
    before: Duration,
    since: Option<Instant>,
}

impl Late {
    /// With a piece that is mixed now, and is so late.
    fn most(&mut self, late: Duration, now: Instant) -> Duration {
        if now.saturating_duration_since(*self.since.get_or_insert(now)) >= LATELY {
            (self.before, self.now, self.since) = (self.now, Duration::ZERO, Some(now));
        }
        if late > self.now {
            self.now = late + MORE_LATE;
        }
        self.now.max(self.before)
    }
}

fn drive(
    wanted: &str,
    pieces: Receiver<SoundChunk>,
    place: &Place,
    handover: &Arc<Handover<SoundFormat, ()>>,
) -> Result<(), DeviceError> {
    let (host, _) = host();
    let systems = |host: &Host| Some(host.default_output_device()?.id().ok()?.id().to_owned());
    let device = match names::find(&list(), wanted) {
        Some(output) => {
            let is_it = |device: &Device| device.id().is_ok_and(|id| id.id() == output.id);
            host.output_devices().ok().and_then(|mut outputs| outputs.find(is_it))
        }
        None if wanted == DEFAULT => host.default_output_device(),
        None => None,
    }
    .ok_or(DeviceError::Gone)?;
    let (id, before) = (device.id()?.id().to_owned(), systems(&host));
    place.is_systems.store(before.as_deref() == Some(id.as_str()), Ordering::Relaxed);
    // Each output of PulseAudio has a source that hears what it plays, by its name.
    let monitor = format!("{id}.monitor");
    let label = super::list().into_iter().find(|source| source.id == monitor).map(|source| source.label);
    let _ = place.monitor.set([monitor.clone(), label.unwrap_or_else(|| monitor.clone())]);
    let look = || {
        let input = host.default_input_device().and_then(|input| input.id().ok());
        place.is_default_input.store(input.is_some_and(|input| input.id() == monitor), Ordering::Relaxed);
    };
    look();
    let config = config(&device)?;
    let channels = config.channels();
    let config = StreamConfig { buffer_size: BufferSize::Fixed(PERIOD), ..config.config() };
    let errors = Arc::clone(handover);
    let mut player = Player::new(pieces, channels);
    let stream = device.build_output_stream(
        config,
        move |into: &mut [f32], _: &cpal::OutputCallbackInfo| {
            // It is a thread of the library's.
            threads::ask_for(threads::Priority::Sound);
            threads::turn();
            player.play(into, Instant::now());
        },
        move |error| {
            if super::device::ends_the_stream(&error) {
                errors.end(error.into());
            } else {
                tracing::debug!("the output goes on after: {error}");
            }
        },
        Some(STREAM_TIMEOUT),
    )?;
    stream.play()?;
    handover.opened(SoundFormat { rate: SAMPLE_RATE, channels, inputs: channels });
    while !handover.wait_over_within(LOOK_FOR_OUTPUT) {
        look();
        if systems(&host) != before {
            // A sound server may have taken our stream along to where its sound goes now: it is opened anew where it belongs.
            handover.end(DeviceError::Gone);
        }
    }
    drop(stream);
    Ok(())
}

/// 48 kHz in stereo, or in as many channels as there are.
fn config(device: &Device) -> Result<SupportedStreamConfig, DeviceError> {
    let supported = device.supported_output_configs()?;
    let fits = |range: &cpal::SupportedStreamConfigRange| {
        range.sample_format() == SampleFormat::F32
            && (range.min_sample_rate()..=range.max_sample_rate()).contains(&SAMPLE_RATE)
    };
    let best = supported.filter(fits).min_by_key(|range| range.channels().abs_diff(2));
    let none = DeviceError::Impossible(said!("device.no_48", device = IT));
    Ok(best.ok_or(none)?.with_sample_rate(SAMPLE_RATE))
}

/// Plays what comes at the output's own pace.
struct Player {
    pieces: Receiver<SoundChunk>,
    channels: usize,
    clock: SampleClock,
    follower: Follower,
    heard: Vec<f32>,
}

impl Player {
    fn new(pieces: Receiver<SoundChunk>, channels: u16) -> Self {
        let (clock, follower) = (SampleClock::new(SAMPLE_RATE), Follower::new(LAG));
        Self { pieces, channels: usize::from(channels).max(1), clock, follower, heard: Vec::new() }
    }

    /// Fills this, of which the first sample is asked for now.
    fn play(&mut self, into: &mut [f32], now: Instant) {
        while let Ok(chunk) = self.pieces.try_recv() {
            self.follower.put(&chunk);
        }
        let frames = into.len() / self.channels;
        self.heard.clear();
        self.follower.take(self.clock.first_sample(now, frames), frames, &mut self.heard);
        for (frame, heard) in into.chunks_exact_mut(self.channels).zip(self.heard.chunks_exact(2)) {
            match frame {
                [mono] => *mono = (heard[0] + heard[1]) / 2.0,
                [left, right, rest @ ..] => {
                    (*left, *right) = (heard[0], heard[1]);
                    rest.fill(0.0);
                }
                [] => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_is_played_in_time_and_nothing_waits_for_an_output_that_hangs() {
        let (pieces, taken) = sync_channel(MOST_WAITING);
        let mut player = Player::new(taken, 2);
        let start = Instant::now();
        let mut heard = Vec::new();
        for number in 0..200_u32 {
            let captured = start + Duration::from_millis(10) * number;
            pieces.try_send(SoundChunk { samples: [0.25, 0.5].repeat(480), captured }).expect("it is taken");
            if number % 2 == 1 {
                let mut into = vec![9.0; 2 * PERIOD as usize];
                player.play(&mut into, captured + Duration::from_millis(12));
                heard.extend(into);
            }
        }
        let last = &heard[heard.len() / 2..];
        assert!(last.chunks_exact(2).all(|frame| (frame[0] - 0.25).abs() < 1e-3 && (frame[1] - 0.5).abs() < 1e-3));
        // Nobody takes any more: what does not fit is left out, and whoever hands it over goes on.
        let chunk = || SoundChunk { samples: vec![0.0; 960], captured: start };
        assert_eq!((0..100).filter(|_| pieces.try_send(chunk()).is_ok()).count(), MOST_WAITING);
    }

    #[test]
    fn one_moment_in_which_nothing_is_mixed_makes_it_no_later_for_good() {
        let (mut late, start, ms) = (Late::default(), Instant::now(), Duration::from_millis);
        let mut most = |at: u64, by: u64| late.most(ms(by), start + ms(at));
        assert_eq!(most(0, 20), ms(30));
        assert_eq!(most(10, 25), ms(30), "what wavers changes nothing");
        assert_eq!(most(600, 620), ms(630));
        assert_eq!(most(610, 20), ms(630));
        assert_eq!((2..5).map(|second| most(1000 * second, 20)).last(), Some(ms(30)), "it is forgotten");
    }

    #[test]
    fn an_output_of_one_channel_has_both_sides_and_one_of_six_has_two() {
        for (channels, wanted) in [(1, vec![0.375]), (6, vec![0.25, 0.5, 0.0, 0.0, 0.0, 0.0])] {
            let (pieces, taken) = sync_channel(MOST_WAITING);
            let (mut player, start) = (Player::new(taken, channels), Instant::now());
            let mut into = Vec::new();
            for number in 0..50_u32 {
                let captured = start + Duration::from_millis(10) * number;
                pieces.try_send(SoundChunk { samples: [0.25, 0.5].repeat(480), captured }).expect("it is taken");
                into = vec![9.0; 480 * usize::from(channels)];
                player.play(&mut into, captured + Duration::from_millis(10));
            }
            let last = &into[into.len() - usize::from(channels)..];
            assert!(last.iter().zip(&wanted).all(|(sample, wanted)| (sample - wanted).abs() < 1e-3), "{last:?}");
        }
    }
}
