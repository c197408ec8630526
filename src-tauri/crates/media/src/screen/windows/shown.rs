//! A screen or a window of Windows that was opened: a screen by DXGI's duplication, or by GDI where that is not to be had; a window by GDI.

use super::{
    super::{Capture, Listed, Size, Wanted, Way, subject},
    dxgi::Duplication,
    found::{self, Now},
    gdi::{Canvas, Pointer},
    listed,
    outcome::{Asked, Code, Refused, Waiting, asked, refused},
};
use crate::device::DeviceError;
use protocol::ErrorCode;
use std::time::{Duration, Instant};
use words::said;

/// What is wanted, as the system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// A monitor's or a window's.
    handle: isize,
    corner: (i32, i32),
    size: (i32, i32),
}

/// Who gives its pixels.
enum By {
    Duplication(Box<Duplication>),
    Canvas(Canvas),
    /// Nobody now.
    Nobody,
}

struct Screen {
    wanted: Wanted,
    place: Place,
    by: By,
    /// The last picture, without the pointer, and its size.
    pixels: Vec<u8>,
    size: (i32, i32),
    pointer: Pointer,
    looked: Instant,
    waiting: Waiting,
    /// So often GDI gave nothing, one time after the other.
    failed: u32,
}

/// Where a screen is may change without anybody being told.
const LOOK: Duration = Duration::from_secs(1);

/// What GDI does not give so often it does not give.
const FAILED: u32 = 30;

/// Opens what is wanted.
pub(in super::super) fn open(wanted: &Wanted, _: &Way<'_>) -> Result<Box<dyn Capture>, DeviceError> {
    found::in_real_pixels();
    let place = find(wanted)?;
    let (by, pixels, pointer) = (By::Nobody, Vec::new(), Pointer::default());
    let (looked, waiting) = (Instant::now(), Waiting::default());
    let wanted = wanted.clone();
    let mut screen = Screen { wanted, place, by, pixels, size: (0, 0), pointer, looked, waiting, failed: 0 };
    screen.begin(looked)?;
    Ok(Box::new(screen))
}

/// The screens by number, and the windows by title.
pub(in super::super) fn list() -> Listed {
    found::in_real_pixels();
    let screens = listed::in_order(found::monitors());
    let screens = (1..).zip(&screens).map(|(number, screen)| screen.source(number)).collect();
    Listed { screens, windows: listed::windows(&found::windows()), desktop_asks: false }
}

/// Where it is, or a sentence why it cannot be shown now.
fn find(wanted: &Wanted) -> Result<Place, DeviceError> {
    match wanted {
        Wanted::Screen(number) => {
            let all = listed::in_order(found::monitors());
            let found = listed::screen(&all, *number);
            let place =
                |screen: &listed::Monitor| Place { handle: screen.handle, corner: screen.corner, size: screen.size };
            found.map(place).ok_or_else(|| {
                let (number, there) = (number.unwrap_or(1), all.len());
                DeviceError::Said(ErrorCode::NoDevice, said!("screen.number", number, there))
            })
        }
        Wanted::Window(title) => {
            let all = found::windows();
            let Some(window) = listed::window(&all, title) else {
                return Err(DeviceError::Said(ErrorCode::NoDevice, said!("screen.no_window", title)));
            };
            at_its_place(window.handle, title)
        }
    }
}

fn at_its_place(handle: isize, title: &str) -> Result<Place, DeviceError> {
    let message = match found::now(handle) {
        Now::Shown { corner, size } if size.0 > 0 && size.1 > 0 => return Ok(Place { handle, corner, size }),
        Now::Shown { .. } | Now::Minimised => said!("screen.minimised", title),
        Now::Closed => said!("screen.closed", title),
    };
    Err(DeviceError::Said(ErrorCode::DeviceLost, message))
}

impl Capture for Screen {
    fn picture(&mut self, into: &mut Vec<u8>, anew: bool) -> Result<Option<Size>, DeviceError> {
        let now = Instant::now();
        self.look(now)?;
        let changed = self.take(now)?;
        if self.pixels.is_empty() || !(changed || anew) {
            return Ok(None);
        }
        into.clear();
        into.extend_from_slice(&self.pixels);
        match &self.by {
            By::Duplication(duplication) => duplication.draw_pointer(into, self.size),
            By::Canvas(_) => self.pointer.draw(into, self.size, self.place.corner),
            By::Nobody => {}
        }
        let side = |length: i32| u16::try_from(length).map_err(|_| no_pixels());
        Ok(Some(Size { width: side(self.size.0)?, height: side(self.size.1)? }))
    }
}

