//! Which window system is asked: X11, or where the desktop runs on Wayland its portal.

use super::{Capture, Listed, Wanted, Way, wayland, x11};
use crate::device::DeviceError;
use protocol::ErrorCode;
use std::env;

/// What is known of the desktop that this program runs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Desktop {
    /// The session says that it is one on Wayland (`XDG_SESSION_TYPE`).
    says_wayland: bool,
    /// There is a display of Wayland's (`WAYLAND_DISPLAY`).
    has_wayland: bool,
    /// There is a display of X11's: whether it is one inside of Wayland. Not asked where it makes no difference: there the question would start
    /// one.
    x11_inside_wayland: Option<bool>,
}

/// Whose screens they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    X11,
    Wayland,
}

impl Desktop {
    fn here() -> Desktop {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let has_wayland = is_set("WAYLAND_DISPLAY");
        Desktop {
            says_wayland: env::var_os("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland"),
            has_wayland,
            x11_inside_wayland: if has_wayland { None } else { x11::is_inside_wayland() },
        }
    }

    /// A display of X11's that is not inside of Wayland shows all that is on it, whatever the session says: somebody started it beside.
    fn screens(self) -> Whose {
        match self {
            Desktop { has_wayland: true, .. } | Desktop { x11_inside_wayland: Some(true), .. } => Whose::Wayland,
            Desktop { x11_inside_wayland: Some(false), .. } => Whose::X11,
            Desktop { says_wayland: true, .. } => Whose::Wayland,
            Desktop { .. } => Whose::X11,
        }
    }
}

/// Opens what is wanted.
pub(super) fn open(wanted: &Wanted, way: &Way<'_>) -> Result<Box<dyn Capture>, DeviceError> {
    let x11 = || -> Result<Box<dyn Capture>, DeviceError> { Ok(Box::new(x11::Screen::open(wanted)?)) };
    // Windows by their title are those of programs on X11: the others are chosen in the desktop's own window.
    if let Wanted::Window(_) = wanted {
        return x11();
    }
    if Desktop::here().screens() == Whose::X11 {
        return x11();
    }
    match wayland::Screen::open(way) {
        // Without a portal an X server of its own is better than none.
        Err(DeviceError::Said(ErrorCode::NoDevice, _)) if x11::is_inside_wayland() == Some(false) => x11(),
        shown => Ok(Box::new(shown?)),
    }
}

/// The screens by number, and the windows by title.
pub(super) fn list() -> Listed {
    let (screens, windows) = x11::list();
    match Desktop::here().screens() {
        Whose::X11 => Listed { screens, windows, desktop_asks: false },
        Whose::Wayland => Listed { screens: wayland::list(), windows, desktop_asks: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop(says_wayland: bool, has_wayland: bool, x11_inside_wayland: Option<bool>) -> Desktop {
        Desktop { says_wayland, has_wayland, x11_inside_wayland }
    }

    #[test]
    fn a_desktop_on_wayland_is_asked_by_its_portal_and_any_other_by_x11() {
        for (here, whose) in [
            (desktop(false, false, None), Whose::X11),
            (desktop(false, false, Some(false)), Whose::X11),
            (desktop(true, true, Some(true)), Whose::Wayland),
            (desktop(true, true, None), Whose::Wayland),
            (desktop(false, true, None), Whose::Wayland),
            (desktop(true, false, None), Whose::Wayland),
            (desktop(false, false, Some(true)), Whose::Wayland),
            // An X server that was started beside, by a test for one.
            (desktop(true, false, Some(false)), Whose::X11),
        ] {
            assert_eq!(here.screens(), whose, "{here:?}");
        }
    }
}
