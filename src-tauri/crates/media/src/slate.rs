//! What is sent while a camera gives nothing: a calm dark picture with a few words. Viewers see it, so it says what they
//! need to know and nothing about the broadcaster's machine.

use crate::{frame::Picture, text};
use std::time::Instant;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slate {
    /// The broadcaster chose so.
    Off,
    /// The camera was opened and has not delivered a picture yet.
    Starting,
    /// The camera does not deliver.
    Away,
}

impl Slate {
    pub(crate) fn draw(self, width: u16, height: u16, captured: Instant) -> Picture {
        let (title, line) = match self {
            Self::Off => ("The camera is off", ""),
            Self::Starting => ("The camera is starting", "The picture will come by itself"),
            Self::Away => ("The camera is away", "The picture will be back by itself"),
        };
        let mut picture = Picture::black(width, height, captured);
        let (w, h) = (usize::from(width), usize::from(height));
        let [y, u, v] = picture.planes_mut();
        y.fill(28);
        u.fill(134);
        v.fill(124);
        for (words, row, scale, shade) in
            [(title, h * 8 / 18, text::dot(w, h, 180), 180), (line, h * 10 / 18, text::dot(w, h, 360), 110)]
        {
            let left = w.saturating_sub(text::width(words, scale)) / 2;
            text::draw(y, w, words, (left, row), scale, shade);
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slate_is_dark_and_has_words_that_fit() {
        for (width, height) in [(1280, 720), (160, 96), (1080, 1920), (1080, 1080), (96, 160)] {
            for slate in [Slate::Off, Slate::Starting, Slate::Away] {
                let picture = slate.draw(width, height, Instant::now());
                let [y, ..] = picture.planes();
                let bright = y.iter().filter(|&&shade| shade > 100).count();
                assert!(bright > 0 && bright < y.len() / 10, "{bright} of {} pixels are letters", y.len());
            }
        }
    }
}
