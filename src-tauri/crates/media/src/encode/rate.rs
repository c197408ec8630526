//! Holds the rate of a stream of H.264, decided without a clock: what OpenH264 is told to aim at, and how coarse keyframes are.
//!
//! By itself OpenH264 asks back what a keyframe took from the eight pictures behind it, and never gives back what pictures did not need; and
//! a keyframe may be no coarser than 34 to 40, however coarse the pictures around it have to be.

use std::time::{Duration, Instant};

/// Of one stream.
#[derive(Debug)]
pub(crate) struct Rate {
    /// Bits a second that were promised.
    wanted: f64,
    /// Bits of a picture that is neither small nor large.
    mean: f64,
    last: Option<Instant>,
    /// Bits that came out beyond what was due.
    debt: f64,
    /// What of it keyframes took: it is paid back until the next one, evenly, with so many bits a second.
    keyframes: f64,
    paying: f64,
    /// Of the pictures between keyframes.
    quantiser: Option<f64>,
    /// Bits that the last keyframe would have taken at quantiser 0.
    keyframe_cost: Option<f64>,
}

/// From one regular keyframe to the next, seconds.
const INTERVAL: f64 = 2.0;
/// What came out beyond what was due, and is not a keyframe's, is paid back within about this time, seconds.
const HORIZON: f64 = 0.7;
/// The most that is owed and the most that is saved, in seconds of the rate: what was filmed long ago says nothing of what is filmed now.
const OWED: f64 = 1.0;
const SAVED: f64 = 0.2;
/// What is aimed at is between these parts of the rate.
const AIM: (f64, f64) = (0.2, 1.3);
/// A keyframe takes at most as much as so many pictures.
const LARGEST_KEYFRAME: f64 = 6.5;
/// A picture's part in the mean quantiser.
const SMOOTHING: f64 = 0.2;
/// So many steps of the quantiser halve the bits of a picture.
const HALF: f64 = 6.0;
/// The coarsest there is.
const COARSEST: f64 = 51.0;

impl Rate {
    pub(crate) fn new(kbps: u32, fps: u32) -> Self {
        let wanted = f64::from(kbps) * 1000.0;
        Self {
            wanted,
            mean: wanted / f64::from(fps),
            last: None,
            debt: 0.0,
            keyframes: 0.0,
            paying: 0.0,
            quantiser: None,
            keyframe_cost: None,
        }
    }

    /// Another rate from the next picture on. What was owed is forgiven.
    pub(crate) fn set(&mut self, kbps: u32) {
        let wanted = f64::from(kbps) * 1000.0;
        if wanted != self.wanted {
            (self.mean, self.wanted) = (self.mean * wanted / self.wanted, wanted);
            (self.debt, self.keyframes, self.paying) = (0.0, 0.0, 0.0);
        }
    }

    /// What to aim at with the picture that was captured then, bits a second.
    pub(crate) fn aim(&mut self, captured: Instant) -> f64 {
        let passed = self.last.map_or(Duration::ZERO, |last| captured.saturating_duration_since(last)).as_secs_f64();
        self.last = Some(captured);
        self.debt = (self.debt - passed * self.wanted).clamp(-SAVED * self.wanted, OWED * self.wanted);
        self.keyframes = (self.keyframes - passed * self.paying).max(0.0);
        let paying = if self.keyframes > 0.0 { self.paying } else { 0.0 };
        let other = (self.debt - self.keyframes) / HORIZON;
        (self.wanted - paying - other).clamp(AIM.0 * self.wanted, AIM.1 * self.wanted)
    }

    /// The quantiser of a keyframe that is encoded now: as fine as the pictures before, unless it would be too large. None: nothing is known
    /// yet.
    pub(crate) fn keyframe_quantiser(&self) -> Option<u8> {
        let (before, cost) = self.quantiser.zip(self.keyframe_cost)?;
        let fits = HALF * (cost / (LARGEST_KEYFRAME * self.mean)).log2();
        Some(before.max(fits).clamp(0.0, COARSEST).round() as u8)
    }

