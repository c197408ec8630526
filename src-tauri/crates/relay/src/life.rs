//! The life of a relay, whatever its engine: connecting, running, waiting, failed, stopped. Decisions only: it has no clock, no
//! chance and no I/O of its own.

use crate::trouble::Trouble;
use std::time::{Duration, Instant};

/// How long one attempt may take from its first word to media that flows.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long it waits after the first failure; each further one doubles that.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest it waits by itself: an engine that is back is found within this.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// The longest that an engine may have it wait.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Who ran for so long begins to wait anew: what breaks each time it has begun is not asked twice a second for good.
const SETTLED: Duration = Duration::from_secs(20);

/// One relay's life. [`Life::poll`] says what is to be done next.
#[derive(Debug)]
pub struct Life {
    state: State,
    /// Failures in a row.
    failures: u32,
    /// The engine took the stream once.
    ran: bool,
    /// Something that [`Life::poll`] has yet to say.
    step: Option<Step>,
}

#[derive(Debug)]
enum State {
    Connecting { until: Instant },
    Running { since: Instant },
    Waiting { until: Instant },
    Failed,
    Stopped,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask the engine to take the stream.
    Connect,
    /// Give up the attempt, or the connection, and take leave of the engine.
    End,
}

impl Life {
    /// It begins to connect at once.
    pub fn new(now: Instant) -> Life {
        let state = State::Connecting { until: now + PATIENCE };
        Life { state, failures: 0, ran: false, step: Some(Step::Connect) }
    }

    /// What is to be done now, once.
    pub fn poll(&mut self) -> Option<Step> {
        self.step.take()
    }

    /// When [`Life::time`] has something to do.
    pub fn timeout(&self) -> Option<Instant> {
        match self.state {
            State::Connecting { until } | State::Waiting { until } => Some(until),
            State::Running { .. } | State::Failed | State::Stopped => None,
        }
    }

