//! Which of a device's channels are heard, and on which side. An interface with two inputs, or eight, has a voice on one of them
//! and silence on the others, and nobody wants to hear a voice on one side only.
//!
//! No clock but the samples: what is decided depends on them alone.

/// Samples of each channel that are judged together, as a part of a second: long enough for the lowest voice.
const WINDOWS_A_SECOND: u32 = 20;

/// The root of the mean square below which a channel is silent whatever the others do: -60 dB, above the noise of an input that
/// nothing is plugged into.
const SILENCE: f32 = 0.001;

/// And this part of the loudest channel: -40 dB. What a cable or a converter carries over is below that, what a second microphone
/// in the same room hears is above.
const OF_LOUDEST: f32 = 0.01;

/// How much of the loudest is left after a window of silence: half after some seventeen seconds, so that noise does not count as
/// sound while nobody speaks.
const FADES: f32 = 0.998;

/// Windows of sound after which a channel is heard: one may be a click.
const BEGINS: u32 = 2;

/// Seconds of others' sound after which a channel is left out that has had none at all.
const NEVER: u32 = 1;

/// And one that had some: in a conversation one side may be silent for long.
const NO_MORE: u32 = 30;

/// How long a change takes, as a part of a second: too slow for a click, too fast to be noticed.
const FADES_A_SECOND: u32 = 50;

/// The side of a channel: how much of it is heard left and right.
type Sides = [f32; 2];

/// Makes stereo of a device's channels: each pair (the first and the second, the third and the fourth…) is left and right as long as
/// both have sound; where one of them has none the other is heard on both sides.
#[derive(Debug)]
pub(super) struct Channels {
    channels: Vec<Channel>,
    /// Frames of a window, and those that have passed of this one.
    window: u32,
    passed: u32,
    /// How loud the loudest channel was, as far back as it matters.
    loudest: f32,
    /// How much a side may change with each frame.
    step: f32,
    /// Some side is on its way to where it should be.
    moving: bool,
}

#[derive(Clone, Debug)]
struct Channel {
    squares: f32,
    heard: bool,
    had_sound: bool,
    /// Windows with sound, one after the other.
    with_sound: u32,
    /// Windows without sound while another channel had some, one after the other.
    without: u32,
    now: Sides,
    goal: Sides,
}

impl Channels {
    /// For a device with so many channels, one at least, at this rate.
    pub(super) fn new(channels: u16, rate: u32) -> Channels {
        let channel = |index: u16| Channel {
            squares: 0.0,
            // Until something is known a device is stereo.
            heard: index < 2,
            had_sound: false,
            with_sound: 0,
            without: 0,
            now: [0.0; 2],
            goal: [0.0; 2],
        };
        let mut made = Channels {
            channels: (0..channels.max(1)).map(channel).collect(),
            window: (rate / WINDOWS_A_SECOND).max(1),
            passed: 0,
            loudest: 0.0,
            step: FADES_A_SECOND as f32 / rate.max(1) as f32,
            moving: false,
        };
        made.place();
        made.channels.iter_mut().for_each(|channel| channel.now = channel.goal);
        made.moving = false;
        made
    }

    /// Adds these frames of all channels, interleaved, to `into` as stereo.
    pub(super) fn mix(&mut self, samples: &[f32], into: &mut Vec<f32>) {
        for frame in samples.chunks_exact(self.channels.len()) {
            let mut heard: Sides = [0.0; 2];
            for (channel, sample) in self.channels.iter_mut().zip(frame) {
                channel.squares += sample * sample;
                heard[0] += channel.now[0] * sample;
                heard[1] += channel.now[1] * sample;
            }
            into.extend(heard.map(|sample| sample.clamp(-1.0, 1.0)));
            if self.moving {
                self.moving = false;
                for channel in &mut self.channels {
                    self.moving |= channel.moves(self.step);
                }
            }
            self.passed += 1;
            if self.passed == self.window {
                self.judge();
            }
        }
    }

