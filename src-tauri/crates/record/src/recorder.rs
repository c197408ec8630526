//! The shell: writes what is decided, has it on the disk a second at a time, and tells how it goes. It may block, and is called on a
//! thread of its own.

use crate::mend::carry_out;
use crate::mp4::Write;
use crate::names::{Made, Names};
use crate::sequence::{Sequence, Split, Step};
use crate::space::{self, Verdict, Watch};
use crate::target::{self, Checked};
use crate::unfinished::Journal;
use crate::{MendError, mend, sentences};
use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use stream::{Clock, Frame};
use words::{Said, said};

/// Marks that wait for the recorder at most: whoever makes more in a second has leant on the key.
const MARKS: usize = 32;

/// What is to be recorded, and where to.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where.
    pub target: Checked,
    /// When a file ends and the next begins.
    pub split: Split,
    /// The program's.
    pub clock: Clock,
    /// What is being written is noted there.
    pub journal: Journal,
}

/// What happened to a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A file was begun. A message where it has not the name that was asked for.
    Began(PathBuf, Option<Said>),
    /// Something that should be known, and nothing else changed.
    Note(Said),
    /// All that was to be recorded is on the disk, in files that are whole: so long and so many bytes together.
    Finished(Duration, u64),
    /// It ended by itself, with a sentence that says why and what is kept, and how long and how large that is.
    Stopped(Said, Duration, u64),
}

/// How far a recording is. A clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Mutex<Reached>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reached {
    duration: Duration,
    bytes: u64,
}

impl Progress {
    /// How long it is and how large, all files together.
    pub fn read(&self) -> (Duration, u64) {
        let reached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (reached.duration, reached.bytes)
    }

    fn set(&self, duration: Duration, bytes: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Reached { duration, bytes };
    }
}

/// Marks on their way to the recorder. A clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Marks(Arc<Mutex<VecDeque<(Instant, String)>>>);

