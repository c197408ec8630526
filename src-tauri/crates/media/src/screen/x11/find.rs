//! Which screens and windows there are.

use super::{
    super::{Size, meant::likeness},
    trouble::Trouble,
};
use protocol::Source;
use x11rb::{
    connection::RequestConnection,
    protocol::{
        randr::{self, ConnectionExt as _},
        xproto::{Atom, AtomEnum, ConnectionExt as _, MapState},
    },
    rust_connection::RustConnection,
};

/// A screen.
pub(super) struct Found {
    name: String,
    pub(super) is_primary: bool,
    pub(super) left: i16,
    pub(super) top: i16,
    pub(super) size: Size,
}

impl Found {
    pub(super) fn source(&self, number: u32) -> Source {
        let Found { name, size: Size { width, height }, .. } = self;
        Source { id: number.to_string(), label: format!("{name} ({width}x{height})") }
    }
}

/// The screens, in the server's order.
pub(super) fn screens(connection: &RustConnection, root: u32) -> Result<Vec<Found>, Trouble> {
    let whole = connection.get_geometry(root)?.reply()?;
    let mut found = Vec::new();
    if connection.extension_information(randr::X11_EXTENSION_NAME)?.is_some() {
        let version = connection.randr_query_version(1, 5)?.reply()?;
        if (version.major_version, version.minor_version) >= (1, 5) {
            for monitor in connection.randr_get_monitors(root, true)?.reply()?.monitors {
                let name = connection.get_atom_name(monitor.name)?.reply()?.name;
                found.push(Found {
                    name: String::from_utf8_lossy(&name).into_owned(),
                    is_primary: monitor.primary,
                    left: monitor.x,
                    top: monitor.y,
                    size: Size { width: monitor.width, height: monitor.height },
                });
            }
        }
    }
    // Part of one may lie outside for a moment, while another is unplugged.
    found.retain(|screen| {
        let inside = |from: i16, length: u16, whole: u16| {
            from >= 0 && length > 0 && i32::from(from) + i32::from(length) <= i32::from(whole)
        };
        inside(screen.left, screen.size.width, whole.width) && inside(screen.top, screen.size.height, whole.height)
    });
    if found.is_empty() {
        let size = Size { width: whole.width, height: whole.height };
        found.push(Found { name: "X11".to_owned(), is_primary: true, left: 0, top: 0, size });
    }
    Ok(found)
}

/// Nobody has so many windows.
const MOST_WINDOWS: usize = 512;

/// A longer title is no title; in units of four bytes.
const LONGEST_TITLE: u32 = 256;

/// The window that is meant by these words: the one whose title they are, before those that have them in their titles; one that is shown
/// before one that is not.
pub(super) fn window(connection: &RustConnection, root: u32, words: &str) -> Result<Option<u32>, Trouble> {
    let mut best: Option<(u8, u32)> = None;
    for (window, title) in named(connection, root)? {
        let Some(likeness) = likeness(&title, words) else { continue };
        let is_shown = is_shown(connection, window)?;
        let worth = likeness + u8::from(is_shown);
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, window));
        }
    }
    Ok(best.map(|(_, window)| window))
}

/// The windows that are shown.
pub(super) fn windows(connection: &RustConnection, root: u32) -> Result<Vec<(u32, String)>, Trouble> {
    let mut shown = Vec::new();
    for (window, title) in named(connection, root)? {
        if is_shown(connection, window)? {
            shown.push((window, title));
        }
    }
    Ok(shown)
}

fn is_shown(connection: &RustConnection, window: u32) -> Result<bool, Trouble> {
    match connection.get_window_attributes(window)?.reply() {
        Ok(attributes) => Ok(attributes.map_state == MapState::VIEWABLE),
        // It was closed just now.
        Err(error) => unless_lost(error.into(), false),
    }
}

/// What is gone meanwhile has nothing to say.
fn unless_lost<T>(trouble: Trouble, otherwise: T) -> Result<T, Trouble> {
    match trouble {
        Trouble::Lost => Err(trouble),
        Trouble::Refused => Ok(otherwise),
    }
}

/// All windows that have a title: those that the window manager lists, or where there is none, those that stand on the desktop.
fn named(connection: &RustConnection, root: u32) -> Result<Vec<(u32, String)>, Trouble> {
    let atom = |name: &str| Ok::<Atom, Trouble>(connection.intern_atom(false, name.as_bytes())?.reply()?.atom);
    let (list, title) = (atom("_NET_CLIENT_LIST")?, atom("_NET_WM_NAME")?);
    let listed = connection.get_property(false, root, list, AtomEnum::WINDOW, 0, MOST_WINDOWS as u32)?.reply()?;
    let mut windows: Vec<u32> = listed.value32().into_iter().flatten().collect();
    if windows.is_empty() {
        let children = connection.query_tree(root)?.reply()?.children;
        windows = children.into_iter().rev().take(MOST_WINDOWS).collect();
    }
    let mut named = Vec::new();
    for window in windows {
        for property in [title, AtomEnum::WM_NAME.into()] {
            let asked = connection.get_property(false, window, property, AtomEnum::ANY, 0, LONGEST_TITLE)?.reply();
            let text = match asked {
                Ok(property) => property.value,
                Err(error) => unless_lost(error.into(), Vec::new())?,
            };
            let text = String::from_utf8_lossy(&text);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
            if !text.is_empty() {
                named.push((window, text.to_owned()));
                break;
            }
        }
    }
    Ok(named)
}
