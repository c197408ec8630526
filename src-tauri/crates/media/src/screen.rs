//! Screens and windows: which there are, and their pictures. How a system is asked for them stands in a file or folder of its own.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(target_os = "linux", windows, test))]
mod meant;
#[cfg(not(any(target_os = "linux", windows)))]
mod none;
mod permission;
#[cfg(target_os = "linux")]
mod wayland;
// What it decides is tried on every system.
#[cfg(any(windows, test))]
mod windows;
#[cfg(target_os = "linux")]
mod x11;

#[cfg(windows)]
use self::windows as system;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(any(target_os = "linux", windows)))]
use none as system;
pub(crate) use permission::Permission;
pub use permission::ScreenToken;

use crate::{
    SourceChoice,
    device::{DeviceError, OpenDevice, Opening, Spare},
    frame::{PixelFormat, RawPicture},
    listing::Listing,
    source::{Next, PictureSource, SourceError},
};
use protocol::{ErrorCode, Source};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use words::{Said, said};

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A screen, numbered from 1; None: the primary one.
    Screen(Option<u32>),
    /// The window with this title, or with these words in it.
    Window(String),
}

/// A screen or a window that was opened: what each window system does in its own way. It is used by one thread, in which any call may hang.
trait Capture {
    /// The picture as it is now, with the cursor, into a buffer that is used again. None: it looks as it did, and nobody asked for it `anew`.
    fn picture(&mut self, into: &mut Vec<u8>, anew: bool) -> Result<Option<Size>, DeviceError>;

    /// Waits until then: nothing is asked for before.
    fn rest(&mut self, until: Instant) {
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }
}

/// How one is opened.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Only there people are asked.
struct Way<'a> {
    /// So many pictures a second are of use.
    fps: u32,
    permission: Arc<Permission>,
    /// Nobody wants it any more.
    given_up: &'a dyn Fn() -> bool,
    /// People are asked first, who take their time.
    asking: &'a AtomicBool,
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
impl Way<'_> {
    /// People are asked now.
    fn asks(&self) {
        self.asking.store(true, Ordering::Relaxed);
    }
}

/// Of a picture of four bytes a pixel: blue, green, red, and one that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    width: u16,
    height: u16,
}

/// What could be shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    /// By number.
    pub(crate) screens: Vec<Source>,
    /// By title.
    pub(crate) windows: Vec<Source>,
    /// Which screen or window it is people choose in the desktop's own window.
    pub(crate) desktop_asks: bool,
}

/// The screens and the windows that could be shown.
pub(crate) fn list() -> Listed {
    static LISTING: Listing<Listed> = Listing::new("screens");
    LISTING.ask(system::list)
}

struct Shot {
    size: Size,
    data: Vec<u8>,
    captured: Instant,
}

/// An open screen or window, as a camera that delivers only what changed.
struct ScreenSource {
    wanted: Wanted,
    fps: u32,
    reached: Reached,
    spare: Spare,
    anew: Arc<AtomicBool>,
    size: Option<Size>,
}

/// How far it has come.
enum Reached {
    /// People are being asked.
    Opening(Opening<(), Shot>),
    Open(OpenDevice<(), Shot>),
}

/// A window system answers by then, or does not.
const OPEN_TIMEOUT: Duration = Duration::from_secs(3);

/// Whoever shows it looks this often whether it is to be shown in another way.
const LOOK: Duration = Duration::from_millis(50);

/// While people choose, a card is shown, and this often it is looked whether they have.
const CHOOSING: Duration = Duration::from_millis(250);

/// A picture that was not taken in time is overwritten.
const NEWEST_ONLY: usize = 1;

pub(crate) fn open(
    wanted: Wanted,
    fps: u32,
    permission: Arc<Permission>,
) -> Result<Box<dyn PictureSource>, SourceError> {
    let (spare, anew, asking) = (Spare::default(), Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let opening = Opening::begin("media-device", NEWEST_ONLY, {
        let (wanted, spare, anew, asking) = (wanted.clone(), spare.clone(), anew.clone(), asking.clone());
        move |handover| {
            threads::ask_for(threads::Priority::Pictures);
            let way = Way { fps, permission, given_up: &|| handover.is_stopped(), asking: &asking };
            let mut capture = system::open(&wanted, &way)?;
            handover.opened(());
            let between = Duration::from_secs(1) / fps;
            let mut due = Instant::now();
            while !handover.is_stopped() {
                threads::fault();
                let (mut data, captured) = (spare.take(), Instant::now());
                match capture.picture(&mut data, anew.swap(false, Ordering::Relaxed))? {
                    Some(size) => handover.put(Shot { size, data, captured }),
                    None => spare.give(data),
                }
                // Who was late carries on in time.
                let now = Instant::now();
                due = (due + between).clamp(now, now + between);
                capture.rest(due);
            }
            Ok(())
        }
    });
    let reached = opening.and_then(|opening| reach(opening, &wanted, &asking));
    let reached = reached.map_err(|error| error.opening(&subject(&wanted)))?;
    Ok(Box::new(ScreenSource { wanted, fps, reached, spare, anew, size: None }))
}

/// Waits until it is open, or until it is known that people are asked first.
fn reach(mut opening: Opening<(), Shot>, wanted: &Wanted, asking: &AtomicBool) -> Result<Reached, DeviceError> {
    let end = Instant::now() + OPEN_TIMEOUT;
    loop {
        match opening.wait(LOOK) {
            Some(device) => return device.map(Reached::Open),
            None if asking.load(Ordering::Relaxed) => return Ok(Reached::Opening(opening)),
            None if Instant::now() < end => {}
            None => {
                let message = said!("screen.silent", device = subject(wanted));
                return Err(DeviceError::Said(ErrorCode::DeviceFailed, message));
            }
        }
    }
}

fn subject(wanted: &Wanted) -> Said {
    match wanted {
        Wanted::Screen(None) => said!("device.any_screen"),
        Wanted::Screen(Some(number)) => said!("device.screen", number = *number),
        Wanted::Window(title) => said!("device.window", title),
    }
}

impl PictureSource for ScreenSource {
    fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
        let device = match &mut self.reached {
            Reached::Open(device) => device,
            Reached::Opening(opening) => match opening.wait(CHOOSING) {
                None => return Ok(Next::NotYet),
                Some(Err(error)) => return Err(error.opening(&subject(&self.wanted))),
                Some(Ok(device)) => {
                    self.reached = Reached::Open(device);
                    return Ok(Next::Later);
                }
            },
        };
        let shot = match device.next_within(LOOK) {
            Some(shot) => shot.map_err(|error| error.delivering(&subject(&self.wanted)))?,
            None => return Ok(Next::Later),
        };
        (into.format, into.width, into.height) = (PixelFormat::Bgrx, shot.size.width, shot.size.height);
        (into.stride, into.full_range, into.captured) = (0, false, shot.captured);
        self.spare.give(std::mem::replace(&mut into.data, shot.data));
        self.size = Some(shot.size);
        Ok(Next::Taken)
    }

    fn again(&mut self) {
        self.anew.store(true, Ordering::Relaxed);
    }

    fn id(&self) -> String {
        match &self.wanted {
            Wanted::Screen(number) => SourceChoice::Screen(*number),
            Wanted::Window(title) => SourceChoice::Window(title.clone()),
        }
        .to_string()
    }

    fn format(&self) -> String {
        self.size.map_or_else(String::new, |Size { width, height }| format!("{width}x{height}, {} fps", self.fps))
    }
}
