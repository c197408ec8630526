//! Cameras: which there are, which of them is meant, which of their formats to use, and their pictures.

mod choose;
mod claims;
#[cfg(not(target_os = "linux"))]
mod device;
#[cfg(any(test, not(target_os = "linux")))]
mod jpeg;
mod names;
#[cfg(all(test, target_os = "linux"))]
mod tests;
#[cfg(target_os = "linux")]
mod v4l2;

#[cfg(not(target_os = "linux"))]
use device as system;
#[cfg(target_os = "linux")]
use v4l2 as system;

use crate::{
    VideoConfig,
    device::{DeviceError, IT, OpenDevice, Opening, Spare},
    frame::RawPicture,
    source::{Next, PictureSource, SourceError},
};
use choose::PictureFormat;
use claims::CLAIMS;
use names::{Alike, Known, Named};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use words::{Said, said};

/// The cameras that can be chosen.
pub(crate) fn list() -> Vec<protocol::Source> {
    cameras().into_iter().map(|camera| camera.source).collect()
}

fn cameras() -> Vec<Named> {
    static ALIKE: Mutex<Alike> = Mutex::new(Alike::new());
    let found = system::found();
    names::named(found, &mut lock(&ALIKE))
}

/// Cameras for one who chooses one after another: the camera that was chosen last is known again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cameras {
    last: Arc<Mutex<Option<(Choice, Known)>>>,
}

/// A camera's name, path or index; None: the first that delivers pictures.
type Choice = Option<String>;

/// What a choice means now; it is not opened yet.
pub(crate) struct Meant {
    /// Those that are tried, one after the other.
    candidates: VecDeque<Named>,
    /// What the first of them is called, or was, or was asked for.
    id: String,
    remembering: Remembering,
}

/// Where to write down which camera a choice has led to.
struct Remembering {
    choice: Choice,
    last: Arc<Mutex<Option<(Choice, Known)>>>,
}

impl Cameras {
    /// Which camera a choice means. A choice that has led to a camera means that one from then on: where it is unplugged,
    /// no other takes its place.
    pub(crate) fn meant(&self, choice: Option<&str>) -> Meant {
        let choice = choice.map(str::to_owned);
        let cameras = cameras();
        let known = lock(&self.last).clone().filter(|(by, _)| *by == choice).map(|(_, known)| known);
        let remembering = Remembering { choice: choice.clone(), last: Arc::clone(&self.last) };
        let candidates: VecDeque<Named> = match (&known, &choice) {
            (Some(known), _) => known.again(&cameras).into_iter().cloned().collect(),
            (None, Some(name)) => {
                one(&cameras, name).into_iter().inspect(|camera| remembering.remember(camera)).collect()
            }
            (None, None) => cameras.into(),
        };
        let first = candidates.front().map(|camera| camera.source.id.clone());
        let before = known.map(|known| known.id().to_owned());
        let id = first.or(before).or(choice).unwrap_or_default();
        Meant { candidates, id, remembering }
    }
}

impl Remembering {
    /// One of which too little is known to tell it from others is not.
    fn remember(&self, camera: &Named) {
        if camera.found.can_be_known_again() {
            *lock(&self.last) = Some((self.choice.clone(), Known::new(camera.clone())));
        }
    }
}

fn one(cameras: &[Named], name: &str) -> Option<Named> {
    #[cfg(target_os = "linux")]
    let path = v4l2::named_path(name);
    #[cfg(not(target_os = "linux"))]
    let path: Option<std::path::PathBuf> = None;
    let camera = names::find(cameras, name, path.as_deref()).cloned();
    #[cfg(target_os = "linux")]
    let camera = camera.or_else(|| {
        let found = v4l2::found_at(&path?)?;
        names::named(vec![found], &mut Alike::new()).pop()
    });
    camera
}

