//! Microphones: which there are, and their sound as the rest of the program wants it.

mod channels;
mod convert;
mod device;
mod names;
mod pieces;
#[cfg(target_os = "linux")]
mod quiet;
#[cfg(target_os = "linux")]
mod server;
#[cfg(test)]
mod slow;
#[cfg(all(test, target_os = "linux"))]
mod tests;

#[cfg(target_os = "linux")]
pub use server::find_sound_server;

use crate::{
    device::{DELIVERY_TIMEOUT, DeviceError, Handover, OpenDevice, Opening},
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
        None => return Err(SourceError::NotFound(format!("The microphone \"{name}\""))),
    };
    // Nobody has called the system's one anything.
    let named = |microphone: &protocol::Source| format!("The microphone \"{}\"", microphone.label);
    let subject = wanted.as_ref().map_or_else(|| "The microphone".to_owned(), named);
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

/// What this computer plays, whichever of its outputs the system's sound goes to now.
pub(crate) fn open_desktop() -> Result<Box<dyn PolledSource>, SourceError> {
    const SUBJECT: &str = "The desktop's sound";
    match Microphone::open(SUBJECT.to_owned(), None, device::drive_desktop) {
        Ok(microphone) => Ok(Box::new(Microphone { is_shared: true, ..microphone })),
        Err(error) => Err(error.opening(SUBJECT)),
    }
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
    subject: String,
    /// None: the system's default.
    id: Option<String>,
    reached: Reached,
    /// To be opened, and then to begin.
    asked: Instant,
    /// It was heard.
    began: bool,
    channels: Channels,
    /// It is an output that is listened to: it delivers nothing while nothing is played, on some systems.
    is_shared: bool,
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
        subject: String,
        id: Option<String>,
        drive: impl FnOnce(&Arc<Sounds>) -> Result<(), DeviceError> + Send + 'static,
    ) -> Result<Microphone, DeviceError> {
        let reached = Reached::Opening(Opening::begin("media-device", MOST_WAITING, drive)?);
        Ok(Microphone {
            subject,
            id,
            reached,
            asked: Instant::now(),
            began: false,
            channels: Channels::Auto,
            is_shared: false,
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
                        return self.unless_too_late("does not answer");
                    };
                    let mut opened = opened.and_then(Reached::open).map_err(|error| error.opening(&self.subject))?;
                    if let (true, Reached::Open(device, _)) = (self.is_shared, &mut opened) {
                        device.is_shared();
                    }
                    (self.reached, self.asked) = (opened, Instant::now());
                    continue;
                }
            };
            let sound = match device.next_within(patience(self.began)) {
                None if self.is_shared => return Ok(()),
                None if !self.began => return self.unless_too_late("delivers nothing"),
                None => return Err(self.failed(DeviceError::Other("delivers nothing".to_owned()))),
                Some(Err(error)) => return Err(self.failed(error)),
                Some(Ok(sound)) => sound,
            };
            self.began = true;
            converter.choose(self.channels);
            if converter.convert(&sound, into) {
                return Ok(());
            }
        }
    }

    /// It is waited for a while longer, and then not any more.
    fn unless_too_late(&self, what: &str) -> Result<(), SourceError> {
        match self.asked.elapsed() < PATIENCE {
            true => Ok(()),
            false => Err(self.failed(DeviceError::Other(what.to_owned()))),
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