    /// A picture came out.
    pub(crate) fn made(&mut self, bytes: usize, keyframe: bool, quantiser: u8) {
        let (bits, quantiser) = (8.0 * bytes as f64, f64::from(quantiser));
        self.debt += bits;
        if keyframe {
            self.keyframes += (bits - self.mean).max(0.0);
            self.paying = self.keyframes / INTERVAL;
            self.keyframe_cost = Some(bits * (quantiser / HALF).exp2());
        } else {
            let smooth = self.quantiser.get_or_insert(quantiser);
            *smooth += SMOOTHING * (quantiser - *smooth);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An encoder that takes so many bits for a picture at quantiser 0, and twelve times as many for a keyframe. It hits what it aims at as
    /// well as it can, or by a part beside it.
    struct Simulated {
        cost: f64,
        misses: f64,
        coarsest: f64,
    }

    /// The pictures' bits: 30 a second at a rate of 1 Mbit/s, with a keyframe every 60.
    fn run(rate: &mut Rate, pictures: u32, encoder: impl Fn(u32) -> Simulated) -> Vec<f64> {
        let start = Instant::now();
        let picture = |number: u32| {
            let Simulated { cost, misses, coarsest } = encoder(number);
            let aim = rate.aim(start + Duration::from_secs(1) * number / 30) / 30.0;
            let keyframe = number.is_multiple_of(60);
            let cost = if keyframe { 12.0 * cost } else { cost };
            let own = (6.0 * (cost / (aim * misses)).log2()).clamp(12.0, coarsest);
            let quantiser = rate.keyframe_quantiser().filter(|_| keyframe).map_or(own, f64::from);
            let bits = cost / (quantiser / 6.0).exp2();
            rate.made((bits / 8.0) as usize, keyframe, quantiser.round() as u8);
            bits
        };
        (0..pictures).map(picture).collect()
    }

    /// What any two seconds are beside the rate, at least and at most.
    fn windows(bits: &[f64]) -> (f64, f64) {
        let windows = bits.windows(60).map(|window| window.iter().sum::<f64>() / 2e6 - 1.0);
        windows.fold((0.0, 0.0), |(least, most): (f64, f64), this| (least.min(this), most.max(this)))
    }

    #[test]
    fn any_two_seconds_are_within_a_twentieth_of_the_rate_though_each_picture_misses() {
        for misses in [0.93, 1.0, 1.08] {
            let mut rate = Rate::new(1000, 30);
            let bits = run(&mut rate, 600, |_| Simulated { cost: 2e6, misses, coarsest: 51.0 });
            let (least, most) = windows(&bits[60..]);
            assert!(least > -0.05 && most < 0.05, "{misses}: {least} to {most}");
        }
    }

    #[test]
    fn what_a_keyframe_took_is_asked_back_evenly() {
        let mut rate = Rate::new(1000, 30);
        let bits = run(&mut rate, 600, |_| Simulated { cost: 2e6, misses: 1.0, coarsest: 51.0 });
        let between: Vec<f64> = (300..600).filter(|at| at % 60 != 0).map(|at| bits[at] * 30.0 / 1e6).collect();
        let (least, most) = between.iter().fold((f64::MAX, 0.0_f64), |(a, b), this| (a.min(*this), b.max(*this)));
        assert!(least > 0.8 && most < 1.05, "{least} to {most} of a mean picture");
    }

    #[test]
    fn a_keyframe_is_as_coarse_as_the_pictures_around_it_and_never_too_large() {
        let mut rate = Rate::new(1000, 30);
        let bits = run(&mut rate, 200, |_| Simulated { cost: 2e6, misses: 1.0, coarsest: 51.0 });
        assert!(bits[180] * 30.0 / 1e6 < 1.1 * LARGEST_KEYFRAME, "{}", bits[180] * 30.0 / 1e6);
        assert_eq!(Rate::new(1000, 30).keyframe_quantiser(), None, "nothing is known of the first one");
    }

    #[test]
    fn what_cannot_be_had_is_not_owed_for_ever() {
        let mut rate = Rate::new(1000, 30);
        let hard = |number| Simulated { cost: if number < 300 { 60e6 } else { 2e6 }, misses: 1.0, coarsest: 51.0 };
        let bits = run(&mut rate, 600, hard);
        assert!(windows(&bits[..300]).1 > 0.3, "the first ten seconds do not fit");
        let (least, most) = windows(&bits[420..]);
        assert!(least > -0.05 && most < 0.05, "four seconds later nothing is left of it: {least} to {most}");
    }

    #[test]
    fn another_rate_holds_from_then_on() {
        let mut rate = Rate::new(2500, 30);
        run(&mut rate, 100, |_| Simulated { cost: 2e6, misses: 1.0, coarsest: 51.0 });
        rate.set(1000);
        let bits = run(&mut rate, 300, |_| Simulated { cost: 2e6, misses: 1.0, coarsest: 51.0 });
        let (least, most) = windows(&bits[60..]);
        assert!(least > -0.05 && most < 0.05, "{least} to {most}");
    }
}
