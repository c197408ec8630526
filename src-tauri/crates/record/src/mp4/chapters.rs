//! Chapters (`chpl`, as ffmpeg, VLC and mpv read it): a time and a title each.

use super::boxes::Boxes;
use std::time::Duration;

/// As many as can be counted in a byte.
pub(crate) const MOST: usize = 255;

/// Bytes of a title at most: all that are allowed fit into a file's front.
pub(crate) const LONGEST: usize = 100;

/// A chapter of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapter {
    /// Since the beginning of the file.
    pub(crate) at: Duration,
    /// [`LONGEST`] bytes at most.
    pub(crate) title: String,
}

/// Writes `udta` with the chapters, if there are any. Where the first is later than the file's beginning one goes before it, so that
/// all of the file is in a chapter.
pub(super) fn write(boxes: &mut Boxes, chapters: &[Chapter]) {
    if chapters.is_empty() {
        return;
    }
    let beginning = Chapter { at: Duration::ZERO, title: "Start".into() };
    let beginning = chapters.first().filter(|first| !first.at.is_zero()).map(|_| &beginning);
    let all: Vec<&Chapter> = beginning.into_iter().chain(chapters).take(MOST).collect();
    boxes.put(b"udta", |boxes| {
        boxes.full(b"chpl", 1, 0, |boxes| {
            boxes.u32(0);
            boxes.u8(all.len() as u8);
            for chapter in all {
                // In units of 100 ns.
                boxes.u64((chapter.at.as_nanos() / 100) as u64);
                let title = shortened(&chapter.title);
                boxes.u8(title.len() as u8);
                boxes.bytes(title.as_bytes());
            }
        });
    });
}

/// As much of a title as is kept, in whole characters.
pub(crate) fn shortened(title: &str) -> &str {
    let fits = |end: &usize| title.is_char_boundary(*end);
    &title[..(0..=title.len().min(LONGEST)).rev().find(fits).unwrap_or_default()]
}
