//! What is sent while a camera gives nothing: a calm dark picture with a few words. Viewers see it, so it says what they
//! need to know and nothing about the broadcaster's machine.

use crate::{frame::Picture, text};
use std::time::Instant;
use words::Language;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slate {
    /// The broadcaster chose so.
    Off,
    /// The camera was opened and has not delivered a picture yet, or none was there since the program started.
    Starting,
    /// The camera delivers no more.
    Away,
    /// The screen, the window or the image is away.
    Hidden,
    /// The broadcaster is away for a moment.
    Back,
}

/// Shades of luma, and the hue of the ground and of the one stroke of colour.
const GROUND: u8 = 28;
const BRIGHT: u8 = 228;
const MUTED: u8 = 150;
const STROKE: u8 = 168;
const GROUND_HUE: [u8; 2] = [134, 124];
const STROKE_HUE: [u8; 2] = [162, 86];

/// Sizes of type, in 54ths of the height of a picture of 16:9: the title and the line below, and the words between them.
const SMALL: f32 = 2.6;
const LARGE: f32 = 6.4;
/// Smaller type than this is no type, pixels.
const LEGIBLE: f32 = 8.0;
/// From one line to the next, over the size of the type.
const LEADING: f32 = 1.25;

/// A block of lines of one size.
struct Lines {
    lines: Vec<String>,
    size: f32,
    shade: u8,
    /// What is free above it, pixels.
    above: f32,
}

impl Slate {
    /// The broadcaster chose that it stands there: what it looks like is a choice as well. The others tell what is the matter.
    pub(crate) fn is_chosen(self) -> bool {
        matches!(self, Self::Off | Self::Back)
    }

    /// `title` is the stream's; nothing stands there where it is empty, or has letters that cannot be set.
    pub(crate) fn draw(self, width: u16, height: u16, captured: Instant, title: &str, language: Language) -> Picture {
        let mut picture = Picture::black(width, height, captured);
        let (w, h) = (usize::from(width), usize::from(height));
        let [y, u, v] = picture.planes_mut();
        y.fill(GROUND);
        u.fill(GROUND_HUE[0]);
        v.fill(GROUND_HUE[1]);
        // An upright picture has the type of the 16:9 picture that is as wide as it is high.
        let unit = (width.max(height) as f32 / 96.0).min(width.min(height) as f32 / 54.0);
        let left = (w as f32 / 12.0).round();
        let blocks = self.blocks(title, language, w as f32 - 2.0 * left, h as f32 - 4.0 * unit, unit);
        let mut pen = (h as f32 - tall(&blocks)) / 2.0;
        for block in &blocks {
            pen += block.above;
            for line in &block.lines {
                // Where the letters stand, in the middle of the line's height.
                let baseline = pen + (LEADING + text::CAPITAL) / 2.0 * block.size;
                text::draw(y, w, line, (left, baseline), block.size, block.shade);
                pen += LEADING * block.size;
            }
        }
        // The stroke's sides are even, as colour is sampled for two by two pixels.
        let even = |length: f32| length as usize & !1;
        let (left, top) = (even(left), even(((h as f32 - tall(&blocks)) / 2.0 - 1.5 * unit).max(2.0)));
        let (wide, high) = (even((5.0 * unit).max(4.0)), even((unit / 2.0).max(2.0)));
        for row in top..top + high {
            y[row * w + left..row * w + left + wide].fill(STROKE);
            let colour = row / 2 * (w / 2) + left / 2;
            u[colour..colour + wide / 2].fill(STROKE_HUE[0]);
            v[colour..colour + wide / 2].fill(STROKE_HUE[1]);
        }
        picture
    }

