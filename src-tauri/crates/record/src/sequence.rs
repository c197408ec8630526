//! From the stream to one file after another: what belongs into which. No I/O, and no clock.

use crate::mp4::{Muxer, Write};
use std::time::{Duration, Instant};
use stream::{AudioFrame, Clock, Frame, VideoFrame};

/// How long a file waits for the picture, or for the sound, before it begins without it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the next file's pictures wait for the sound that still belongs to the one before, which is encoded later.
const TURN: Duration = Duration::from_secs(1);

/// Between 1900, where NTP counts from, and 1904, where MP4 does, seconds.
const NTP_TO_MP4: u64 = 4 * 365 * 24 * 3600;

/// When a file ends and the next begins, at the next keyframe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// After this time.
    pub after: Option<Duration>,
    /// When it has so many bytes.
    pub bytes: Option<u64>,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A file begins.
    Begin,
    /// This is to be done with it.
    Write(Write),
    /// It is whole, and so long.
    End(Duration),
}

/// The files of one recording.
#[derive(Debug)]
pub(crate) struct Sequence {
    clock: Clock,
    split: Split,
    state: State,
    /// Sound came where the file has none: the next keyframe begins one that has.
    sound_waits: bool,
}

#[derive(Debug)]
enum State {
    /// Nothing is written yet: it is not known what there will be.
    Waiting(Held),
    Writing(Box<Muxer>),
    /// A keyframe begins the next file, and sound of the time before it is still to come.
    Turning(Box<Muxer>, Held),
}

/// What waits for its file.
#[derive(Debug, Default)]
struct Held {
    /// The first is a keyframe.
    pictures: Vec<VideoFrame>,
    sounds: Vec<AudioFrame>,
}

impl Held {
    fn first(&self) -> Option<Instant> {
        let (picture, sound) = (self.pictures.first(), self.sounds.first());
        picture.map(|frame| frame.captured).into_iter().chain(sound.map(|frame| frame.captured)).min()
    }
}

impl Sequence {
    pub(crate) fn new(clock: Clock, split: Split) -> Sequence {
        Sequence { clock, split, state: State::Waiting(Held::default()), sound_waits: false }
    }

    /// How long the file is that is being written, and how large.
    pub(crate) fn file(&self) -> (Duration, u64) {
        match &self.state {
            State::Waiting(_) => (Duration::ZERO, 0),
            State::Writing(muxer) | State::Turning(muxer, _) => (muxer.duration(), muxer.bytes()),
        }
    }

    /// Takes in a frame.
    pub(crate) fn take(&mut self, frame: &Frame) -> Vec<Step> {
        match frame {
            Frame::Video(frame) => self.video(frame),
            Frame::Audio(frame) => self.audio(frame),
        }
    }

    /// Notes what happened at that moment, as a chapter.
    pub(crate) fn mark(&mut self, at: Instant, title: &str) -> Vec<Step> {
        match &mut self.state {
            State::Waiting(_) => Vec::new(),
            State::Writing(muxer) | State::Turning(muxer, _) => written(muxer.mark(at, title)),
        }
    }

    /// Nothing follows: the last file ends. What comes after all begins another.
    pub(crate) fn end(&mut self) -> Vec<Step> {
        let mut steps = match &self.state {
            State::Waiting(_) => self.begin(),
            State::Turning(..) => self.turn(),
            State::Writing(_) => Vec::new(),
        };
        if let State::Writing(muxer) = self.wait() {
            steps.extend(finished(*muxer));
        }
        steps
    }

    fn video(&mut self, frame: &VideoFrame) -> Vec<Step> {
        let mut steps = Vec::new();
        if let State::Turning(_, held) = &self.state {
            let waited = held.first().is_some_and(|first| frame.captured.saturating_duration_since(first) >= TURN);
            let turns_again = held.pictures.first().is_some_and(|first| size(first) != size(frame));
            if waited || turns_again {
                steps.extend(self.turn());
            }
        }
        match &mut self.state {
            State::Waiting(held) => {
                if frame.keyframe || !held.pictures.is_empty() {
                    held.pictures.push(frame.clone());
                }
                steps.extend(self.begin_if_known(frame.captured));
            }
            State::Turning(_, held) => held.pictures.push(frame.clone()),
            State::Writing(muxer) => {
                let goes_on = muxer.size() == Some(size(frame)) && !is_full(muxer, self.split) && !self.sound_waits;
                if !frame.keyframe || goes_on {
                    steps.extend(written(muxer.video(frame)));
                    return steps;
                }
                let has_sound = muxer.has_sound() || self.sound_waits;
                if let State::Writing(muxer) = self.wait() {
                    self.state = State::Turning(muxer, Held { pictures: vec![frame.clone()], sounds: Vec::new() });
                }
                if !has_sound {
                    steps.extend(self.turn());
                }
            }
        }
        steps
    }