impl Meant {
    /// The name of the camera that is tried first, or what was asked for where there is none.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Opens it, in the format that comes closest to what is wanted. Of several the first that opens is taken, and given up
    /// again if it delivers nothing, or nothing that can be read.
    pub(crate) fn open(self, wanted: &VideoConfig) -> Result<Box<dyn PictureSource>, SourceError> {
        let Meant { mut candidates, id, remembering } = self;
        let mut refusal = None;
        while let Some(camera) = candidates.pop_front() {
            match open(&camera, wanted) {
                Ok((reached, spare)) => {
                    let (asked, wanted) = (Instant::now(), *wanted);
                    let reached = Some(reached);
                    let camera = Camera { camera, reached, spare, asked, last: None, wanted, candidates, remembering };
                    return Ok(Box::new(camera));
                }
                Err(error) => drop(refusal.get_or_insert(error.opening(&subject(&camera.source.id)))),
            }
        }
        let missing = || SourceError::NotFound(if id.is_empty() { said!("device.a_camera") } else { subject(&id) });
        Err(refusal.unwrap_or_else(missing))
    }
}

fn subject(id: &str) -> Said {
    said!("device.camera", name = id)
}

/// What a device was opened to deliver.
#[derive(Clone, Copy, Debug)]
struct Opened {
    format: PictureFormat,
    /// As [`RawPicture::stride`].
    stride: usize,
    /// As [`RawPicture::full_range`].
    full_range: bool,
}

/// One picture, as bytes.
struct DevicePicture {
    /// What it is, which need not be what the ones before were.
    opened: Opened,
    data: Vec<u8>,
    captured: Instant,
}

type Device = OpenDevice<Opened, DevicePicture>;

/// How far a device has come.
enum Reached {
    /// Its driver is at it. That may take seconds: there are cameras that wake, and only then answer.
    Opening(Opening<Opened, DevicePicture>),
    Open(Device),
}

/// Most drivers answer by then, so that it is known at once whether the next camera is to be tried.
const OPEN_TIMEOUT: Duration = Duration::from_secs(3);

/// So long is waited for a slower one before anybody looks whether another camera is wanted by now.
const LOOK: Duration = Duration::from_secs(1);

/// A picture that was not taken in time is overwritten.
const NEWEST_ONLY: usize = 1;

/// How long a thread that asks a camera what it is may keep it from being opened.
const CLAIM_TIMEOUT: Duration = Duration::from_secs(1);

fn open(camera: &Named, wanted: &VideoConfig) -> Result<(Reached, Spare), DeviceError> {
    let (found, wanted) = (camera.found.clone(), *wanted);
    let hangs = || DeviceError::Other(said!("device.hangs", device = IT));
    let claim = CLAIMS.claim(&found.place(), Some(found.clone()), CLAIM_TIMEOUT).ok_or_else(hangs)?;
    let spare = Spare::default();
    let mut opening = Opening::begin("media-device", NEWEST_ONLY, {
        let spare = spare.clone();
        move |handover| {
            let _claim = claim;
            threads::ask_for(threads::Priority::Pictures);
            let mut device = system::Device::open(&found, &wanted)?;
            handover.opened(device.opened());
            while !handover.is_stopped() {
                if let Some(picture) = device.picture(spare.take())? {
                    handover.put(picture);
                }
            }
            Ok(())
        }
    })?;
    let reached = match opening.wait(OPEN_TIMEOUT) {
        Some(device) => Reached::Open(device?),
        None => Reached::Opening(opening),
    };
    Ok((reached, spare))
}

/// A camera may take seconds to be opened, and as long until its first picture: it wakes, measures the light, waits for a signal.
const FIRST_PICTURE: Duration = Duration::from_secs(10);

/// As long as there is another that may deliver.
const FIRST_PICTURE_OF_SEVERAL: Duration = Duration::from_secs(4);