    /// The words, in the order in which they are given up where there is no room for all: the title goes first, then the line below.
    fn blocks(self, title: &str, language: Language, room: f32, height: f32, unit: f32) -> Vec<Lines> {
        let [words, line] = self.words().map(|key| language.say("slate", key));
        let small = (SMALL * unit).max(LEGIBLE);
        let large = (LARGE * unit).max(1.25 * LEGIBLE);
        let set = |words: &str, size: f32, most, shade, above| Lines {
            lines: text::wrap(words, room, size, most),
            size,
            shade,
            above,
        };
        let title = Some(title.trim()).filter(|title| !title.is_empty() && text::can_set(title));
        let mut blocks: Vec<Lines> = title.map(|title| set(title, small, 2, MUTED, 0.0)).into_iter().collect();
        let words_at = blocks.len();
        blocks.push(set(words, large, 3, BRIGHT, 0.0));
        blocks.push(set(line, small, 3, MUTED, small / 2.0));
        if tall(&blocks) > height && words_at > 0 {
            blocks.remove(0);
        }
        if tall(&blocks) > height {
            blocks.pop();
        }
        blocks
    }
}

impl Slate {
    /// The keys of what it says, and of the line below.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Off => ["off", "off.detail"],
            Self::Starting => ["starting", "starting.detail"],
            Self::Away => ["away", "away.detail"],
            Self::Hidden => ["hidden", "hidden.detail"],
            Self::Back => ["back", "back.detail"],
        }
    }
}

fn tall(blocks: &[Lines]) -> f32 {
    blocks.iter().map(|block| block.above + block.lines.len() as f32 * LEADING * block.size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Slate; 5] = [Slate::Off, Slate::Starting, Slate::Away, Slate::Hidden, Slate::Back];
    const SIZES: [(u16, u16); 7] =
        [(1280, 720), (160, 96), (1080, 1920), (1080, 1080), (96, 160), (1366, 768), (1920, 96)];

    #[test]
    fn a_slate_is_dark_and_has_words_that_fit() {
        for (width, height) in SIZES {
            for (slate, language) in
                ALL.into_iter().flat_map(|slate| Language::all().map(move |spoken| (slate, spoken)))
            {
                for title in [
                    "",
                    "Birds at dawn",
                    "A title of as many letters as one may have, which is longer than any line here",
                ] {
                    let picture = slate.draw(width, height, Instant::now(), title, language);
                    let [y, ..] = picture.planes();
                    let bright = y.iter().filter(|&&shade| shade > 100).count();
                    assert!(bright > 0 && bright < y.len() / 10, "{bright} of {} pixels are letters", y.len());
                    let w = usize::from(width);
                    let last = usize::from(height) - 1;
                    let edge = |at: usize| [0, w - 1].contains(&(at % w)) || [0, last].contains(&(at / w));
                    let touching = (0..y.len()).filter(|at| edge(*at) && y[*at] != GROUND).count();
                    assert_eq!(touching, 0, "{slate:?} at {width}x{height}: nothing is cut off at the edge");
                }
            }
        }
    }

    #[test]
    fn the_title_is_there_where_it_can_be_set() {
        let draw = |title| Slate::Off.draw(640, 360, Instant::now(), title, Language::ENGLISH).data;
        let without = draw("");
        assert_ne!(draw("Birds at dawn"), without);
        assert_ne!(draw("Birds at dawn"), draw("Birds at dusk"));
        assert_eq!(draw("夜明けの鳥"), without, "a title with empty boxes would be worse than none");
    }

    #[test]
    fn viewers_are_told_apart_what_is_the_matter() {
        let drawn = ALL.map(|slate| slate.draw(640, 360, Instant::now(), "", Language::ENGLISH).data);
        for (at, one) in drawn.iter().enumerate() {
            assert!(drawn[..at].iter().all(|other| other != one), "{:?} looks like another", ALL[at]);
        }
    }

    #[test]
    fn every_language_can_be_set_and_says_it_in_its_own_words() {
        for language in Language::all() {
            for slate in ALL {
                for key in slate.words() {
                    let words = language.say("slate", key);
                    assert!(words != key && text::can_set(words), "{language}: {key}");
                }
            }
        }
        let drawn = |tag| Slate::Back.draw(640, 360, Instant::now(), "", Language::choose([tag])).data;
        assert_ne!(drawn("en"), drawn("de"));
    }
}
