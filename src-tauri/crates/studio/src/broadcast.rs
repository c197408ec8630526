//! Where the broadcast is: offline, starting, live, ending, failed. Decisions only.

use crate::meter::{Pace, Reading};
use crate::studio::CommandError;
use audience::Now;
use media::VideoConfig;
use protocol::{ErrorCode, GivenUp, Phase, StreamStats};
use std::time::{Duration, Instant};
use words::{Said, said};

/// The broadcast's phase, and what goes with it.
#[derive(Debug, Default)]
pub(crate) struct Broadcast {
    state: State,
    /// Counts broadcasts.
    number: u64,
    stats: StreamStats,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Offline,
    Starting {
        until: Instant,
        rehearses: bool,
    },
    /// Pictures are encoded and sent.
    On {
        since: Instant,
        since_at: u64,
        last: Reading,
        rehearses: bool,
    },
    Ending,
    Failed {
        message: Said,
    },
}

/// A camera may take some seconds to open, but the slate that stands in for it none.
const START: Duration = Duration::from_secs(10);

/// What an end is the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Running {
    /// Nothing: there is nothing to end.
    No,
    /// Encoders that have not made a picture yet. Nobody watches.
    Starting,
    /// What only who has its private link watches.
    Rehearsing,
    /// A broadcast that people watch.
    Live,
}

impl Broadcast {
    pub(crate) fn phase(&self) -> Phase {
        match &self.state {
            State::Offline => Phase::Offline,
            State::Starting { .. } => Phase::Starting,
            State::On { since_at, rehearses: true, .. } => Phase::Rehearsing { since_at: *since_at },
            State::On { since_at, .. } => Phase::Live { since_at: *since_at },
            State::Ending => Phase::Ending,
            State::Failed { message } => Phase::Failed { code: ErrorCode::EncoderFailed, message: message.clone() },
        }
    }

    /// Of the last second; nothing while nothing is live.
    pub(crate) fn stats(&self) -> StreamStats {
        self.stats
    }

    /// Whether there is something to end.
    pub(crate) fn running(&self) -> Running {
        match self.state {
            State::Offline | State::Ending | State::Failed { .. } => Running::No,
            State::Starting { .. } => Running::Starting,
            State::On { rehearses: true, .. } => Running::Rehearsing,
            State::On { .. } => Running::Live,
        }
    }

    /// When starting has taken too long.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        match self.state {
            State::Starting { until, .. } => Some(until),
            _ => None,
        }
    }

    /// A rehearsal runs, or starts.
    pub(crate) fn rehearses(&self) -> bool {
        matches!(self.state, State::Starting { rehearses: true, .. } | State::On { rehearses: true, .. })
    }

    /// What starts, or runs, as a rehearsal is meant to be live.
    pub(crate) fn means_live(&mut self) {
        if let State::Starting { rehearses, .. } = &mut self.state {
            *rehearses = false;
        }
    }

    /// The encoders start. The number tells their pictures from those of an earlier broadcast.
    pub(crate) fn start(&mut self, rehearses: bool, now: Instant) -> Result<u64, CommandError> {
        if !matches!(self.state, State::Offline | State::Failed { .. }) {
            return Err(wrong_state(said!("now.runs")));
        }
        self.number += 1;
        self.state = State::Starting { until: now + START, rehearses };
        Ok(self.number)
    }

    /// Whether the first picture of that broadcast is what is waited for.
    pub(crate) fn waits_for(&self, broadcast: u64) -> bool {
        broadcast == self.number && matches!(self.state, State::Starting { .. })
    }

    /// The first picture is there, or what ran as a rehearsal is live.
    pub(crate) fn is_on(&mut self, rehearses: bool, reading: Reading, now: Now) {
        self.state = State::On { since: now.instant, since_at: now.unix_ms, last: reading, rehearses };
    }

    /// It could not start.
    pub(crate) fn failed(&mut self, message: Said) {
        self.state = State::Failed { message };
    }

    /// Viewers and pages are being told.
    pub(crate) fn ending(&mut self) {
        self.state = State::Ending;
    }

    /// It is over.
    pub(crate) fn ended(&mut self) {
        self.state = State::Offline;
        self.stats = StreamStats::default();
    }

    /// A second went by, and this was counted until now; none while nothing is sent.
    pub(crate) fn second(
        &mut self,
        reading: Reading,
        video: &VideoConfig,
        second_encoder: bool,
        given_up: Option<GivenUp>,
    ) -> Option<StreamStats> {
        let State::On { since, last, .. } = &mut self.state else { return None };
        let Pace { encoded_kbps, sent_kbps, fps, left_out } = reading.since(last);
        let elapsed = reading.at.saturating_duration_since(*since);
        *last = reading;
        self.stats = StreamStats {
            elapsed_ms: u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX),
            encoded_kbps,
            sent_kbps,
            fps,
            width: video.width,
            height: video.height,
            second_encoder,
            left_out,
            given_up,
        };
        Some(self.stats)
    }
}