impl Screen {
    /// Looks where it is now. What a screen is taken by ends when it has another size, or is another one.
    fn look(&mut self, now: Instant) -> Result<(), DeviceError> {
        let place = match &self.wanted {
            Wanted::Window(title) => at_its_place(self.place.handle, title)?,
            Wanted::Screen(_) if now.saturating_duration_since(self.looked) < LOOK => return Ok(()),
            Wanted::Screen(_) => find(&self.wanted).map_err(|_| {
                let device = subject(&self.wanted);
                DeviceError::Said(ErrorCode::DeviceLost, said!("screen.lost", device))
            })?,
        };
        self.looked = now;
        let before = std::mem::replace(&mut self.place, place);
        if (before.handle, before.size) != (place.handle, place.size) {
            self.begin(now)?;
        }
        Ok(())
    }

    /// Has somebody give its pixels.
    fn begin(&mut self, now: Instant) -> Result<(), DeviceError> {
        if let Wanted::Window(_) = self.wanted {
            return self.begin_canvas();
        }
        // The system allows few of them: the one before is given back first.
        self.by = By::Nobody;
        self.waiting.is_due(now);
        match Duplication::open(self.place.handle) {
            Ok(duplication) => self.by = By::Duplication(Box::new(duplication)),
            Err(code) => match refused(code) {
                Refused::NotNow => self.wait(now)?,
                Refused::NotHere => self.begin_otherwise(code)?,
            },
        }
        Ok(())
    }

    fn begin_otherwise(&mut self, code: Code) -> Result<(), DeviceError> {
        tracing::info!("DXGI does not duplicate this screen ({code:#x}): GDI is asked for its pixels");
        self.begin_canvas()
    }

    fn begin_canvas(&mut self) -> Result<(), DeviceError> {
        self.by = By::Canvas(Canvas::new(self.place.size).ok_or_else(no_pixels)?);
        self.pixels.clear();
        Ok(())
    }

    /// It is not to be had now: the last picture stays for a moment, then that is said.
    fn wait(&mut self, now: Instant) -> Result<(), DeviceError> {
        if self.waiting.refused(now) {
            return Err(DeviceError::Said(ErrorCode::DeviceLost, said!("screen.secure")));
        }
        Ok(())
    }

    /// Takes the pixels, where there are new ones. Says whether they, or the pointer, look otherwise than before.
    fn take(&mut self, now: Instant) -> Result<bool, DeviceError> {
        match &mut self.by {
            By::Nobody => {
                if self.waiting.is_due(now) {
                    self.begin(now)?;
                }
                Ok(false)
            }
            By::Duplication(duplication) => match duplication.take(&mut self.pixels, &mut self.size) {
                Ok(changed) => {
                    self.waiting = Waiting::default();
                    Ok(changed)
                }
                Err(code) => {
                    match asked(code) {
                        Asked::Same => self.waiting = Waiting::default(),
                        Asked::Anew => {
                            self.by = By::Nobody;
                            self.wait(now)?;
                        }
                        Asked::Otherwise => self.begin_otherwise(code)?,
                    }
                    Ok(false)
                }
            },
            By::Canvas(canvas) => {
                let pointed = self.pointer.look();
                let taken = match self.wanted {
                    Wanted::Window(_) => canvas.take_window(self.place.handle),
                    Wanted::Screen(_) => canvas.take_desktop(self.place.corner),
                };
                if !taken {
                    self.failed += 1;
                    return if self.failed > FAILED { Err(no_pixels()) } else { Ok(false) };
                }
                self.failed = 0;
                self.size = canvas.size();
                // GDI does not tell whether anything was drawn.
                let drawn = canvas.pixels() != self.pixels;
                if drawn {
                    self.pixels.clear();
                    self.pixels.extend_from_slice(canvas.pixels());
                }
                Ok(drawn || pointed)
            }
        }
    }
}

fn no_pixels() -> DeviceError {
    DeviceError::Said(ErrorCode::DeviceFailed, said!("screen.no_pixels"))
}
