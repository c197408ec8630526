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
    device::{DeviceError, Handover, OpenDevice},
    frame::SoundChunk,
    listing::Listing,
    source::{SoundSource, SourceError},
};
use convert::SoundConverter;
use device::{DeviceSound, SoundFormat};
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

/// Where a device's thread hands its sound over.
type Sounds = Handover<SoundFormat, DeviceSound>;

/// A headset that has to be woken over Bluetooth takes two seconds and more to open, and as many again until it is heard. What
/// takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Means the microphone that the system is set to.
const DEFAULT: &str = "default";

/// Sound that waits: 20 pieces of 10 ms. Whoever comes later than that hears a gap rather than everything late.
const MOST_WAITING: usize = 20;

struct Microphone {
    subject: String,
    /// None: the system's default.
    id: Option<String>,
    device: OpenDevice<SoundFormat, DeviceSound>,
    converter: SoundConverter,
    opened: Instant,
    /// It was heard.
    began: bool,
}

impl SoundSource for Microphone {
    fn next(&mut self, into: &mut SoundChunk) -> Result<(), SourceError> {
        loop {
            let sound = match self.device.next() {
                None if !self.began && self.opened.elapsed() < PATIENCE => {
                    tracing::info!("{} takes its time to begin: it is waited for", self.subject);
                    into.samples.clear();
                    return Ok(());
                }
                None => Err(DeviceError::Other("delivers nothing".to_owned())),
                Some(next) => next,
            };
            let sound = sound.map_err(|error| self.explain(error).delivering(&self.subject))?;
            self.began = true;
            if self.converter.convert(&sound, into) {
                return Ok(());
            }
        }
    }

    fn format(&self) -> String {
        self.device.format().to_string()
    }
}

impl Microphone {
    /// Of a device that `drive` opens and reads.
    fn open(
        subject: String,
        id: Option<String>,
        drive: impl FnOnce(&Arc<Sounds>) -> Result<(), DeviceError> + Send + 'static,
    ) -> Result<Microphone, DeviceError> {
        let device = OpenDevice::open_within(PATIENCE, "media-device", MOST_WAITING, drive)?;
        let converter = SoundConverter::new(device.format())?;
        Ok(Microphone { subject, id, device, converter, opened: Instant::now(), began: false })
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
