//! Screens and windows of X11: their pixels by MIT-SHM, only where Damage says that something was drawn, and XFixes' cursor over them; screens
//! by RandR, windows by Composite, so that what stands before one is not seen on it.

mod cursor;
mod display;
mod find;
mod shared;
#[cfg(test)]
mod tests;
mod trouble;

use super::{Capture, Size, Wanted, subject};
use crate::device::DeviceError;
use cursor::Cursor;
use display::{Display, INSIDE_WAYLAND, Place};
use protocol::{ErrorCode, Source};
use shared::Shared;
use std::time::{Duration, Instant};
use trouble::Trouble;
use words::said;
use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        composite::{self, ConnectionExt as _},
        damage::{self, ConnectionExt as _},
        randr::{self, ConnectionExt as _},
        shm::{self, ConnectionExt as _},
        xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat},
    },
};

/// An open screen or window.
pub(super) struct Screen {
    display: Display,
    wanted: Wanted,
    place: Place,
    damage: Option<u32>,
    /// None: the server gives pixels through its socket only.
    shared: Option<Shared>,
    pixels: Vec<u8>,
    cursor: Cursor,
    /// Something was drawn since the pixels were taken.
    drawn: bool,
    /// Where it is may be otherwise.
    moved: bool,
    looked: Instant,
    refused: u32,
}

/// Where a screen or a window is may change without anybody being told.
const LOOK: Duration = Duration::from_secs(1);

/// What changes while its pixels are taken is refused now and then; what is refused so often is refused for good.
const REFUSED: u32 = 10;

impl Capture for Screen {
    fn picture(&mut self, into: &mut Vec<u8>, anew: bool) -> Result<Option<Size>, DeviceError> {
        // It asks where the pointer is, so that everything that was told before is read with the answer.
        let pointed = self.cursor.look(&self.display)?;
        self.hear()?;
        if std::mem::take(&mut self.moved) || self.looked.elapsed() > LOOK {
            self.look()?;
        }
        if self.drawn {
            match self.take() {
                Ok(()) => (self.drawn, self.refused) = (false, 0),
                Err(Trouble::Refused) if self.refused < REFUSED => {
                    // It changed its size just now, or is gone: that is looked at next.
                    (self.refused, self.moved) = (self.refused + 1, true);
                    return Ok(None);
                }
                Err(trouble) => return Err(trouble.into()),
            }
        } else if !(anew || pointed && self.cursor.touches(&self.place)) {
            return Ok(None);
        }
        let Size { width, height } = self.place.size;
        let length = 4 * usize::from(width) * usize::from(height);
        let pixels = self.shared.as_ref().map_or(&self.pixels[..], Shared::bytes);
        into.clear();
        into.extend_from_slice(&pixels[..length]);
        self.cursor.draw(into, &self.place);
        Ok(Some(self.place.size))
    }
}

impl Screen {
    pub(super) fn open(wanted: &Wanted) -> Result<Self, DeviceError> {
        Self::on(Display::open()?, wanted)
    }

    fn on(display: Display, wanted: &Wanted) -> Result<Self, DeviceError> {
        if !display.is_usual() {
            return Err(DeviceError::Said(ErrorCode::DeviceFailed, said!("screen.colours")));
        }
        let place = display.place(wanted, None)?;
        let cursor = Cursor::new(&display)?;
        let mut screen = Screen {
            shared: None,
            pixels: Vec::new(),
            damage: None,
            cursor,
            drawn: true,
            moved: false,
            looked: Instant::now(),
            refused: 0,
            wanted: wanted.clone(),
            place,
            display,
        };
        screen.watch()?;
        screen.draws_into(place)?;
        Ok(screen)
    }

    /// Has the server tell what changes.
    fn watch(&mut self) -> Result<(), Trouble> {
        let Display { connection, root } = &self.display;
        let window = self.place.window;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection.change_window_attributes(window, &events)?;
        if self.display.has(randr::X11_EXTENSION_NAME) {
            connection.randr_select_input(*root, randr::NotifyMask::SCREEN_CHANGE | randr::NotifyMask::CRTC_CHANGE)?;
        }
        // Without it all is taken each time, as if something had been drawn.
        if self.display.has(damage::X11_EXTENSION_NAME) {
            connection.damage_query_version(1, 1)?.reply()?;
            let id = connection.generate_id()?;
            connection.damage_create(id, window, damage::ReportLevel::BOUNDING_BOX)?;
            self.damage = Some(id);
        }
        if self.display.has(shm::X11_EXTENSION_NAME) {
            let version = connection.shm_query_version()?.reply()?;
            // From 1.2 on the memory is handed over as an open file.
            if (version.major_version, version.minor_version) >= (1, 2) {
                self.shared = Some(Shared::default());
            }
        }
        if window != *root {
            connection.composite_query_version(0, 4)?.reply()?;
            connection.composite_redirect_window(window, composite::Redirect::AUTOMATIC)?.check()?;
        }
        connection.flush()?;
        Ok(())
    }

