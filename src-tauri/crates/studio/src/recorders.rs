//! The recording as an output of the stream: a ring that never blocks, and a thread that writes.

use crate::happened::Happened;
use crate::outputs::{Delivery, OutputId, Outputs, SlowOutput};
use crate::recording::{Reached, RecordingNews};
use record::{CODEC, Checked, Journal, Marks, Plan, Progress, Recorder, Split};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use stream::{Clock, Rid};
use tokio::sync::mpsc;

/// What recordings are made with.
pub(crate) struct Recorders {
    pub(crate) outputs: Arc<Outputs>,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
    running: Mutex<Option<Running>>,
}

struct Running {
    id: OutputId,
    output: Arc<SlowOutput>,
    progress: Progress,
    marks: Marks,
}

impl Recorders {
    pub(crate) fn new(
        outputs: Arc<Outputs>,
        clock: Clock,
        journal: Journal,
        tell: mpsc::UnboundedSender<Happened>,
    ) -> Recorders {
        Recorders { outputs, clock, journal, tell, running: Mutex::default() }
    }

    /// Gives the stream to a recorder. [`RecordingNews::Told`] follows with this number.
    pub(crate) fn start(&self, number: u64, target: Checked, split: Split) -> io::Result<()> {
        let plan = Plan { target, split, clock: self.clock, journal: self.journal.clone() };
        let (progress, marks, tell) = (Progress::default(), Marks::default(), self.tell.clone());
        // The owner is gone only when the program ends.
        let tell = move |told| drop(tell.send(Happened::Recording(RecordingNews::Told(number, told))));
        let mut recorder = Recorder::new(plan, progress.clone(), marks.clone(), tell);
        let taker = move |delivery: &Delivery| match delivery {
            Delivery::Frame(frame) => recorder.take(frame),
            Delivery::Ended => recorder.end(),
        };
        let output = Arc::new(SlowOutput::start("recording", &[(CODEC, Rid::F)], taker)?);
        let id = self.outputs.add(output.clone());
        self.replace(Some(Running { id, output, progress, marks }));
        Ok(())
    }

    /// Gives it nothing more. Its thread writes what it has, however long the disk takes, and tells.
    pub(crate) fn stop(&self) {
        self.replace(None);
    }

    /// Marks this moment. False: too many marks wait, or nothing is recorded.
    pub(crate) fn mark(&self, at: Instant, title: String) -> bool {
        self.lock().as_ref().is_some_and(|running| running.marks.add(at, title))
    }

    /// How far the one is that runs.
    pub(crate) fn reached(&self) -> Option<Reached> {
        self.lock().as_ref().map(|running| {
            let (duration, bytes) = running.progress.read();
            Reached { duration, bytes, dropped: running.output.dropped() }
        })
    }

    fn replace(&self, with: Option<Running>) {
        let before = std::mem::replace(&mut *self.lock(), with);
        if let Some(before) = before {
            self.outputs.remove(before.id);
        }
    }

    /// What is behind it is changed by single assignments, so a panic elsewhere left it whole.
    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