    /// A window is full.
    fn judge(&mut self) {
        let level = |channel: &Channel| (channel.squares / self.window as f32).sqrt();
        let loudest = self.channels.iter().map(level).fold(0.0, f32::max);
        self.loudest = loudest.max(self.loudest * FADES);
        let least = SILENCE.max(self.loudest * OF_LOUDEST);
        let any = loudest > least;
        let mut changed = false;
        for channel in &mut self.channels {
            let has_sound = (channel.squares / self.window as f32).sqrt() > least;
            channel.squares = 0.0;
            changed |= channel.judged(has_sound, any);
        }
        self.passed = 0;
        if changed {
            self.place();
        }
    }

    /// Says where each channel is to be heard.
    fn place(&mut self) {
        let none = !self.channels.iter().any(|channel| channel.heard);
        for (number, pair) in self.channels.chunks_mut(2).enumerate() {
            let presumed = none && number == 0;
            let heard = [pair[0].heard || presumed, pair.get(1).is_some_and(|right| right.heard || presumed)];
            for (side, channel) in pair.iter_mut().enumerate() {
                channel.goal = match (heard[side], heard[1 - side]) {
                    (false, _) => [0.0, 0.0],
                    (true, false) => [1.0, 1.0],
                    (true, true) => [1.0 - side as f32, side as f32],
                };
            }
        }
        self.moving = true;
    }
}

impl Channel {
    /// Whether it is heard, or not any more, from now on.
    fn judged(&mut self, has_sound: bool, any: bool) -> bool {
        self.with_sound = if has_sound { self.with_sound + 1 } else { 0 };
        if self.with_sound >= BEGINS {
            (self.had_sound, self.without) = (true, 0);
            return !std::mem::replace(&mut self.heard, true);
        }
        // While all are silent nothing is learnt.
        self.without += u32::from(any && !has_sound);
        let patience = if self.had_sound { NO_MORE } else { NEVER } * WINDOWS_A_SECOND;
        if self.without < patience {
            return false;
        }
        std::mem::replace(&mut self.heard, false)
    }

