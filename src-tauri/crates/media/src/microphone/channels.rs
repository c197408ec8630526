//! Which of a device's channels are heard, and on which side. An interface with two inputs, or eight, has a voice on one of them
//! and silence on the others, and nobody wants to hear a voice on one side only.
//!
//! No clock but the samples: what is decided depends on them alone.

use protocol::Channels as Choice;

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
///
/// Somebody may say instead which are heard, and where. What is learnt of them meanwhile holds when nobody says any more.
#[derive(Debug)]
pub(super) struct Channels {
    choice: Choice,
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
            choice: Choice::Auto,
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

    /// Somebody says which are heard, or that they are to be found out.
    pub(super) fn choose(&mut self, choice: Choice) {
        if std::mem::replace(&mut self.choice, choice) != choice {
            self.place();
        }
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
        self.moving = true;
        if let Some(sides) = self.chosen() {
            for (channel, sides) in self.channels.iter_mut().zip(sides.into_iter().chain(std::iter::repeat([0.0; 2]))) {
                channel.goal = sides;
            }
            return;
        }
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
    }

    /// Where the first channels are heard, and the others are not; None where that is found out. A device that lacks the channel which was
    /// chosen is heard as it would be if nobody had: another one was meant.
    fn chosen(&self) -> Option<Vec<Sides>> {
        let alone = |index: usize| {
            let mut sides = vec![[0.0; 2]; index];
            sides.push([1.0; 2]);
            sides
        };
        let sides = match self.choice {
            Choice::Auto => return None,
            Choice::Left => alone(0),
            Choice::Right => alone(1),
            Choice::Input(input) => alone(usize::from(input).saturating_sub(1)),
            // Of one channel there is nothing else to choose.
            Choice::Mono | Choice::Stereo if self.channels.len() == 1 => alone(0),
            Choice::Mono => vec![[0.5; 2]; 2],
            Choice::Stereo => vec![[1.0, 0.0], [0.0, 1.0]],
        };
        (sides.len() <= self.channels.len()).then_some(sides)
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
mod tests;
