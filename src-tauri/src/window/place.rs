//! Where the panel shows the picture of what is sent, as it tells the program.

use serde::Deserialize;

/// Where the panel shows the picture.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(super) struct Place {
    /// Pixels of the screen.
    pub(super) width: u16,
    /// Pixels of the screen.
    pub(super) height: u16,
    /// Left, top, right and bottom as parts of the page's width and height; none while not all of it is free.
    pub(super) within: Option<[f64; 4]>,
}

impl Place {
    /// None where it has no size: nobody looks.
    pub(super) fn seen(self) -> Option<Place> {
        (self.width > 0 && self.height > 0).then_some(self)
    }
}
