//! Microphones: which there are, and their sound as the rest of the program wants it.

mod channels;
mod convert;
mod device;
mod names;
mod output;
mod pieces;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod quiet;
#[cfg(target_os = "linux")]
mod server;
#[cfg(test)]
mod slow;
#[cfg(all(test, target_os = "linux"))]
mod tests;

pub(crate) use output::{Headphones, list as outputs};
#[cfg(target_os = "linux")]
pub use server::find_sound_server;

use crate::{
    device::{DELIVERY_TIMEOUT, DeviceError, Handover, IT, OpenDevice, Opening},
    frame::SoundChunk,
    listing::Listing,
    source::{PolledSource, SoundSource, SourceError},
};
use convert::SoundConverter;
use device::{DeviceSound, SoundFormat};
use protocol::Channels;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use words::{Said, said};

/// The microphones that can be chosen.
pub(crate) fn list() -> Vec<protocol::Source> {
    static LISTING: Listing<Vec<protocol::Source>> = Listing::new("microphones");
    LISTING.ask(|| names::listed(device::found()))
}

/// Opens the microphone with this name; `default` is the one the system is set to.
pub(crate) fn open(name: &str) -> Result<Box<dyn SoundSource>, SourceError> {
    let microphones = list();
    let wanted = match names::find(&microphones, name) {
        Some(microphone) => Some(microphone.clone()),
        None if name == DEFAULT => None,
        None => return Err(SourceError::NotFound(said!("device.microphone", name))),
    };
    // Nobody has called the system's one anything.
    let named = |microphone: &protocol::Source| said!("device.microphone", name = &microphone.label);
    let subject = wanted.as_ref().map_or_else(|| said!("device.any_microphone"), named);
    let id = wanted.map(|microphone| microphone.id);
    let drive = {
        let id = id.clone();
        move |handover: &Arc<Sounds>| device::drive(id.as_deref(), handover)
    };
    match Microphone::open(subject.clone(), id, drive) {
        Ok(microphone) => Ok(Box::new(microphone)),
        Err(error) => Err(error.opening(&subject)),
    }
}

/// Opens the microphone with this name to be heard beside another one, which waits for nobody: which device that is is looked up in the
/// device's own thread, for a sound server may take its time to list them.
pub(crate) fn open_beside(name: &str) -> Result<Box<dyn PolledSource>, SourceError> {
    let subject = if name == DEFAULT { said!("device.any_microphone") } else { said!("device.microphone", name) };
    let wanted = name.to_owned();
    let drive = move |handover: &Arc<Sounds>| match names::find(&list(), &wanted) {
        Some(microphone) => device::drive(Some(&microphone.id), handover),
        None if wanted == DEFAULT => device::drive(None, handover),
        None => Err(DeviceError::Gone),
    };
    match Microphone::open(subject.clone(), None, drive) {
        Ok(microphone) => Ok(Box::new(Microphone { is_beside: true, ..microphone })),
        Err(error) => Err(error.opening(&subject)),
    }
}

/// What this computer plays, whichever of its outputs the system's sound goes to now.
pub(crate) fn open_desktop() -> Result<Box<dyn PolledSource>, SourceError> {
    let subject = said!("device.desktop");
    match Microphone::open(subject.clone(), None, device::drive_desktop) {
        Ok(microphone) => Ok(Box::new(Microphone { is_beside: true, is_output: true, ..microphone })),
        Err(error) => Err(error.opening(&subject)),
    }
}

/// What one program plays.
pub(crate) fn open_program(program: &str) -> Result<Box<dyn PolledSource>, SourceError> {
    let subject = said!("device.program", name = program);
    #[cfg(target_os = "linux")]
    let drive = {
        let program = program.to_owned();
        move |handover: &Arc<Sounds>| programs::drive(&program, handover)
    };
    #[cfg(not(target_os = "linux"))]
    let drive = |_: &Arc<Sounds>| Err(DeviceError::Impossible(said!("device.program_here", device = IT)));
    match Microphone::open(subject.clone(), None, drive) {
        Ok(microphone) => Ok(Box::new(Microphone { is_beside: true, is_output: true, ..microphone })),
        Err(error) => Err(error.opening(&subject)),
    }
}

/// The programs that play sound now and can be listened to alone.
pub(crate) fn programs() -> Vec<protocol::Source> {
    #[cfg(target_os = "linux")]
    return programs::list();
    #[cfg(not(target_os = "linux"))]
    Vec::new()
}

/// Where a device's thread hands its sound over.
type Sounds = Handover<SoundFormat, DeviceSound>;

/// A headset that has to be woken over Bluetooth takes two seconds and more to open, and as many again until it is heard. What
/// takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Means the microphone that the system is set to.
const DEFAULT: &str = "default";

/// Sound that waits: 20 pieces of 10 ms. Whoever comes later than that hears a gap rather than everything late.
const MOST_WAITING: usize = 20;