    fn audio(&mut self, frame: &AudioFrame) -> Vec<Step> {
        match &mut self.state {
            State::Waiting(held) => {
                held.sounds.push(frame.clone());
                self.begin_if_known(frame.captured)
            }
            State::Writing(muxer) => {
                // A file has the tracks that it began with.
                self.sound_waits |= !muxer.has_sound();
                let mut steps = written(muxer.audio(frame));
                if muxer.size().is_none() && is_full(muxer, self.split) {
                    steps.extend(self.end());
                }
                steps
            }
            State::Turning(muxer, held) => match held.pictures.first() {
                Some(first) if frame.captured < first.captured => written(muxer.audio(frame)),
                _ => {
                    held.sounds.push(frame.clone());
                    self.turn()
                }
            },
        }
    }

    /// Begins the first file once both are there, or one of them has been waited for long enough.
    fn begin_if_known(&mut self, now: Instant) -> Vec<Step> {
        let State::Waiting(held) = &self.state else { return Vec::new() };
        let both = held
            .pictures
            .first()
            .is_some_and(|picture| held.sounds.last().is_some_and(|sound| sound.captured >= picture.captured));
        let waited = held.first().is_some_and(|first| now.saturating_duration_since(first) >= PATIENCE);
        if both || waited { self.begin() } else { Vec::new() }
    }

    /// Begins a file with what is held: with the picture, where there is one, and without sound that was before it.
    fn begin(&mut self) -> Vec<Step> {
        let State::Waiting(mut held) = self.wait() else { return Vec::new() };
        if let Some(first) = held.pictures.first() {
            held.sounds.retain(|sound| sound.captured >= first.captured);
        }
        let sound = !held.sounds.is_empty();
        self.begin_with(held, sound)
    }

    /// Ends a file and begins the next, which has a track of sound where the one before had, or where sound came meanwhile.
    fn turn(&mut self) -> Vec<Step> {
        let State::Turning(muxer, held) = self.wait() else { return Vec::new() };
        let sound = muxer.has_sound() || !held.sounds.is_empty() || self.sound_waits;
        let mut steps = finished(*muxer);
        steps.extend(self.begin_with(held, sound));
        steps
    }

    fn begin_with(&mut self, held: Held, sound: bool) -> Vec<Step> {
        let Some(base) = held.first() else { return Vec::new() };
        let created = (self.clock.ntp(base) >> 32).saturating_sub(NTP_TO_MP4);
        // A keyframe without parameter sets begins nothing: the next may have them.
        let Some((mut muxer, writes)) = Muxer::new(base, held.pictures.first(), sound, created) else {
            return Vec::new();
        };
        let mut steps = vec![Step::Begin];
        steps.extend(written(writes));
        let Held { pictures, sounds } = held;
        let mut sounds = sounds.iter().peekable();
        for picture in &pictures {
            while let Some(sound) = sounds.next_if(|sound| sound.captured <= picture.captured) {
                steps.extend(written(muxer.audio(sound)));
            }
            steps.extend(written(muxer.video(picture)));
        }
        for sound in sounds {
            steps.extend(written(muxer.audio(sound)));
        }
        self.state = State::Writing(Box::new(muxer));
        self.sound_waits = false;
        steps
    }

    /// What was, in whose place nothing is held.
    fn wait(&mut self) -> State {
        std::mem::replace(&mut self.state, State::Waiting(Held::default()))
    }
}

/// Whether a file is as long or as large as one may be.
fn is_full(muxer: &Muxer, split: Split) -> bool {
    split.after.is_some_and(|after| muxer.duration() >= after)
        || split.bytes.is_some_and(|bytes| muxer.bytes() >= bytes)
}

fn size(frame: &VideoFrame) -> (u16, u16) {
    (frame.width, frame.height)
}

fn finished(muxer: Muxer) -> Vec<Step> {
    let duration = muxer.duration();
    let mut steps = written(muxer.finish());
    steps.push(Step::End(duration));
    steps
}

fn written(writes: Vec<Write>) -> Vec<Step> {
    writes.into_iter().map(Step::Write).collect()
}

#[cfg(test)]
mod tests;