/// So many times the time between two pictures, of a device that says it, may pass without one; and any device may be silent as long as
/// it is waited for at a time. One picture a second is as few as there may be.
const PICTURES_MISSED: u32 = 3;

struct Camera {
    camera: Named,
    /// None: it let go of the device.
    reached: Option<Reached>,
    spare: Spare,
    /// To be opened, and then for its first picture.
    asked: Instant,
    /// When anything came from it last.
    last: Option<Instant>,
    wanted: VideoConfig,
    /// Those to try if this one delivers nothing.
    candidates: VecDeque<Named>,
    remembering: Remembering,
}

impl PictureSource for Camera {
    fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
        let hangs = || said!("device.hangs", device = IT);
        if let Some(Reached::Opening(opening)) = &mut self.reached {
            match opening.wait(LOOK) {
                Some(Ok(device)) => (self.reached, self.asked) = (Some(Reached::Open(device)), Instant::now()),
                Some(Err(error)) => return self.instead(error),
                None => return self.unless_too_late(hangs),
            }
        }
        let Some(Reached::Open(device)) = &self.reached else { return self.instead(DeviceError::Other(hangs())) };
        let picture = match device.next() {
            Some(Ok(picture)) => picture,
            Some(Err(error)) => return self.instead(error),
            None => {
                let rate = device.format().format.rate;
                return match self.last {
                    None => self.unless_too_late(|| said!("device.not_yet", device = IT)),
                    Some(last) if rate.is_some_and(|rate| last.elapsed() < rate.between() * PICTURES_MISSED) => {
                        Ok(Next::Later)
                    }
                    Some(_) => self.instead(DeviceError::Other(said!("device.silent", device = IT))),
                };
            }
        };
        let Opened { format, stride, full_range } = picture.opened;
        into.full_range = full_range;
        (into.format, into.width, into.height, into.stride) = (format.pixels, format.width, format.height, stride);
        into.captured = picture.captured;
        self.spare.give(std::mem::replace(&mut into.data, picture.data));
        self.last = Some(Instant::now());
        Ok(Next::Taken)
    }

    fn shows(&mut self) {
        self.candidates.clear();
        self.remembering.remember(&self.camera);
    }

    fn unreadable(&mut self, why: Said) -> Result<(), SourceError> {
        self.instead(DeviceError::Other(why)).map(drop)
    }

    fn id(&self) -> String {
        self.camera.source.id.clone()
    }

    fn format(&self) -> String {
        match &self.reached {
            Some(Reached::Open(device)) => device.format().format.to_string(),
            _ => String::new(),
        }
    }
}

impl Camera {
    /// It is waited for a while longer, and then not any more, with this error.
    fn unless_too_late(&mut self, what: impl FnOnce() -> Said) -> Result<Next, SourceError> {
        let patience = if self.candidates.is_empty() { FIRST_PICTURE } else { FIRST_PICTURE_OF_SEVERAL };
        match self.asked.elapsed() < patience {
            true => Ok(Next::NotYet),
            false => self.instead(DeviceError::Other(what())),
        }
    }

    /// The next one that opens takes the place of one that delivered nothing that could be read; else that one's error is told.
    fn instead(&mut self, why: DeviceError) -> Result<Next, SourceError> {
        let subject = subject(&self.camera.source.id);
        let why = match &self.reached {
            Some(Reached::Opening(_)) => why.opening(&subject),
            _ => why.delivering(&subject),
        };
        if self.candidates.is_empty() {
            return Err(why);
        }
        tracing::info!("{why} Another one is tried.");
        // Closed first: it may hold what the other needs.
        self.reached = None;
        while let Some(camera) = self.candidates.pop_front() {
            if let Ok((reached, spare)) = open(&camera, &self.wanted) {
                (self.reached, self.spare, self.camera) = (Some(reached), spare, camera);
                (self.asked, self.last) = (Instant::now(), None);
                return Ok(Next::NotYet);
            }
        }
        Err(why)
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