    /// Goes a step towards where it should be; whether it is not there yet.
    fn moves(&mut self, step: f32) -> bool {
        for (now, goal) in self.now.iter_mut().zip(self.goal) {
            *now += (goal - *now).clamp(-step, step);
        }
        self.now != self.goal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::SAMPLE_RATE as RATE;

    /// A device in virtual time.
    struct Device {
        channels: Channels,
        count: usize,
        frame: usize,
        rate: u32,
    }

    /// Of the tone that each channel plays.
    const LEVEL: f32 = 0.3;

    impl Device {
        fn new(count: u16, rate: u32) -> Device {
            Device { channels: Channels::new(count, rate), count: count.into(), frame: 0, rate }
        }

        /// Plays for a while on some channels, with noise of this level on all; gives what is heard.
        fn play(&mut self, ms: u32, on: &[usize], noise: f32) -> Vec<f32> {
            let mut heard = Vec::new();
            for _ in 0..u64::from(ms) * u64::from(self.rate) / 1000 {
                self.frame += 1;
                let time = self.frame as f32 / self.rate as f32;
                let sample = |channel: usize| {
                    let tone = (time * (300.0 + 50.0 * channel as f32) * std::f32::consts::TAU).sin() * LEVEL;
                    let hiss = noise * if (self.frame * 7 + channel).is_multiple_of(3) { 1.0 } else { -0.5 };
                    hiss + if on.contains(&channel) { tone } else { 0.0 }
                };
                let frame: Vec<f32> = (0..self.count).map(sample).collect();
                self.channels.mix(&frame, &mut heard);
            }
            heard
        }
    }

    /// The level of each side at the end of what was heard.
    fn sides(heard: &[f32]) -> [f32; 2] {
        let last = &heard[heard.len().saturating_sub(9600)..];
        [0, 1].map(|side| {
            let squares: f32 = last.chunks_exact(2).map(|frame| frame[side] * frame[side]).sum();
            (2.0 * squares / (last.len() / 2) as f32).sqrt()
        })
    }

    fn is(level: f32, wanted: f32) -> bool {
        (level - wanted).abs() < 0.02
    }

    /// The largest step from one sample to the next of the same side.
    fn largest_step(heard: &[f32]) -> f32 {
        heard.iter().zip(&heard[2..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn one_input_of_several_is_heard_on_both_sides() {
        for rate in [RATE, 44_100] {
            for (count, input) in
                [(1, 0), (2, 0), (2, 1), (3, 2), (4, 1), (5, 4), (8, 0), (8, 2), (8, 5), (8, 7), (13, 2)]
            {
                let heard = Device::new(count, rate).play(1500, &[input], 0.0);
                let levels = sides(&heard);
                assert!(levels.iter().all(|level| is(*level, LEVEL)), "input {input} of {count}: {levels:?}");
            }
        }
    }

    #[test]
    fn noise_of_the_other_input_does_not_make_it_stereo() {
        let mut device = Device::new(2, RATE);
        for _ in 0..20 {
            let levels = sides(&device.play(1500, &[0], 0.0015));
            assert!(levels.iter().all(|level| is(*level, LEVEL)), "{levels:?}");
            // Whoever speaks takes a breath.
            device.play(3000, &[], 0.0015);
        }
        assert!(!device.channels.channels[1].heard);
    }

    #[test]
    fn stereo_stays_stereo_through_silence_and_when_one_side_pauses() {
        for count in [2, 4, 8] {
            let mut device = Device::new(count, RATE);
            let mut is_stereo = |ms, on: &[usize]| {
                let heard = device.play(ms, on, 0.0);
                let levels = sides(&heard);
                for side in [0, 1] {
                    let wanted = if on.contains(&side) { LEVEL } else { 0.0 };
                    assert!(is(levels[side], wanted), "{on:?} of {count}: {levels:?}");
                }
            };
            is_stereo(2000, &[0, 1]);
            is_stereo(120_000, &[]);
            for _ in 0..3 {
                is_stereo(20_000, &[0]);
                is_stereo(20_000, &[1]);
            }
            is_stereo(5000, &[0, 1]);
        }
    }

    #[test]
    fn nothing_is_decided_while_all_are_silent() {
        let mut device = Device::new(2, RATE);
        device.play(60_000, &[], 0.0005);
        assert!(device.channels.channels.iter().all(|channel| channel.heard), "as it was opened");
        let levels = sides(&device.play(200, &[0, 1], 0.0));
        assert!(levels.iter().all(|level| is(*level, LEVEL)), "{levels:?}");
    }

    #[test]
    fn a_channel_that_begins_later_is_heard_on_its_side_at_once() {
        let mut device = Device::new(2, RATE);
        device.play(10_000, &[0], 0.0);
        assert!(!device.channels.channels[1].heard, "mono until now");
        device.play(300, &[0, 1], 0.0);
        let left = sides(&device.play(300, &[0], 0.0));
        assert!(is(left[0], LEVEL) && is(left[1], 0.0), "stereo from then on: {left:?}");
        let mut device = Device::new(8, RATE);
        device.play(5000, &[2], 0.0);
        device.play(300, &[2, 5], 0.0);
        let both = device.play(300, &[2, 5], 0.0);
        assert!(sides(&both)[0] > LEVEL * 1.2, "two microphones of an interface are heard together");
    }

    #[test]
    fn an_input_that_falls_silent_for_good_leaves_no_empty_side() {
        let mut device = Device::new(2, RATE);
        device.play(5000, &[0, 1], 0.0);
        device.play(32_000, &[1], 0.0);
        let levels = sides(&device.play(500, &[1], 0.0));
        assert!(levels.iter().all(|level| is(*level, LEVEL)), "{levels:?}");
    }

    #[test]
    fn a_change_makes_no_click_and_a_click_no_change() {
        let mut device = Device::new(2, RATE);
        let calm = largest_step(&device.play(500, &[0], 0.0));
        let changing = [device.play(1500, &[0], 0.0), device.play(500, &[0, 1], 0.0), device.play(40_000, &[0], 0.0)];
        for heard in &changing {
            let step = largest_step(heard);
            assert!(step < calm * 1.5, "a step of {step} where {calm} is usual");
        }
        let mut device = Device::new(2, RATE);
        device.play(3000, &[0], 0.0);
        device.channels.mix(&[0.0, 0.9], &mut Vec::new());
        device.play(200, &[0], 0.0);
        assert!(!device.channels.channels[1].heard, "one sample is no sound");
    }

    #[test]
    fn no_channel_at_all_is_one() {
        let mut heard = Vec::new();
        Channels::new(0, 0).mix(&[0.1, 0.2], &mut heard);
        assert_eq!(heard, [0.1, 0.1, 0.2, 0.2]);
    }
}
