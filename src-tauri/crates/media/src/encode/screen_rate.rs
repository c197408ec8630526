//! How coarse each picture of a screen is, decided without a clock: coarse where a page turns, so that it can be read soon, and finer step by
//! step as long as it stands still.
//!
//! What holds the rate of a camera's pictures spreads it evenly over them. A screen stands still mostly, and then all of it changes at once:
//! each bit that its first picture has is time until it can be read.

use std::time::{Duration, Instant};

/// A codec's quantisers, as far as they matter here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantisers {
    /// As fine as it gets.
    pub(crate) finest: f64,
    /// The coarsest by which small type can be read.
    pub(crate) page: f64,
    pub(crate) coarsest: f64,
    /// So many steps halve the bits of a picture.
    pub(crate) half: f64,
    /// The next finer one where there are bits left.
    pub(crate) finer: fn(f64) -> f64,
}

/// Of one stream.
#[derive(Debug)]
pub(crate) struct ScreenRate {
    scale: Quantisers,
    /// Bits a second that were promised.
    wanted: f64,
    /// Bits of a picture that is neither small nor large.
    mean: f64,
    last: Option<Instant>,
    /// Bits that came out beyond what was due.
    debt: f64,
    /// Of the last picture.
    quantiser: f64,
    /// Since when something moves, and when something did for the last time.
    moves: Option<(Instant, Instant)>,
    /// What all of a picture takes at quantiser 0, bits: as a keyframe, and where it moves.
    keyframe: Option<f64>,
    moving: Option<f64>,
    /// What the last picture changed, and whether that was a page that turned.
    changed: f64,
    turned: bool,
}

/// Where more than this part changes after a pause a page turned.
const PAGE: f64 = 0.3;
/// What has stood still for so long does not move.
const PAUSE: Duration = Duration::from_millis(250);
/// A page that turns takes no longer than this to be sent, in seconds of the rate, where the quantiser can help it.
const LONGEST_PAGE: f64 = 1.0;
/// A keyframe of what stands still takes no longer than this: who moves the pointer behind it waits for so long.
const LONGEST_KEYFRAME: f64 = 0.4;
/// And where things move this is owed at most.
const LONGEST_MOVING: f64 = 0.15;
/// Where less than this moves, what else gets finer takes most of the bits.
const LITTLE: f64 = 0.05;
/// A picture's part in what is known of moving ones.
const SMOOTHING: f64 = 0.5;
/// The most that is owed, seconds: what was shown long ago says nothing of what is shown now.
const OWED: f64 = 2.0;

impl ScreenRate {
    pub(crate) fn new(scale: Quantisers, kbps: u32, fps: u32) -> Self {
        let wanted = f64::from(kbps) * 1000.0;
        Self {
            scale,
            wanted,
            mean: wanted / f64::from(fps),
            last: None,
            debt: 0.0,
            quantiser: scale.page,
            moves: None,
            keyframe: None,
            moving: None,
            changed: 0.0,
            turned: false,
        }
    }

    /// Another rate from the next picture on. What was owed is forgiven.
    pub(crate) fn set(&mut self, kbps: u32) {
        let wanted = f64::from(kbps) * 1000.0;
        if wanted != self.wanted {
            (self.mean, self.wanted, self.debt) = (self.mean * wanted / self.wanted, wanted, 0.0);
        }
    }

    /// The quantiser of the picture that was captured then, of which such a part is another than before.
    pub(crate) fn quantiser(&mut self, captured: Instant, changed: f64, keyframe: bool) -> f64 {
        let Quantisers { finest, page, coarsest, finer, .. } = self.scale;
        let passed = self.last.map_or(Duration::ZERO, |last| captured.saturating_duration_since(last)).as_secs_f64();
        self.last = Some(captured);
        self.debt = (self.debt - passed * self.wanted).clamp(0.0, OWED * self.wanted);
        self.changed = changed;
        let paused = self.moves.is_none_or(|(_, last)| captured.saturating_duration_since(last) >= PAUSE);
        if changed > 0.0 {
            let since = self.moves.filter(|_| !paused).map_or(captured, |(since, _)| since);
            self.moves = Some((since, captured));
        }
        self.turned = paused && changed > PAGE;
        let fits = |cost: Option<f64>, longest: f64| {
            let room = (longest * self.wanted - self.debt).max(self.mean / 2.0);
            cost.map_or(page, |cost| self.scale.half * (cost / room).log2())
        };
        self.quantiser = if self.turned {
            page.max(fits(self.keyframe, LONGEST_PAGE))
        } else if keyframe {
            self.quantiser.max(fits(self.keyframe, LONGEST_KEYFRAME))
        } else if changed > 0.0 {
            let cost = self.moving.or(self.keyframe).map(|cost| cost * changed);
            // Where little moves the rest of the picture gets finer with it.
            fits(cost, LONGEST_MOVING).max(finer(self.quantiser))
        } else if self.debt < self.mean {
            finer(self.quantiser)
        } else {
            self.quantiser
        }
        .clamp(finest, coarsest)
        .round();
        self.quantiser
    }

    /// Whether that is a page that turned.
    pub(crate) fn turned(&self) -> bool {
        self.turned
    }

    /// A keyframe came out though none was asked for, as the page turned unseen: whether it is too large to be sent, and is to be made once
    /// more, by this quantiser.
    #[cfg(feature = "h264")]
    pub(crate) fn too_large(&mut self, bytes: usize) -> Option<f64> {
        let bits = 8.0 * bytes as f64;
        let room = (LONGEST_PAGE * self.wanted - self.debt).max(self.mean);
        if bits < room / 2.0 {
            return None;
        }
        let cost = bits * (self.quantiser / self.scale.half).exp2();
        let fits = self.scale.half * (cost / room).log2();
        let quantiser = self.scale.page.max(fits).clamp(self.scale.finest, self.scale.coarsest).round();
        // Half the bits are worth the time.
        (quantiser >= self.quantiser + self.scale.half).then(|| {
            self.quantiser = quantiser;
            quantiser
        })
    }

