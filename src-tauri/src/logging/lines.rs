//! The thread `log`: writes lines that others must not wait for.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// Lines on their way to the thread: those of a start with everything logged. While nobody reads, more are left out and counted.
const LINES: usize = 1024;

/// How long the last lines wait at the end for somebody to read them.
const PATIENCE: Duration = Duration::from_secs(1);

/// Gives the thread its lines. It takes them in their order.
pub(super) struct Lines {
    lines: SyncSender<Work>,
    left_out: Arc<AtomicU64>,
}

enum Work {
    Line(Vec<u8>),
    /// All before it is written.
    Done(SyncSender<()>),
}

impl Lines {
    /// Starts the thread. What cannot be written is nowhere to be said.
    pub(super) fn start(mut out: impl Write + Send + 'static) -> Lines {
        let (lines, to_write) = sync_channel(LINES);
        let left_out = Arc::<AtomicU64>::default();
        let counted = left_out.clone();
        let run = move || write(&mut out, &to_write, &counted);
        // Without room for a thread nothing else starts either, which is said to whoever started it: nothing is.
        drop(threads::restarted("log", run));
        Lines { lines, left_out }
    }

    /// Writes this next. Never waits.
    pub(super) fn line(&self, line: Vec<u8>) {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Work::Line(line)) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A line that is to be written when it is dropped.
    pub(super) fn begin(&self) -> Line<'_> {
        Line { text: Vec::new(), lines: self }
    }

    /// Waits until all is written, for a second at most.
    pub(super) fn finish(&self) {
        let (done, written) = sync_channel(1);
        if self.lines.try_send(Work::Done(done)).is_ok() {
            // Somebody reads, or nobody does: the program ends either way.
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

fn write(out: &mut impl Write, work: &Receiver<Work>, left_out: &AtomicU64) {
    while let Ok(next) = work.recv() {
        match next {
            Work::Line(line) => {
                let _ = out.write_all(&line);
            }
            Work::Done(done) => drop(done.try_send(())),
        }
        let missing = left_out.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let _ = out.write_all(format!("{missing} lines were left out: nobody read them in time\n").as_bytes());
        }
        threads::fault();
    }
}

/// A line of the log in the making, which its formatter writes in one call or in several.
pub(super) struct Line<'a> {
    text: Vec<u8>,
    lines: &'a Lines,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.lines.line(std::mem::take(&mut self.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{self, channel};

    const SOON: Duration = Duration::from_secs(10);

    /// A terminal that takes a line when the test lets it.
    struct Terminal {
        begun: mpsc::Sender<String>,
        go_on: Mutex<mpsc::Receiver<io::Result<()>>>,
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(String::from_utf8_lossy(bytes).into_owned());
            // An error: the test lets it write whatever comes.
            self.go_on.lock().unwrap().recv().unwrap_or(Ok(())).map(|()| bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_terminal_that_stands_still_and_what_is_missing_is_said() {
        let ((begun, written), (let_go, go_on)) = (channel(), channel());
        let lines = Lines::start(Terminal { begun, go_on: Mutex::new(go_on) });
        lines.line(b"first".to_vec());
        assert_eq!(written.recv_timeout(SOON).unwrap(), "first");
        for n in 0..LINES + 7 {
            lines.line(format!("{n}").into_bytes());
        }
        drop(let_go);
        let rest: Vec<String> = (0..LINES + 1).map(|_| written.recv_timeout(SOON).unwrap()).collect();
        assert!(rest[0].starts_with("7 lines were left out"), "{}", rest[0]);
        assert_eq!(
            (rest[1].as_str(), &rest[LINES]),
            ("0", &format!("{}", LINES - 1)),
            "those that had room are all there"
        );
    }

    #[test]
    fn a_closed_terminal_ends_nothing() {
        let ((begun, written), (let_go, go_on)) = (channel(), channel());
        let lines = Lines::start(Terminal { begun, go_on: Mutex::new(go_on) });
        for line in ["one", "two"] {
            lines.line(line.into());
            assert_eq!(written.recv_timeout(SOON).unwrap(), line);
            let_go.send(Err(io::ErrorKind::BrokenPipe.into())).unwrap();
        }
        lines.finish();
    }
}
