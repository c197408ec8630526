//! Events on stdout, a line each, printed by a thread that a full pipe may hold up.

use super::terminal;
use protocol::{Event, Phase};
use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// Lines on their way to the thread that prints them. A reader that is slower fills the system's pipe, then this, and then
/// the events wait in the studio's own channel, which leaves out the oldest.
const LINES: usize = 64;

/// How long the last lines wait at the end for somebody to read them.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints events, one JSON object a line. The first line is `live`: what happens before it is printed after it.
///
/// A thread of its own prints, because a write to a pipe that nobody reads never returns: signals and commands are heard
/// all the same.
pub(super) struct Out {
    held: Vec<Event>,
    was_live: bool,
    failed: Option<String>,
    /// Whether a person reads it: sentences then instead of JSON.
    is_terminal: bool,
    /// What has not been given to the thread yet: nothing, where the reader keeps up.
    waiting: VecDeque<Vec<u8>>,
    lines: mpsc::Sender<Vec<u8>>,
    /// Ends when the thread does.
    printed: oneshot::Receiver<()>,
}

impl Out {
    /// Starts the thread.
    pub(super) fn start() -> Out {
        let (lines, to_print) = mpsc::channel(LINES);
        let (done, printed) = oneshot::channel();
        let run = move || {
            print(to_print);
            drop(done);
        };
        std::thread::Builder::new().name("stdout".into()).spawn(run).expect("the system has room for a thread");
        Out {
            held: Vec::new(),
            was_live: false,
            failed: None,
            is_terminal: std::io::stdout().is_terminal(),
            waiting: VecDeque::new(),
            lines,
            printed,
        }
    }

    /// Prints an event now or, before the broadcast is live, later.
    pub(super) fn event(&mut self, event: Event) {
        if self.was_live {
            self.line(&event);
            return;
        }
        match event {
            Event::Live { .. } => {
                self.was_live = true;
                self.line(&event);
                for held in std::mem::take(&mut self.held) {
                    self.line(&held);
                }
            }
            Event::Phase { phase: Phase::Failed { message, .. } } => self.failed = Some(message),
            other => self.held.push(other),
        }
    }

    /// Going live failed before it ever was: the cause and the remedy.
    pub(super) fn never_live(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Whether the reader keeps up. No event should be given while it does not.
    pub(super) fn keeps_up(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Waits until the reader has caught up. May be called off at any time.
    pub(super) async fn caught_up(&mut self) {
        while !self.waiting.is_empty() {
            match self.lines.reserve().await {
                Ok(room) => {
                    if let Some(line) = self.waiting.pop_front() {
                        room.send(line);
                    }
                }
                // The reader is gone. The broadcast goes on without it; a signal still ends the program.
                Err(_) => return self.waiting.clear(),
            }
        }
    }

    /// Waits until all is printed, if somebody reads it.
    pub(super) async fn finish(mut self) {
        let all = async {
            self.caught_up().await;
            drop(self.lines);
            // It is never sent to, only dropped.
            let _ = self.printed.await;
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("nobody reads stdout: the last events were not printed");
        }
    }

    fn bytes(&self, event: &Event) -> Option<Vec<u8>> {
        if self.is_terminal {
            return terminal::words(event).map(String::into_bytes);
        }
        let mut line = serde_json::to_vec(event).expect("an event is plain data");
        line.push(b'\n');
        Some(line)
    }

    fn line(&mut self, event: &Event) {
        self.waiting.extend(self.bytes(event));
        while let Some(line) = self.waiting.pop_front() {
            match self.lines.try_send(line) {
                Ok(()) => {}
                Err(TrySendError::Full(line)) => return self.waiting.push_front(line),
                Err(TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
    }
}

fn print(mut lines: mpsc::Receiver<Vec<u8>>) {
    let mut stdout = std::io::stdout().lock();
    while let Some(line) = lines.blocking_recv() {
        if let Err(error) = stdout.write_all(&line).and_then(|()| stdout.flush()) {
            tracing::warn!("stdout is closed ({error}): the broadcast goes on without printing events");
            return;
        }
    }
}