    /// A picture came out: whether it is a keyframe, and was asked to be one.
    pub(crate) fn made(&mut self, bytes: usize, keyframe: bool, asked: bool) {
        let bits = 8.0 * bytes as f64;
        self.debt += bits;
        let cost = bits * (self.quantiser / self.scale.half).exp2();
        if keyframe {
            self.keyframe = Some(cost);
        }
        if self.changed > LITTLE && !self.turned && !asked {
            let cost = cost / self.changed;
            let smooth = self.moving.get_or_insert(cost);
            *smooth += SMOOTHING * (cost - *smooth);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Quantisers =
        Quantisers { finest: 12.0, page: 34.0, coarsest: 51.0, half: 6.0, finer: |quantiser| quantiser - 3.0 };
    /// Bits a second, and of one picture, at 30 a second.
    const RATE: f64 = 1e6;
    const MEAN: f64 = RATE / 30.0;
    /// What a page takes at quantiser 34: seven tenths of a second.
    const PAGE_BITS: f64 = 7e5;

    /// Pictures of which each has such a part that is another than before, as an encoder makes them that knows what it has sent of what
    /// stands still: their quantisers and their bits. Keyframes every two seconds.
    fn run(rate: &mut ScreenRate, pictures: u32, changed: impl Fn(u32) -> f64, moving: f64) -> Vec<(f64, f64)> {
        let (start, mut shown) = (Instant::now(), 60.0_f64);
        let mut made = Vec::new();
        for number in 0..pictures {
            let (part, keyframe) = (changed(number), number.is_multiple_of(60));
            let quantiser = rate.quantiser(start + Duration::from_secs(1) * number / 30, part, keyframe);
            let of = |quantiser: f64| PAGE_BITS * ((34.0 - quantiser) / 6.0).exp2();
            let bits = if keyframe || part > PAGE && moving == 1.0 {
                shown = quantiser;
                of(quantiser)
            } else {
                let finer = (of(quantiser) - of(shown)).max(0.0) / 2.0;
                shown = shown.min(quantiser);
                part * moving * of(quantiser) + (1.0 - part) * finer + 100.0
            };
            rate.made((bits / 8.0) as usize, keyframe, keyframe);
            made.push((quantiser, bits));
        }
        made
    }

    #[test]
    fn a_page_that_turns_is_coarse_at_first_and_finer_with_the_bits_that_are_left() {
        let mut rate = ScreenRate::new(SCALE, 1000, 30);
        let made = run(&mut rate, 240, |number| f64::from(u8::from(number == 0 || number == 70)), 1.0);
        assert_eq!(made[70].0, 34.0, "as coarse as can be read, and no coarser, as it is sent within a second");
        assert!(made[118].0 <= 31.0, "{:?}", &made[70..119]);
        assert!(made[71..90].iter().all(|(_, bits)| *bits < MEAN), "what owes bits waits");
        let sent: f64 = made[70..180].iter().map(|(_, bits)| bits).sum();
        assert!(sent < RATE * 110.0 / 30.0 + 0.5 * RATE, "{sent}");
    }

    #[test]
    fn a_page_that_would_take_longer_than_a_second_is_coarser() {
        let mut rate = ScreenRate::new(SCALE, 300, 30);
        let made = run(&mut rate, 120, |number| f64::from(u8::from(number == 0 || number == 100)), 1.0);
        assert!(made[100].0 > 34.0 && made[100].1 < 4e5, "{:?}", made[100]);
    }

    #[test]
    fn a_keyframe_of_what_stands_still_keeps_nobody_waiting() {
        let mut rate = ScreenRate::new(SCALE, 2500, 30);
        let made = run(&mut rate, 600, |number| f64::from(u8::from(number == 0)), 1.0);
        for keyframe in (60..600).step_by(60) {
            let (quantiser, bits) = made[keyframe];
            assert!(bits < 0.45 * 2.5e6, "{bits}");
            assert!(quantiser > made[keyframe - 1].0, "it was finer than the rate has room for at once");
            assert!(made[keyframe + 55].0 < quantiser, "and is so again");
        }
    }

    #[test]
    fn what_moves_keeps_the_rate_and_is_as_fine_as_that_allows() {
        for moving in [0.02, 0.1, 0.3] {
            let mut rate = ScreenRate::new(SCALE, 1000, 30);
            let made = run(&mut rate, 600, |_| 0.9, moving);
            for window in made[120..].windows(60) {
                let sent = window.iter().map(|(_, bits)| bits).sum::<f64>() / 2.0;
                assert!((0.9..1.1).contains(&(sent / RATE)), "{sent} at {moving}");
            }
        }
    }

    #[test]
    #[cfg(feature = "h264")]
    fn a_page_that_turns_behind_moving_pictures_is_made_once_more_where_it_is_far_too_large() {
        let mut rate = ScreenRate::new(SCALE, 1000, 30);
        run(&mut rate, 58, |_| 0.9, 0.02);
        let fine = rate.quantiser(Instant::now() + Duration::from_secs(60), 0.0, false);
        assert!(fine < 28.0, "{fine}");
        assert_eq!(rate.too_large(1_000), None);
        let coarser = rate.too_large((PAGE_BITS * ((34.0 - fine) / 6.0).exp2() / 8.0) as usize);
        assert_eq!(coarser, Some(34.0));
    }
}
