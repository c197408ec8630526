//! A broadcast's life: starting, live, ending, and once a second in between.

use crate::meter::{Pace, Reading};
use crate::owner::{Happened, Owner, now};
use crate::studio::CommandError;
use audience::Input;
use protocol::{ErrorCode, Event, Phase, StreamStats, ViewerId, ViewerStats};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use stream::Frame;

/// Where the broadcast is.
#[derive(Debug, Default)]
pub(crate) struct Broadcast {
    state: State,
    /// Counts broadcasts.
    number: u64,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Offline,
    Starting {
        until: Instant,
    },
    Live {
        since: Instant,
        since_at: u64,
        last: Reading,
    },
    Ending,
    Failed {
        message: String,
    },
}

/// A camera may take some seconds to open, but the slate that stands in for it none.
const START: Duration = Duration::from_secs(10);

impl Broadcast {
    pub(crate) fn phase(&self) -> Phase {
        match &self.state {
            State::Offline => Phase::Offline,
            State::Starting { .. } => Phase::Starting,
            State::Live { since_at, .. } => Phase::Live { since_at: *since_at },
            State::Ending => Phase::Ending,
            State::Failed { message } => Phase::Failed { code: ErrorCode::EncoderFailed, message: message.clone() },
        }
    }

    /// When starting has taken too long.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        match self.state {
            State::Starting { until } => Some(until),
            _ => None,
        }
    }
}

impl Owner {
    /// Starts the encoders; the broadcast is live with their first picture.
    pub(crate) fn go_live(&mut self) -> Result<(), CommandError> {
        if !matches!(self.broadcast.state, State::Offline | State::Failed { .. }) {
            return Err(wrong_state("The broadcast runs already."));
        }
        self.broadcast.number += 1;
        let number = self.broadcast.number;
        self.enter(State::Starting { until: Instant::now() + START });
        let (outputs, tell) = (self.outputs.clone(), self.tell.clone());
        let waiting = AtomicBool::new(true);
        // This runs on the encoders' threads: from here on no packet passes the control plane.
        self.pipeline.go_live(move |frame| {
            outputs.take(&frame);
            if matches!(frame, Frame::Video(_)) && waiting.swap(false, Ordering::Relaxed) {
                // The owner is gone only when the program ends.
                let _ = tell.send(Happened::FirstPicture(number));
            }
        });
        Ok(())
    }

    /// The history holds a first picture: whoever joins from now on sees something at once.
    pub(crate) fn first_picture(&mut self, broadcast: u64) {
        if broadcast != self.broadcast.number || !matches!(self.broadcast.state, State::Starting { .. }) {
            return;
        }
        let now = now();
        let last = self.meter.read(self.forwarder.totals().bytes_sent, now.instant);
        self.decide_quietly(Input::GoLive);
        self.enter(State::Live { since: now.instant, since_at: now.unix_ms, last });
        let (watch, whep) = (self.links.watch.clone(), self.links.whep.clone());
        self.event(Event::Live { watch, whep, port: self.links.port });
    }

    pub(crate) fn encoder_failed(&mut self, message: String) {
        match self.broadcast.state {
            State::Starting { .. } => self.start_failed(message),
            _ => self.complain(ErrorCode::EncoderFailed, message),
        }
    }

    pub(crate) fn start_failed(&mut self, message: String) {
        self.pipeline.end();
        self.forwarder.end_stream();
        self.event(Event::Error { code: ErrorCode::EncoderFailed, message: message.clone() });
        self.enter(State::Failed { message });
    }

    /// Ends the broadcast, if one runs: viewers and pages are told, transports closed.
    pub(crate) fn end(&mut self) {
        match self.broadcast.state {
            State::Offline | State::Ending | State::Failed { .. } => {}
            State::Starting { .. } => {
                self.pipeline.end();
                self.forwarder.end_stream();
                self.enter(State::Offline);
            }
            State::Live { .. } => {
                self.enter(State::Ending);
                self.decide_quietly(Input::End);
                self.pipeline.end();
                self.forwarder.end_stream();
                self.stats = StreamStats::default();
                self.event(Event::Ended);
                self.enter(State::Offline);
            }
        }
    }

    /// [`Owner::end`] as a command.
    pub(crate) fn end_by_command(&mut self) -> Result<(), CommandError> {
        match self.broadcast.state {
            State::Starting { .. } | State::Live { .. } => {
                self.end();
                Ok(())
            }
            _ => Err(wrong_state("Nothing is live.")),
        }
    }

    fn enter(&mut self, state: State) {
        self.broadcast.state = state;
        self.event(Event::Phase { phase: self.broadcast.phase() });
    }

    /// A second went by.
    pub(crate) fn second(&mut self) {
        self.look_around();
        let State::Live { since, last, .. } = &mut self.broadcast.state else { return };
        let now = Instant::now();
        let reading = self.meter.read(self.forwarder.totals().bytes_sent, now);
        let Pace { encoded_kbps, sent_kbps, fps } = reading.since(last);
        *last = reading;
        self.stats = StreamStats {
            elapsed_ms: u32::try_from(now.duration_since(*since).as_millis()).unwrap_or(u32::MAX),
            encoded_kbps,
            sent_kbps,
            fps,
            width: self.configuration.meant().video.width,
            height: self.configuration.meant().video.height,
        };
        self.event(Event::Stats { stats: self.stats });
        self.ask_stats();
    }

    /// Asks how the viewers do. The answer comes as [`Happened::Stats`]: nothing waits for it, least of all a kick.
    fn ask_stats(&mut self) {
        if !std::mem::replace(&mut self.stats_asked, true) {
            let (forwarder, tell) = (self.forwarder.clone(), self.tell.clone());
            // The owner is gone only when the program ends.
            tokio::task::spawn_blocking(move || drop(tell.send(Happened::Stats(forwarder.stats()))));
        }
    }

    pub(crate) fn viewers_do(&mut self, stats: Vec<(ViewerId, ViewerStats)>) {
        self.stats_asked = false;
        if matches!(self.broadcast.state, State::Live { .. }) {
            self.decide_quietly(Input::Stats(stats));
        }
    }
}

fn wrong_state(message: &str) -> CommandError {
    CommandError { code: ErrorCode::WrongState, message: message.into() }
}
