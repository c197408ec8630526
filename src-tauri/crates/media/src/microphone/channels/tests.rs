//! A device in virtual time, with sound on some of its channels.

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
        for (count, input) in [(1, 0), (2, 0), (2, 1), (3, 2), (4, 1), (5, 4), (8, 0), (8, 2), (8, 5), (8, 7), (13, 2)]
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
fn who_chooses_hears_what_was_chosen_and_no_click() {
    // One tone on the first, another on the third of four.
    let mut device = Device::new(4, RATE);
    let mut is = |choice: &str, on: &[usize], wanted: [f32; 2]| {
        device.channels.choose(choice.parse().expect(choice));
        let heard = device.play(1500, on, 0.0);
        let levels = sides(&heard);
        let right = (0..2).all(|side| (levels[side] - wanted[side]).abs() < 0.02);
        assert!(right, "{choice} of {on:?}: {levels:?}, {wanted:?} wanted");
        assert!(largest_step(&heard) < 0.05, "{choice}: a step of {}", largest_step(&heard));
    };
    is("stereo", &[0], [LEVEL, 0.0]);
    is("stereo", &[0, 1], [LEVEL, LEVEL]);
    is("left", &[0, 1], [LEVEL, LEVEL]);
    is("right", &[0], [0.0, 0.0]);
    is("right", &[1], [LEVEL, LEVEL]);
    is("mono", &[0], [LEVEL / 2.0, LEVEL / 2.0]);
    is("3", &[0, 2], [LEVEL, LEVEL]);
    is("3", &[0], [0.0, 0.0]);
    // There is no ninth: it is as what was found out says, by which the second was heard a moment ago.
    is("9", &[0], [LEVEL, 0.0]);
    is("auto", &[0], [LEVEL, 0.0]);
}

#[test]
fn of_one_channel_there_is_nothing_to_choose() {
    for choice in ["auto", "left", "mono", "stereo", "1", "right", "2"] {
        let mut device = Device::new(1, RATE);
        device.channels.choose(choice.parse().expect(choice));
        let levels = sides(&device.play(1500, &[0], 0.0));
        assert!(levels.iter().all(|level| is(*level, LEVEL)), "{choice}: {levels:?}");
    }
}

#[test]
fn no_channel_at_all_is_one() {
    let mut heard = Vec::new();
    Channels::new(0, 0).mix(&[0.1, 0.2], &mut heard);
    assert_eq!(heard, [0.1, 0.1, 0.2, 0.2]);
}