/// The command makes no sense now.
pub(crate) fn wrong_state(message: Said) -> CommandError {
    CommandError { code: ErrorCode::WrongState, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at: Instant, encoded_bytes: u64, pictures: u64) -> Reading {
        Reading { at, encoded_bytes, pictures, sent_bytes: 0, left_out: 0 }
    }

    #[test]
    fn a_life_in_virtual_time() {
        let start = Instant::now();
        let mut broadcast = Broadcast::default();
        assert_eq!((broadcast.phase(), broadcast.running()), (Phase::Offline, Running::No));
        let first = broadcast.start(false, start).expect("nothing runs");
        assert_eq!((broadcast.phase(), broadcast.running()), (Phase::Starting, Running::Starting));
        assert_eq!(broadcast.timeout(), Some(start + START));
        assert_eq!(broadcast.start(true, start).expect_err("one at a time").code, ErrorCode::WrongState);
        assert!(broadcast.waits_for(first) && !broadcast.waits_for(first + 1));

        broadcast.is_on(false, reading(start, 0, 0), Now { instant: start, unix_ms: 7 });
        assert_eq!((broadcast.phase(), broadcast.timeout()), (Phase::Live { since_at: 7 }, None));
        let later = start + Duration::from_secs(2);
        let (video, given_up) = (VideoConfig::default(), Some(GivenUp::Rate));
        let stats = broadcast.second(reading(later, 500_000, 60), &video, true, given_up).expect("it is live");
        assert_eq!((stats.elapsed_ms, stats.encoded_kbps, stats.fps), (2000, 2000, 30.0));
        assert_eq!((stats.second_encoder, stats.given_up), (true, given_up));
        assert_eq!(broadcast.stats(), stats);

        broadcast.ending();
        assert_eq!((broadcast.phase(), broadcast.running()), (Phase::Ending, Running::No), "nobody ends it twice");
        broadcast.ended();
        assert_eq!((broadcast.phase(), broadcast.stats()), (Phase::Offline, StreamStats::default()));
        assert_eq!(broadcast.second(reading(later, 0, 0), &video, false, None), None);
        let second = broadcast.start(false, later).expect("it ended");
        assert!(!broadcast.waits_for(first), "a late word of the one before");
        assert!(broadcast.waits_for(second));
    }

    #[test]
    fn a_rehearsal_becomes_live_and_the_time_begins_anew() {
        let start = Instant::now();
        let at = |seconds| Now { instant: start + Duration::from_secs(seconds), unix_ms: 1000 * seconds };
        let mut broadcast = Broadcast::default();
        broadcast.start(true, start).expect("nothing runs");
        assert!(broadcast.rehearses() && broadcast.running() == Running::Starting);
        broadcast.is_on(true, reading(start, 0, 0), at(1));
        assert_eq!(
            (broadcast.phase(), broadcast.running()),
            (Phase::Rehearsing { since_at: 1000 }, Running::Rehearsing)
        );
        let second = broadcast.second(reading(at(2).instant, 0, 30), &VideoConfig::default(), false, None);
        assert_eq!(second.map(|stats| stats.elapsed_ms), Some(1000), "its figures are told, too");
        broadcast.is_on(false, reading(at(9).instant, 0, 0), at(9));
        assert_eq!((broadcast.phase(), broadcast.rehearses()), (Phase::Live { since_at: 9000 }, false));
    }

    #[test]
    fn who_goes_live_while_a_rehearsal_starts_means_it() {
        let mut broadcast = Broadcast::default();
        broadcast.start(true, Instant::now()).expect("nothing runs");
        broadcast.means_live();
        assert!(!broadcast.rehearses() && broadcast.running() == Running::Starting);
    }

    #[test]
    fn what_failed_can_be_started_again() {
        let mut broadcast = Broadcast::default();
        broadcast.start(false, Instant::now()).expect("nothing runs");
        broadcast.failed("no encoder".into());
        let failed = Phase::Failed { code: ErrorCode::EncoderFailed, message: "no encoder".into() };
        assert_eq!((broadcast.phase(), broadcast.running()), (failed, Running::No));
        assert!(broadcast.start(false, Instant::now()).is_ok());
    }
}
