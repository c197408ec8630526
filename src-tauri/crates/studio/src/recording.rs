//! The recording: what it does, and what is said of it. Decisions only.

use crate::outputs::Dropped;
use crate::studio::CommandError;
use protocol::{ErrorCode, Event, RecordingState, UnfinishedRecording};
use record::{Checked, MendError, Mended, Target, Told, Unfinished};
use std::path::PathBuf;
use std::time::Duration;
use words::{Said, Value, said};

/// What happened to recordings, on other threads.
#[derive(Debug)]
pub(crate) enum RecordingNews {
    /// The place of the recording of this number was looked at; an error is a sentence for people.
    Checked(u64, Result<Checked, Said>),
    /// Its thread tells.
    Told(u64, Told),
    /// These were not finished in an earlier run.
    Unfinished(Vec<Unfinished>),
    /// One of them was to be mended.
    Mended(PathBuf, Result<Mended, MendError>),
}

/// How far a recording is, as its own thread counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) duration: Duration,
    pub(crate) bytes: u64,
    /// What the disk was too slow for.
    pub(crate) dropped: Dropped,
}

/// Where the recording is.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    /// Counts recordings, so that a late word of an earlier one is known.
    number: u64,
    /// Each broadcast is recorded, and there.
    always: Option<Target>,
    told: protocol::Recording,
    unfinished: Vec<UnfinishedRecording>,
}

impl Recording {
    pub(crate) fn shown(&self) -> protocol::Recording {
        self.told.clone()
    }

    pub(crate) fn unfinished(&self) -> Vec<UnfinishedRecording> {
        self.unfinished.clone()
    }

    /// From now on each broadcast is recorded, there.
    pub(crate) fn always(&mut self, target: Target) {
        self.always = Some(target);
    }

    /// A recording may begin: its number.
    pub(crate) fn start(&mut self) -> Result<u64, CommandError> {
        match self.told.state {
            RecordingState::Off | RecordingState::Stopped | RecordingState::Failed => {}
            RecordingState::Stopping => {
                return Err(wrong(said!("now.writing")));
            }
            _ => return Err(wrong(said!("now.recording"))),
        }
        self.number += 1;
        self.told = protocol::Recording { state: RecordingState::Starting, ..protocol::Recording::default() };
        Ok(self.number)
    }

    /// Where the next broadcast is to be recorded, if each is and this one is not being already.
    pub(crate) fn wanted(&self) -> Option<Target> {
        let idle = matches!(self.told.state, RecordingState::Off | RecordingState::Stopped | RecordingState::Failed);
        self.always.clone().filter(|_| idle)
    }

    /// The place was looked at, and is good. False: it was called off meanwhile.
    pub(crate) fn can_begin(&mut self, number: u64, warning: Option<Said>) -> bool {
        let meant = number == self.number && self.told.state == RecordingState::Starting;
        if meant {
            self.told.state = RecordingState::Waiting;
            (self.told.message, self.told.by) = Said::parts(warning);
        }
        meant
    }

    /// It did not begin, or ended by itself.
    pub(crate) fn failed(&mut self, number: u64, message: Said) -> bool {
        let meant = number == self.number && self.is_on();
        if meant {
            self.told.state = RecordingState::Failed;
            self.say(message);
        }
        meant
    }

    /// A file was begun.
    pub(crate) fn began(&mut self, number: u64, file: String, message: Option<Said>) {
        if number == self.number && self.is_on() {
            if self.told.state == RecordingState::Waiting {
                self.told.state = RecordingState::Recording;
            }
            self.told.file = Some(file);
            if let Some(message) = message {
                self.say(message);
            }
        }
    }

    fn say(&mut self, message: Said) {
        (self.told.message, self.told.by) = Said::parts(Some(message));
    }

    /// Something is to be known. False: it was of an earlier recording.
    pub(crate) fn noted(&mut self, number: u64, message: Said) -> bool {
        let meant = number == self.number && self.is_on();
        if meant {
            self.say(message);
        }
        meant
    }

    /// It is to end, and no later broadcast is recorded by itself: whether there is one.
    pub(crate) fn stop(&mut self) -> Result<(), CommandError> {
        self.always = None;
        match self.told.state {
            RecordingState::Starting | RecordingState::Waiting => self.told.state = RecordingState::Off,
            RecordingState::Recording => self.told.state = RecordingState::Stopping,
            RecordingState::Stopping => return Err(wrong(said!("now.ending"))),
            RecordingState::Off | RecordingState::Stopped | RecordingState::Failed => {
                return Err(wrong(said!("now.not_recording")));
            }
        }
        Ok(())
    }

