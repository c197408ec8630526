//! An X server: how it is found, what it says of a screen or a window, and what is said where it says no.

use super::{
    super::{Size, Wanted},
    find,
    trouble::Trouble,
};
use crate::device::DeviceError;
use protocol::ErrorCode;
use std::env;
use words::said;
use x11rb::{
    connection::{Connection, RequestConnection},
    protocol::xproto::{ConnectionExt as _, ImageOrder, MapState},
    rust_connection::RustConnection,
};

/// What is shown, as the server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Whose changes are watched: the root, or the window.
    pub(super) window: u32,
    /// Where pixels are taken from: the root, or what the window is drawn into.
    pub(super) drawable: u32,
    pub(super) left: i16,
    pub(super) top: i16,
    pub(super) size: Size,
    /// Where its corner is on the whole desktop.
    pub(super) corner: (i32, i32),
}

/// A connection to an X server.
pub(super) struct Display {
    pub(super) connection: RustConnection,
    pub(super) root: u32,
}

/// The extension that only a server inside a Wayland desktop has: it sees no other program's pixels.
pub(super) const INSIDE_WAYLAND: &str = "XWAYLAND";

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

impl Display {
    /// The one that the environment names.
    pub(super) fn open() -> Result<Display, DeviceError> {
        let name = env::var("DISPLAY").unwrap_or_default();
        if name.is_empty() {
            // What X11 does not show on Wayland, and what does.
            let on_wayland = is_set("WAYLAND_DISPLAY");
            let message = if on_wayland { said!("screen.wayland") } else { said!("screen.no_desktop") };
            return Err(DeviceError::Said(ErrorCode::NoDevice, message));
        }
        Self::named(name)
    }

    pub(super) fn named(name: String) -> Result<Display, DeviceError> {
        let (connection, screen) = x11rb::connect(Some(&name)).map_err(|error| {
            DeviceError::Said(ErrorCode::DeviceLost, said!("screen.display", name = &name, error = error.to_string()))
        })?;
        let root = connection.setup().roots[screen].root;
        Ok(Display { connection, root })
    }

    /// Whether its pixels are blue, green, red, and a byte that says nothing.
    pub(super) fn is_usual(&self) -> bool {
        let setup = self.connection.setup();
        let Some(screen) = setup.roots.iter().find(|screen| screen.root == self.root) else { return false };
        let visuals = screen.allowed_depths.iter().flat_map(|depth| &depth.visuals);
        let visual = visuals.into_iter().find(|visual| visual.visual_id == screen.root_visual);
        let format = setup.pixmap_formats.iter().find(|format| format.depth == screen.root_depth);
        setup.image_byte_order == ImageOrder::LSB_FIRST
            && format.is_some_and(|format| format.bits_per_pixel == 32)
            && visual.is_some_and(|visual| (visual.red_mask, visual.blue_mask) == (0xff_0000, 0xff))
    }

    pub(super) fn has(&self, extension: &'static str) -> bool {
        self.connection.extension_information(extension).ok().flatten().is_some()
    }

    /// Where it is, or a sentence why it cannot be shown now.
    pub(super) fn place(&self, wanted: &Wanted, window: Option<u32>) -> Result<Place, DeviceError> {
        match wanted {
            Wanted::Screen(number) => self.screen(*number),
            Wanted::Window(title) => self.window(title, window),
        }
    }

    fn screen(&self, number: Option<u32>) -> Result<Place, DeviceError> {
        if self.has(INSIDE_WAYLAND) {
            return Err(DeviceError::Said(ErrorCode::NoDevice, said!("screen.wayland")));
        }
        let screens = find::screens(&self.connection, self.root)?;
        let place = |screen: &find::Found| Place {
            window: self.root,
            drawable: self.root,
            left: screen.left,
            top: screen.top,
            size: screen.size,
            corner: (screen.left.into(), screen.top.into()),
        };
        let found = match number {
            None => screens.iter().find(|screen| screen.is_primary).or(screens.first()),
            Some(number) => screens.get(number as usize - 1),
        };
        found.map(place).ok_or_else(|| {
            let (number, there) = (number.unwrap_or(1), screens.len());
            DeviceError::Said(ErrorCode::NoDevice, said!("screen.number", number, there))
        })
    }

    /// `window`: which it was until now.
    fn window(&self, title: &str, window: Option<u32>) -> Result<Place, DeviceError> {
        let connection = &self.connection;
        let found = match window {
            Some(window) => Some(window),
            None => find::window(connection, self.root, title)?,
        };
        let missing = || {
            let message = match self.has(INSIDE_WAYLAND) {
                true => said!("screen.no_window_of_x11", title),
                false => said!("screen.no_window", title),
            };
            DeviceError::Said(ErrorCode::NoDevice, message)
        };
        let id = found.ok_or_else(missing)?;
        let closed = |trouble: Trouble| match trouble {
            Trouble::Lost => trouble.into(),
            Trouble::Refused => DeviceError::Said(ErrorCode::DeviceLost, said!("screen.closed", title)),
        };
        let attributes = connection.get_window_attributes(id).map_err(Trouble::from).map_err(closed)?.reply();
        let attributes = attributes.map_err(Trouble::from).map_err(closed)?;
        if attributes.map_state != MapState::VIEWABLE {
            return Err(DeviceError::Said(ErrorCode::DeviceLost, said!("screen.minimised", title)));
        }
        let measure = || {
            let geometry = connection.get_geometry(id)?.reply()?;
            let corner = connection.translate_coordinates(id, self.root, 0, 0)?.reply()?;
            Ok((geometry, (i32::from(corner.dst_x), i32::from(corner.dst_y))))
        };
        let (geometry, corner) = measure().map_err(closed)?;
        let border = geometry.border_width as i16;
        let size = Size { width: geometry.width, height: geometry.height };
        Ok(Place { window: id, drawable: id, left: border, top: border, size, corner })
    }
}