    /// Nothing comes any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Failed | State::Stopped) && self.step.is_none()
    }

    /// Media flows.
    pub fn connected(&mut self, now: Instant) {
        if matches!(self.state, State::Connecting { .. }) {
            self.state = State::Running { since: now };
            self.ran = true;
        }
    }

    /// The attempt failed, or the connection broke, and nothing of it is left. True: it is tried again. `chance`, from 0 to 1, is what
    /// keeps relays that lost the same engine from asking it all at once.
    pub fn lost(&mut self, why: &Trouble, chance: f64, now: Instant) -> bool {
        let settled = match self.state {
            State::Connecting { .. } => false,
            State::Running { since } => now.duration_since(since) >= SETTLED,
            State::Waiting { .. } | State::Failed | State::Stopped => return false,
        };
        self.step = None;
        // Who took the secret before and does not now may still hold the session that was lost.
        let passes = self.ran && matches!(why, Trouble::WrongSecret { .. });
        if why.is_final() && !passes {
            self.state = State::Failed;
            return false;
        }
        self.failures = if settled { 1 } else { self.failures.saturating_add(1) };
        let longest = FIRST_WAIT.saturating_mul(1 << (self.failures - 1).min(16)).min(LONGEST_WAIT);
        let own = longest.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
        let wait = own.max(why.retry_after().unwrap_or_default().min(LONGEST_RETRY_AFTER));
        self.state = State::Waiting { until: now + wait };
        true
    }

    /// Nobody wants it any more.
    pub fn stop(&mut self) {
        let runs = matches!(self.state, State::Connecting { .. } | State::Running { .. });
        let begun = runs && self.step != Some(Step::Connect);
        self.step = begun.then_some(Step::End);
        if !matches!(self.state, State::Failed) {
            self.state = State::Stopped;
        }
    }

    /// Time went by. True: the attempt takes too long, and is to be given up as [`Life::lost`].
    pub fn time(&mut self, now: Instant) -> bool {
        match self.state {
            State::Connecting { until } => now >= until,
            State::Waiting { until } if now >= until => {
                self.state = State::Connecting { until: now + PATIENCE };
                self.step = Some(Step::Connect);
                false
            }
            State::Waiting { .. } | State::Running { .. } | State::Failed | State::Stopped => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone() -> Trouble {
        Trouble::Lost { host: "example.org".into() }
    }

    fn busy(seconds: u64) -> Trouble {
        let retry_after = Some(Duration::from_secs(seconds));
        Trouble::Busy { host: "example.org".into(), status: 503, said: String::new(), retry_after }
    }

    /// Loses it, and says how long it then waits until it connects.
    fn wait(life: &mut Life, why: &Trouble, chance: f64, now: &mut Instant) -> Duration {
        assert!(life.lost(why, chance, *now));
        assert_eq!(life.poll(), None, "not at once");
        let until = life.timeout().expect("it waits for something");
        assert!(!life.time(until - Duration::from_millis(1)));
        assert_eq!(life.poll(), None);
        let waited = until - *now;
        *now = until;
        assert!(!life.time(*now));
        assert_eq!(life.poll(), Some(Step::Connect));
        waited
    }

    #[test]
    fn it_connects_at_once_and_once() {
        let now = Instant::now();
        let mut life = Life::new(now);
        assert_eq!(life.poll(), Some(Step::Connect));
        assert_eq!(life.poll(), None);
        life.connected(now);
        assert_eq!(
            (life.poll(), life.timeout(), life.is_over()),
            (None, None, false),
            "it runs until something happens"
        );
    }

    #[test]
    fn it_waits_longer_each_time_up_to_8_s_and_never_as_long_as_another() {
        let mut now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        let waits: Vec<u128> = (0..7).map(|_| wait(&mut life, &gone(), 1.0, &mut now).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        for _ in 0..1000 {
            assert_eq!(wait(&mut life, &gone(), 0.0, &mut now), LONGEST_WAIT / 2, "however often");
        }
        assert_eq!(wait(&mut life, &gone(), 7.0, &mut now), LONGEST_WAIT, "no chance makes it longer");
    }

    #[test]
    fn who_ran_for_a_while_begins_anew_and_who_breaks_at_once_does_not() {
        let mut now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        for expected in [500, 1000, 2000] {
            life.connected(now);
            now += Duration::from_secs(1);
            assert_eq!(
                wait(&mut life, &gone(), 1.0, &mut now).as_millis(),
                expected,
                "it breaks after a second each time"
            );
        }
        life.connected(now);
        now += SETTLED;
        assert_eq!(wait(&mut life, &gone(), 1.0, &mut now), FIRST_WAIT);
    }

    #[test]
    fn an_engine_may_ask_for_more_time_and_not_for_all_of_it() {
        let mut now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        assert_eq!(wait(&mut life, &busy(30), 0.3, &mut now), Duration::from_secs(30));
        assert_eq!(wait(&mut life, &busy(0), 1.0, &mut now), Duration::from_secs(1), "nor for none");
        assert_eq!(wait(&mut life, &busy(u64::MAX), 1.0, &mut now), LONGEST_RETRY_AFTER);
    }

    #[test]
    fn what_would_be_the_same_again_is_not_tried_again() {
        let now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        let wrong = Trouble::WrongSecret { host: "example.org".into(), status: 401 };
        assert!(!life.lost(&wrong, 0.5, now));
        assert_eq!((life.poll(), life.timeout(), life.is_over()), (None, None, true));
        assert!(!life.time(now + LONGEST_RETRY_AFTER));
        life.stop();
        assert!(life.is_over(), "there is nothing to take leave of");
    }

    #[test]
    fn a_secret_that_was_right_once_is_tried_again() {
        let mut now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        life.connected(now);
        wait(&mut life, &gone(), 1.0, &mut now);
        let refused = Trouble::WrongSecret { host: "example.org".into(), status: 403 };
        wait(&mut life, &refused, 1.0, &mut now);
        let certificate = Trouble::Certificate { host: "example.org".into(), error: "it is out of date".into() };
        assert!(!life.lost(&certificate, 1.0, now), "a certificate's error is final whenever it comes");
    }

    #[test]
    fn an_attempt_that_takes_too_long_is_given_up() {
        let now = Instant::now();
        let mut life = Life::new(now);
        life.poll();
        assert!(!life.time(now + PATIENCE - Duration::from_millis(1)));
        assert!(life.time(now + PATIENCE));
        assert!(life.lost(&gone(), 0.0, now + PATIENCE));
        assert!(life.timeout().is_some());
    }

    #[test]
    fn who_is_stopped_takes_leave_where_it_was_heard_of_and_stays_stopped() {
        let now = Instant::now();
        let mut asked = Life::new(now);
        asked.poll();
        asked.stop();
        assert_eq!((asked.is_over(), asked.poll(), asked.is_over()), (false, Some(Step::End), true));
        assert!(!asked.lost(&gone(), 0.5, now), "what breaks then is no news");
        asked.connected(now);
        assert!(asked.is_over(), "nor what comes about then");

        let mut running = Life::new(now);
        running.poll();
        running.connected(now);
        running.stop();
        assert_eq!(running.poll(), Some(Step::End));

        let mut unasked = Life::new(now);
        unasked.stop();
        assert_eq!((unasked.poll(), unasked.is_over()), (None, true), "nobody was asked anything");

        let mut waiting = Life::new(now);
        waiting.poll();
        waiting.lost(&gone(), 0.5, now);
        waiting.stop();
        assert_eq!((waiting.poll(), waiting.timeout(), waiting.is_over()), (None, None, true));
    }
}