    /// All of it is on the disk.
    pub(crate) fn finished(&mut self, number: u64, duration: Duration, bytes: u64) -> bool {
        self.ended(number, duration, bytes);
        let meant =
            number == self.number && matches!(self.told.state, RecordingState::Recording | RecordingState::Stopping);
        if meant {
            self.told.state = RecordingState::Stopped;
        }
        meant
    }

    /// So much of it there is in the end.
    pub(crate) fn ended(&mut self, number: u64, duration: Duration, bytes: u64) {
        if number == self.number && self.is_busy() {
            self.told.seconds = seconds(duration);
            self.told.bytes = bytes;
        }
    }

    /// Its thread counted so far. True where that is something new.
    pub(crate) fn reached(&mut self, reached: Reached) -> bool {
        let before = self.told.clone();
        self.told.seconds = seconds(reached.duration);
        self.told.bytes = reached.bytes;
        if let Some(message) = missing(reached.dropped) {
            self.say(message);
        }
        self.told != before
    }

    /// Whether a moment can be marked.
    pub(crate) fn can_mark(&self) -> Result<(), CommandError> {
        match self.told.state {
            RecordingState::Recording => Ok(()),
            _ => Err(wrong(said!("now.no_mark"))),
        }
    }

    /// Whether something of it is still to reach the disk.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.told.state, RecordingState::Recording | RecordingState::Stopping)
    }

    /// Whether it has a thread of its own, or will.
    pub(crate) fn is_on(&self) -> bool {
        self.is_busy() || matches!(self.told.state, RecordingState::Starting | RecordingState::Waiting)
    }

    /// These were found.
    pub(crate) fn found(&mut self, unfinished: Vec<Unfinished>) -> Event {
        let one =
            |found: Unfinished| UnfinishedRecording { file: found.file.display().to_string(), bytes: found.bytes };
        self.unfinished = unfinished.into_iter().map(one).collect();
        Event::UnfinishedRecordings { files: self.unfinished() }
    }

    /// Which are to be mended: the one that is named, or all that are known.
    pub(crate) fn to_mend(&self, file: Option<String>) -> Result<Vec<PathBuf>, CommandError> {
        match file {
            Some(file) => Ok(vec![file.into()]),
            None if self.unfinished.is_empty() => Err(wrong(said!("now.nothing_to_mend"))),
            None => Ok(self.unfinished.iter().map(|unfinished| unfinished.file.clone().into()).collect()),
        }
    }

    /// What came of it: what is to be told, an error's message last.
    pub(crate) fn mended(
        &mut self,
        file: &std::path::Path,
        result: Result<Mended, MendError>,
    ) -> (Vec<Event>, Option<Said>) {
        let shown = file.display().to_string();
        let before = self.unfinished.len();
        // What the disk or another program keeps from being mended may be mended later.
        if !matches!(result, Err(MendError::Disk(_) | MendError::Busy(_))) {
            self.unfinished.retain(|unfinished| unfinished.file != shown);
        }
        let mut events = Vec::new();
        let error = match result {
            Ok(mended) => {
                let seconds = self::seconds(mended.duration);
                events.push(Event::RecordingMended { file: shown, seconds, bytes: mended.bytes });
                None
            }
            Err(error) => Some(error.said()),
        };
        if self.unfinished.len() < before {
            events.push(Event::UnfinishedRecordings { files: self.unfinished() });
        }
        (events, error)
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// What the disk was too slow for.
fn missing(dropped: Dropped) -> Option<Said> {
    let pictures = match dropped.pictures {
        0 => None,
        1 => Some(said!("record.picture")),
        pictures => Some(said!("record.pictures", pictures)),
    };
    let sound = match dropped.sounds {
        0 => None,
        // A packet is 20 ms.
        packets => Some(said!("record.sound", seconds = Value::tenths(packets as f64 / 50.0))),
    };
    let what = match (pictures, sound) {
        (Some(what), Some(more_what)) => said!("record.missing", what, more_what),
        (pictures, sound) => pictures.or(sound)?,
    };
    Some(said!("record.slow", what))
}

fn wrong(message: Said) -> CommandError {
    CommandError { code: ErrorCode::WrongState, message }
}

#[cfg(test)]
mod tests;