/// How long somebody who wants sound waits for a device that has yet to begin: as long as a piece lasts, since something else is to be
/// heard meanwhile.
const LOOK: Duration = Duration::from_millis(10);

struct Microphone {
    subject: Said,
    /// None: the system's default.
    id: Option<String>,
    reached: Reached,
    /// To be opened, and then to begin.
    asked: Instant,
    /// When it was heard last.
    heard: Option<Instant>,
    channels: Channels,
    /// It is heard beside another one, and nobody waits for it, not even to be closed.
    is_beside: bool,
    /// It is an output that is listened to: it delivers nothing while nothing is played, on some systems.
    is_output: bool,
}

/// How far a device has come.
enum Reached {
    Opening(Opening<SoundFormat, DeviceSound>),
    Open(OpenDevice<SoundFormat, DeviceSound>, Box<SoundConverter>),
}

impl Reached {
    fn open(device: OpenDevice<SoundFormat, DeviceSound>) -> Result<Reached, DeviceError> {
        let converter = SoundConverter::new(device.format())?;
        Ok(Reached::Open(device, Box::new(converter)))
    }
}

impl SoundSource for Microphone {
    fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        self.take(into, |began| if began { DELIVERY_TIMEOUT } else { LOOK })
    }

    fn choose(&mut self, channels: Channels) {
        self.channels = channels;
    }

    fn format(&self) -> String {
        match &self.reached {
            Reached::Open(device, _) => device.format().to_string(),
            Reached::Opening(_) => String::new(),
        }
    }
}

impl PolledSource for Microphone {
    fn poll(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        self.take(into, |_| Duration::ZERO)
    }

    fn choose(&mut self, channels: Channels) {
        self.channels = channels;
    }

    fn format(&self) -> String {
        SoundSource::format(self)
    }
}

impl Microphone {
    /// Of a device that `drive` opens and reads.
    fn open(
        subject: Said,
        id: Option<String>,
        drive: impl FnOnce(&Arc<Sounds>) -> Result<(), DeviceError> + Send + 'static,
    ) -> Result<Microphone, DeviceError> {
        let reached = Reached::Opening(Opening::begin("media-device", MOST_WAITING, drive)?);
        Ok(Microphone {
            subject,
            id,
            reached,
            asked: Instant::now(),
            heard: None,
            channels: Channels::Auto,
            is_beside: false,
            is_output: false,
        })
    }

    /// Waits for the next piece of sound, so long at most, by whether it was heard.
    fn take(&mut self, into: &mut SoundChunk, patience: impl Fn(bool) -> Duration) -> Result<(), SourceError> {
        into.samples.clear();
        loop {
            let (device, converter) = match &mut self.reached {
                Reached::Open(device, converter) => (device, converter),
                Reached::Opening(opening) => {
                    let Some(opened) = opening.wait(patience(false)) else {
                        return self.unless_too_late(|| said!("device.hangs", device = IT));
                    };
                    let mut opened = opened.and_then(Reached::open).map_err(|error| error.opening(&self.subject))?;
                    if let (true, Reached::Open(device, _)) = (self.is_beside, &mut opened) {
                        device.is_shared();
                    }
                    (self.reached, self.asked) = (opened, Instant::now());
                    continue;
                }
            };
            let sound = match device.next_within(patience(self.heard.is_some())) {
                None if self.is_output => return Ok(()),
                None if self.heard.is_some_and(|heard| heard.elapsed() < DELIVERY_TIMEOUT) => return Ok(()),
                None if self.heard.is_none() => {
                    return self.unless_too_late(|| said!("device.nothing", device = IT));
                }
                None => return Err(self.failed(DeviceError::Other(said!("device.nothing", device = IT)))),
                Some(Err(error)) => return Err(self.failed(error)),
                Some(Ok(sound)) => sound,
            };
            self.heard = Some(Instant::now());
            converter.choose(self.channels);
            if converter.convert(&sound, into) {
                return Ok(());
            }
        }
    }

    /// It is waited for a while longer, and then not any more.
    fn unless_too_late(&self, what: impl FnOnce() -> Said) -> Result<(), SourceError> {
        match self.asked.elapsed() < PATIENCE {
            true => Ok(()),
            false => Err(self.failed(DeviceError::Other(what()))),
        }
    }

    fn failed(&self, error: DeviceError) -> SourceError {
        self.explain(error).delivering(&self.subject)
    }

    /// A sound server may simply fall silent when a device is unplugged: then it is no longer listed.
    fn explain(&self, error: DeviceError) -> DeviceError {
        let listed = |id: &String| list().iter().any(|source| source.id == *id);
        match error {
            DeviceError::Other(_) if self.id.as_ref().is_some_and(|id| !listed(id)) => DeviceError::Gone,
            error => error,
        }
    }
}
