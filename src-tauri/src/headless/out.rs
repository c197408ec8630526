//! Events on stdout, a line each, printed by a thread that a full pipe may hold up.

use super::{columns, terminal};
use protocol::{Event, FindingCode, Phase};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::thread::sleep;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// Lines on their way to the thread that prints them. A reader that is slower fills the system's pipe, then this, and then
/// the events wait in the studio's own channel, which leaves out the oldest.
const LINES: usize = 64;

/// How long the last lines wait at the end for somebody to read them.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints events, one JSON object a line. The first line is `live`, or the `rehearsal` that was asked for: what happens before it is
/// printed after it.
///
/// A thread of its own prints, because a write to a pipe that nobody reads never returns: signals and commands are heard
/// all the same.
pub(super) struct Out {
    held: Vec<Event>,
    was_live: bool,
    failed: Option<String>,
    /// Whether a person reads it: sentences then instead of JSON.
    is_terminal: bool,
    /// The link that a person was told last. What a network is called may change without it.
    link: Option<String>,
    /// The same of what was found in a rehearsal.
    found: Vec<FindingCode>,
    /// What has not been given to the thread yet: nothing, where the reader keeps up.
    waiting: VecDeque<Vec<u8>>,
    lines: mpsc::Sender<Vec<u8>>,
    /// Ends when the thread does.
    printed: oneshot::Receiver<()>,
}

impl Out {
    /// Starts the thread.
    pub(super) fn start() -> Out {
        let (lines, mut to_print) = mpsc::channel(LINES);
        let (done, printed) = oneshot::channel::<()>();
        let run = move || {
            // It lives as long as the thread does.
            let _done = &done;
            print(&mut to_print);
        };
        threads::restarted("stdout", run).expect("the system has room for a thread");
        Out {
            held: Vec::new(),
            was_live: false,
            failed: None,
            is_terminal: io::stdout().is_terminal(),
            link: None,
            found: Vec::new(),
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
            Event::Live { .. } | Event::Rehearsal { .. } => {
                self.was_live = true;
                self.line(&event);
                for held in std::mem::take(&mut self.held) {
                    self.line(&held);
                }
            }
            Event::Phase { phase: Phase::Failed { message, .. } } => self.failed = Some(message.message),
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

    fn bytes(&mut self, event: &Event) -> Option<Vec<u8>> {
        if self.is_terminal {
            if let Event::Live { watch, .. } = event {
                self.link = Some(watch.clone());
            }
            if let Event::Links { links } = event
                && self.link.replace(links.watch.clone()).as_ref() == Some(&links.watch)
            {
                return None;
            }
            if let Event::Rehearsal { rehearsal } = event {
                let before = std::mem::take(&mut self.found);
                self.found = rehearsal.iter().flat_map(|now| &now.findings).map(|finding| finding.code).collect();
                return terminal::rehearsal(rehearsal.as_ref(), &before).map(String::into_bytes);
            }
            return terminal::words(event, columns::of_stdout).map(String::into_bytes);
        }
        let mut line = serde_json::to_vec(event).expect("an event is plain data");
        line.push(b'\n');
        Some(line)
    }

    fn line(&mut self, event: &Event) {
        let bytes = self.bytes(event);
        self.waiting.extend(bytes);
        while let Some(line) = self.waiting.pop_front() {
            match self.lines.try_send(line) {
                Ok(()) => {}
                Err(TrySendError::Full(line)) => return self.waiting.push_front(line),
                Err(TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
    }
}

/// How long a disk that is full, or a terminal that does not take more, is left alone before it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

fn print(lines: &mut mpsc::Receiver<Vec<u8>>) {
    let mut stdout = io::stdout().lock();
    while let Some(line) = lines.blocking_recv() {
        if let Err(error) = write(&mut stdout, &line) {
            tracing::warn!("stdout is closed ({error}): the broadcast goes on without printing events");
            return;
        }
        threads::fault();
    }
}

/// Writes a line whole, however long it takes. An error: nobody will ever read it.
fn write(out: &mut impl Write, line: &[u8]) -> io::Result<()> {
    let (mut rest, mut told) = (line, false);
    loop {
        let step = if rest.is_empty() { out.flush().map(|()| 0) } else { out.write(rest) };
        match step {
            Ok(_) if rest.is_empty() => return Ok(()),
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A disk may have room again, and a pipe that was set not to block takes more later: what comes meanwhile waits.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::WouldBlock
                ) =>
            {
                if !std::mem::replace(&mut told, true) && error.kind() != ErrorKind::WouldBlock {
                    tracing::warn!("stdout takes no more ({error}): events wait until it does");
                }
                sleep(AGAIN);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that is full once, in the middle of a line, and takes a few bytes at a time.
    struct Disk(Vec<u8>, bool);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() > 4 && !std::mem::replace(&mut self.1, true) {
                return Err(ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(3);
            self.0.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_goes_on_where_the_disk_was_full() {
        let mut disk = Disk(Vec::new(), false);
        write(&mut disk, b"{\"event\":\"live\"}\n").expect("it has room again");
        assert_eq!((&disk.0[..], disk.1), (&b"{\"event\":\"live\"}\n"[..], true));
    }
}
