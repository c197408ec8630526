use protocol::{Event, Phase};
use std::io::Write;

/// Prints events, one JSON object a line. The first line is `live`: what happens before it is printed after it.
#[derive(Default)]
pub(super) struct Out {
    held: Vec<Event>,
    was_live: bool,
    /// The reader is gone. The broadcast goes on without it; a signal still ends the program.
    closed: bool,
    failed: Option<String>,
}

impl Out {
    /// Prints an event now or, before the broadcast is live, later.
    pub(super) fn event(&mut self, event: Event) {
        if self.was_live {
            self.print(&event);
            return;
        }
        match event {
            Event::Live { .. } => {
                self.was_live = true;
                self.print(&event);
                for held in std::mem::take(&mut self.held) {
                    self.print(&held);
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

    fn print(&mut self, event: &Event) {
        if self.closed {
            return;
        }
        let mut line = serde_json::to_vec(event).expect("an event is plain data");
        line.push(b'\n');
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout.write_all(&line).and_then(|()| stdout.flush()) {
            tracing::warn!("stdout is closed ({error}): the broadcast goes on without printing events");
            self.closed = true;
        }
    }
}
