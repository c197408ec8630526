//! What is sent, at a glance: enough to tell whether there is anything to see and to hear, at hardly any cost.

use crate::frame::Picture;

/// What is sent at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glance {
    /// The picture; none before the first.
    pub picture: Option<Seen>,
    /// Of the sound of the last three seconds: short-term loudness (EBU R 128), LUFS. None: nothing to be heard.
    pub loudness: Option<f32>,
}

/// What a picture looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// There is nothing in it but black.
    pub dark: bool,
    /// Another picture has another one; two that look the same have the same.
    pub print: u64,
}

/// Points that are looked at: columns and rows. Noise, which every camera has, changes some of so many from one picture to the next.
const POINTS: (usize, usize) = (96, 54);

/// What is no brighter, of luma from 16 to 235, people take for black: a covered lens has noise as well.
const DARK: u8 = 40;

/// So many of a thousand points may be brighter, as a pixel is that is stuck.
const BRIGHT_OF_THOUSAND: usize = 2;

impl Seen {
    pub(crate) fn of(picture: &Picture) -> Seen {
        let [luma, ..] = picture.planes();
        let (width, height) = (usize::from(picture.width), usize::from(picture.height));
        // In the middle of each field, so that what lies along the edges counts for no more than the rest.
        let middle = |at: usize, of: usize, side: usize| (2 * at + 1) * side / (2 * of);
        let (mut bright, mut print) = (0, FNV_OFFSET);
        for row in (0..POINTS.1).map(|at| middle(at, POINTS.1, height)) {
            for column in (0..POINTS.0).map(|at| middle(at, POINTS.0, width)) {
                let level = luma[row * width + column];
                bright += usize::from(level > DARK);
                print = (print ^ u64::from(level)).wrapping_mul(FNV_PRIME);
            }
        }
        Seen { dark: 1000 * bright <= BRIGHT_OF_THOUSAND * POINTS.0 * POINTS.1, print }
    }
}

/// FNV-1a with 64 bits: nobody means to deceive it.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pattern::Pattern, slate::Slate};
    use std::time::Instant;
    use words::Language;

    fn grey(level: u8) -> Picture {
        let mut picture = Picture::black(1280, 720, Instant::now());
        picture.planes_mut()[0].fill(level);
        picture
    }

    #[test]
    fn black_is_told_from_what_is_only_dark() {
        assert!(Seen::of(&Picture::black(160, 96, Instant::now())).dark);
        assert!(Seen::of(&grey(DARK)).dark && !Seen::of(&grey(DARK + 1)).dark);
        let mut stuck = grey(16);
        // A bright spot of 40 by 20 pixels: a lamp on a device, in a dark room.
        for row in 300..320 {
            stuck.planes_mut()[0][row * 1280 + 500..row * 1280 + 540].fill(235);
        }
        assert!(Seen::of(&stuck).dark);
        stuck.planes_mut()[0][..1280 * 100].fill(90);
        assert!(!Seen::of(&stuck).dark, "a strip of something");
        assert!(!Seen::of(&Slate::Starting.draw(1280, 720, Instant::now(), "Mass", Language::ENGLISH)).dark, "a card");
    }

    #[test]
    fn two_prints_are_the_same_only_of_what_looks_the_same() {
        assert_eq!(Seen::of(&grey(90)), Seen::of(&grey(90)));
        assert_ne!(Seen::of(&grey(90)).print, Seen::of(&grey(91)).print);
        let mut pattern = Pattern::new(320, 180, "test", Language::ENGLISH);
        let mut drawn = |ms| {
            let mut picture = Picture::black(320, 180, Instant::now());
            pattern.draw(ms, 3, &mut picture.data);
            Seen::of(&picture).print
        };
        let prints: Vec<u64> = (0..10).map(|second| drawn(1_000_000 + 1000 * second)).collect();
        assert!(prints.windows(2).all(|two| two[0] != two[1]), "the pattern moves: {prints:?}");
    }

    #[test]
    fn a_camera_s_noise_is_movement() {
        let mut noisy = grey(90);
        // One point of fifty is one step brighter, as in the quietest pictures that cameras make.
        noisy.planes_mut()[0].iter_mut().step_by(50).for_each(|level| *level += 1);
        assert_ne!(Seen::of(&noisy).print, Seen::of(&grey(90)).print);
    }
}