impl Marks {
    /// Marks that moment. False: there are too many that were not written yet.
    pub fn add(&self, at: Instant, title: String) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = waiting.len() < MARKS;
        if fits {
            waiting.push_back((at, title));
        }
        fits
    }

    fn next(&self) -> Option<(Instant, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// How much the disk of a folder takes, bytes; none where it does not tell.
type Free = dyn Fn(&Path) -> Option<u64> + Send;

/// Records what it is given of one broadcast. Dropping it ends the recording as [`Recorder::end`] does, if it has begun.
pub struct Recorder {
    plan: Plan,
    sequence: Sequence,
    names: Option<Names>,
    open: Option<Open>,
    watch: Watch,
    /// Of the files that are whole.
    before: (Duration, u64),
    progress: Progress,
    marks: Marks,
    marked: u32,
    tell: Box<dyn FnMut(Told) + Send>,
    /// How much the disk of a folder still takes.
    free: Box<Free>,
    /// It ended, by itself or as it was to.
    over: bool,
}

struct Open {
    path: PathBuf,
    file: File,
}

impl Recorder {
    /// Nothing is written before the first frames come. `tell` is called on the thread that calls the recorder.
    pub fn new(plan: Plan, progress: Progress, marks: Marks, tell: impl FnMut(Told) + Send + 'static) -> Recorder {
        Recorder {
            sequence: Sequence::new(plan.clock, plan.split),
            names: None,
            open: None,
            watch: Watch::default(),
            before: (Duration::ZERO, 0),
            progress,
            marks,
            marked: 0,
            tell: Box::new(tell),
            free: Box::new(space::free),
            over: false,
            plan,
        }
    }

    /// Takes in a frame, and writes what is to be written.
    pub fn take(&mut self, frame: &Frame) {
        if self.over {
            return;
        }
        let steps = self.sequence.take(frame);
        self.carry_out(steps);
        while let Some((at, title)) = self.marks.next() {
            self.marked += 1;
            let title = if title.is_empty() { format!("Mark {}", self.marked) } else { title };
            let steps = self.sequence.mark(at, &title);
            self.carry_out(steps);
        }
        if !self.over {
            let (duration, bytes) = self.sequence.file();
            self.progress.set(self.before.0 + duration, self.before.1 + bytes);
        }
    }

    /// The broadcast is over: the last file is made whole, and that is told. Where nothing of it came this waits for the next one.
    pub fn end(&mut self) {
        if self.over {
            return;
        }
        let steps = self.sequence.end();
        self.carry_out(steps);
        if self.names.is_some() && !self.over {
            self.over = true;
            let (duration, bytes) = self.progress.read();
            (self.tell)(Told::Finished(duration, bytes));
        }
    }

    fn carry_out(&mut self, steps: Vec<Step>) {
        let grows = steps.iter().any(|step| matches!(step, Step::Write(Write::Append(_))));
        for step in steps {
            if let Err(error) = self.carry_out_one(step) {
                return self.failed(&error);
            }
        }
        // Not between two of them: what one frame brings may end a file and begin the next, and what was decided of the one is nothing
        // to be done to the other.
        if grows {
            self.look_at_space();
        }
    }

    fn carry_out_one(&mut self, step: Step) -> io::Result<()> {
        match step {
            Step::Begin => {
                let Recorder { names, plan, .. } = self;
                let Made { path, file, instead_of } =
                    names.get_or_insert_with(|| Names::new(plan.target.first())).make()?;
                // Its name is on the disk, where a disk can be asked for that.
                let _ = File::open(&self.plan.target.folder).and_then(|folder| folder.sync_all());
                // Where a disk knows no locks there is nobody else either.
                let _ = file.try_lock();
                self.plan.journal.note(&path);
                let message =
                    instead_of.map(|other| said!("record.there", path = other.display(), other = path.display()));
                (self.tell)(Told::Began(path.clone(), message));
                self.open = Some(Open { path, file });
            }
            Step::Write(write) => {
                if let Some(open) = &mut self.open {
                    carry_out(&mut open.file, &[write])?;
                }
            }
            Step::End(duration) => {
                if let Some(open) = self.open.take() {
                    self.plan.journal.forget(&open.path);
                    let bytes = open.file.metadata().map_or(0, |file| file.len());
                    self.before = (self.before.0 + duration, self.before.1 + bytes);
                    self.progress.set(self.before.0, self.before.1);
                }
            }
        }
        Ok(())
    }

    fn look_at_space(&mut self) {
        let Some(open) = &self.open else { return };
        let folder = open.path.parent().unwrap_or(Path::new("/")).to_owned();
        let Some(free) = (self.free)(&folder) else { return };
        let (duration, bytes) = self.sequence.file();
        // What a file takes in its first seconds says little: its front is large, and its first picture.
        let rate = if duration >= Duration::from_secs(5) { bytes / duration.as_secs() } else { 0 };
        match self.watch.judge(free, rate) {
            Verdict::Enough => {}
            Verdict::Little(left) => (self.tell)(Told::Note(target::little(&folder, left.as_secs()))),
            Verdict::None => {
                self.over = true;
                let steps = self.sequence.end();
                let whole = steps.into_iter().try_for_each(|step| self.carry_out_one(step));
                if let Err(error) = whole {
                    return self.failed(&error);
                }
                let time = sentences::length(self.progress.read().0.as_secs());
                self.stopped(said!("record.ended_full", left = sentences::size(free), path = folder.display(), time));
            }
        }
    }

    fn stopped(&mut self, message: Said) {
        let (duration, bytes) = self.progress.read();
        (self.tell)(Told::Stopped(message, duration, bytes));
    }

    /// The disk did not take something: what it has is made whole, which needs no more room.
    fn failed(&mut self, error: &io::Error) {
        self.over = true;
        self.sequence = Sequence::new(self.plan.clock, self.plan.split);
        let Some(Open { path, file }) = self.open.take() else {
            let message = sentences::cannot(&self.plan.target.folder, error);
            return self.stopped(message);
        };
        drop(file);
        let cause = sentences::cannot(&path, error);
        let message = match mend(&path) {
            Ok(mended) => {
                self.plan.journal.forget(&path);
                let (duration, bytes) = self.before;
                self.progress.set(duration + mended.duration, bytes + mended.bytes);
                said!("record.ended", time = sentences::length((duration + mended.duration).as_secs()), cause)
            }
            Err(MendError::Nothing(_)) => {
                // It has nothing that anybody would miss.
                let _ = fs::remove_file(&path);
                self.plan.journal.forget(&path);
                said!("record.nothing", cause)
            }
            Err(_) => said!("record.to_mend", cause),
        };
        self.stopped(message);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.names.is_some() {
            self.end();
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("plan", &self.plan).field("over", &self.over).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