    /// Takes this as the place; a window is drawn into another pixmap each time it has another size, or is shown again.
    fn draws_into(&mut self, place: Place) -> Result<(), Trouble> {
        let connection = &self.display.connection;
        if self.place.drawable != self.place.window {
            connection.free_pixmap(self.place.drawable)?;
        }
        self.place = place;
        if place.window != self.display.root {
            let pixmap = connection.generate_id()?;
            connection.composite_name_window_pixmap(place.window, pixmap)?.check()?;
            self.place.drawable = pixmap;
        }
        self.drawn = true;
        Ok(())
    }

    /// Where it is now.
    fn look(&mut self) -> Result<(), DeviceError> {
        self.looked = Instant::now();
        let before = match self.wanted {
            Wanted::Window(_) => Some(self.place.window),
            Wanted::Screen(_) => None,
        };
        let place = self.display.place(&self.wanted, before).map_err(|error| self.lost(error))?;
        let same = Place { drawable: place.drawable, ..self.place } == place;
        if !same || self.refused > 0 {
            let size_stays = self.place.size == place.size && self.refused == 0;
            match before {
                // It was only moved.
                Some(_) if size_stays => self.place = Place { drawable: self.place.drawable, ..place },
                _ => self.draws_into(place)?,
            }
        }
        Ok(())
    }

    /// A screen that was there is not just missing.
    fn lost(&self, error: DeviceError) -> DeviceError {
        match (&self.wanted, error) {
            (screen @ Wanted::Screen(_), DeviceError::Said(ErrorCode::NoDevice, _)) => {
                DeviceError::Said(ErrorCode::DeviceLost, said!("screen.lost", device = subject(screen)))
            }
            (_, error) => error,
        }
    }

    /// What the server told.
    fn hear(&mut self) -> Result<(), Trouble> {
        self.drawn |= self.damage.is_none();
        while let Some(event) = self.display.connection.poll_for_event()? {
            match event {
                Event::DamageNotify(told) => {
                    let (area, place) = (told.area, &self.place);
                    let outside = |start: i16, length: u16, from: i16, size: u16| {
                        i32::from(start) + i32::from(length) <= i32::from(from)
                            || i32::from(start) >= i32::from(from) + i32::from(size)
                    };
                    let elsewhere = place.window == self.display.root
                        && (outside(area.x, area.width, place.left, place.size.width)
                            || outside(area.y, area.height, place.top, place.size.height));
                    if elsewhere {
                        // What is drawn here next is to be told.
                        self.display.connection.damage_subtract(told.damage, x11rb::NONE, x11rb::NONE)?;
                    } else {
                        self.drawn = true;
                    }
                }
                Event::ConfigureNotify(_)
                | Event::UnmapNotify(_)
                | Event::DestroyNotify(_)
                | Event::ReparentNotify(_)
                | Event::RandrScreenChangeNotify(_)
                | Event::RandrNotify(_) => self.moved = true,
                // It has another pixmap now.
                Event::MapNotify(_) => (self.moved, self.refused) = (true, self.refused.max(1)),
                Event::XfixesCursorNotify(_) => self.cursor.changed(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes the pixels.
    fn take(&mut self) -> Result<(), Trouble> {
        let connection = &self.display.connection;
        if let Some(damage) = self.damage {
            // First, so that what is drawn meanwhile is told.
            connection.damage_subtract(damage, x11rb::NONE, x11rb::NONE)?;
        }
        let Place { drawable, left, top, size: Size { width, height }, .. } = self.place;
        let length = 4 * usize::from(width) * usize::from(height);
        if let Some(shared) = &mut self.shared {
            match shared.of(connection, length) {
                Ok(segment) => {
                    let format = ImageFormat::Z_PIXMAP.into();
                    let taken =
                        connection.shm_get_image(drawable, left, top, width, height, !0, format, segment, 0)?.reply();
                    return taken.map(drop).map_err(Trouble::from);
                }
                // A server elsewhere shares no memory.
                Err(_) => self.shared = None,
            }
        }
        let image = connection.get_image(ImageFormat::Z_PIXMAP, drawable, left, top, width, height, !0)?.reply()?;
        self.pixels = image.data;
        if self.pixels.len() < length { Err(Trouble::Refused) } else { Ok(()) }
    }
}

/// Whether the X server is one inside of a Wayland desktop, which sees no other program's pixels; None: there is no server.
pub(super) fn is_inside_wayland() -> Option<bool> {
    Display::open().ok().map(|display| display.has(INSIDE_WAYLAND))
}

/// The screens by number, and the windows by title.
pub(super) fn list() -> (Vec<Source>, Vec<Source>) {
    let Ok(display) = Display::open() else { return (Vec::new(), Vec::new()) };
    let (connection, root) = (&display.connection, display.root);
    let mut screens = Vec::new();
    if !display.has(INSIDE_WAYLAND) {
        let found = find::screens(connection, root).unwrap_or_default();
        screens = (1..).zip(found).map(|(number, screen)| screen.source(number)).collect();
    }
    let windows = find::windows(connection, root).unwrap_or_default();
    let mut windows: Vec<Source> =
        windows.into_iter().map(|(_, title)| Source { id: title.clone(), label: title }).collect();
    windows.sort_by(|one, other| one.label.cmp(&other.label));
    windows.dedup();
    (screens, windows)
}
