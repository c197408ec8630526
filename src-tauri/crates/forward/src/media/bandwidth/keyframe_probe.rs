//! Lifting a limit that a congestion left behind.
//!
//! Above the top layer there is nothing to climb to, so nothing is probed for. But keyframes are paced at what the path is
//! known to carry, and without a new measurement they would be for ever. So once in a while, when all has been calm on top, a
//! keyframe is sent faster than that. It is a packet train that has to be sent anyway, so the probe costs nothing.

use super::packet_train::PacketTrain;

/// The viewer was on top without congestion for so long before a keyframe is sent faster than the path is known to carry.
const FIRST_PAUSE_US: u64 = 3_000_000;
/// The pause doubles after each probe that showed too little and each lifted limit that led to congestion, up to this.
const LONGEST_PAUSE_US: u64 = 60_000_000;
/// Congestion so soon after a limit was lifted was caused by that.
const CAUSED_US: u64 = 5_000_000;
/// A path that went without congestion for so long is trusted like any other.
const TRUSTED_US: u64 = 30_000_000;
/// Feedback that has not come by then will not.
const PATIENCE_US: u64 = 1_000_000;

/// Decides when a keyframe is sent as a probe, and measures what the path carried of it.
#[derive(Debug)]
pub(crate) struct KeyframeProbe {
    state: State,
    calm_since_us: Option<u64>,
    pause_us: u64,
    not_before_us: u64,
    lifted_us: Option<u64>,
}

/// The life of one probe. Rates are bits a second.
#[derive(Debug)]
enum State {
    /// No probe is wanted.
    Idle,
    /// The next keyframe is to be sent at this rate.
    Armed { rate: f32 },
    /// The keyframe is being sent.
    Sending { rate: f32, from_us: u64, train: Option<PacketTrain> },
    /// The whole keyframe was sent, and its feedback is awaited.
    Sent {
        from_us: u64,
        until_us: u64,
        /// There is none before some feedback on the keyframe came.
        train: Option<PacketTrain>,
        /// The last feedback was on a packet sent after the keyframe, so all there is on the keyframe has come.
        passed: bool,
    },
}

/// What a probe showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The path carried this much, bits a second.
    Carried(f32),
    /// Too few packets were reported.
    Unknown,
}

impl Default for KeyframeProbe {
    fn default() -> Self {
        Self { state: State::Idle, calm_since_us: None, pause_us: FIRST_PAUSE_US, not_before_us: 0, lifted_us: None }
    }
}

impl KeyframeProbe {
    /// The path is limited, the viewer is on top of what it may have, and nothing is wrong: is it time for a probe?
    pub(crate) fn is_due(&mut self, now_us: u64) -> bool {
        let since = *self.calm_since_us.get_or_insert(now_us);
        now_us >= self.not_before_us && now_us - since >= FIRST_PAUSE_US
    }

    /// The rate for the next keyframe, or for what is left of one that is being sent. `begin` says whether a probe may begin.
    pub(crate) fn arm(&mut self, rate: f32, begin: bool) {
        match &mut self.state {
            State::Sending { rate: current, .. } => *current = rate,
            State::Idle | State::Armed { .. } => self.state = if begin { State::Armed { rate } } else { State::Idle },
            State::Sent { .. } => {}
        }
    }

    /// No keyframe is to begin as a probe. One that has begun goes on.
    pub(crate) fn disarm(&mut self) {
        if let State::Armed { .. } = self.state {
            self.state = State::Idle;
        }
    }

    /// There is a layer to climb to, which comes first.
    pub(crate) fn is_not_on_top(&mut self) {
        (self.calm_since_us, self.state) = (None, State::Idle);
    }

    /// The path is congested.
    pub(crate) fn congested(&mut self, now_us: u64) {
        self.calm_since_us = None;
        let held = self.lifted_us.take().map(|at| now_us.saturating_sub(at));
        let probing = matches!(&self.state, State::Sending { train: Some(_), .. } | State::Sent { train: Some(_), .. });
        self.state = State::Idle;
        if probing || held.is_some_and(|held| held < CAUSED_US) {
            self.failed(now_us);
        } else if held.is_some_and(|held| held > TRUSTED_US) {
            self.pause_us = FIRST_PAUSE_US;
        }
    }

    /// The rate that packets are paced at while the keyframe is being sent, bits a second.
    pub(crate) fn rate(&self) -> Option<f32> {
        match self.state {
            State::Sending { rate, .. } => Some(rate),
            _ => None,
        }
    }

    /// The first packet of a keyframe is about to be sent.
    pub(crate) fn keyframe_begins(&mut self, now_us: u64) {
        if let State::Armed { rate } = self.state {
            self.state = State::Sending { rate, from_us: now_us, train: None };
        }
    }

    /// The last packet of a picture was sent.
    pub(crate) fn picture_ends(&mut self, now_us: u64) {
        if let State::Sending { from_us, train, .. } = &mut self.state {
            self.state = State::Sent { from_us: *from_us, until_us: now_us, train: train.take(), passed: false };
        }
    }

    /// A picture that was begun is not sent to its end, and there is a gap in the train. If it was the probe, the next keyframe
    /// takes its place.
    pub(crate) fn picture_abandoned(&mut self) {
        self.state = match self.state {
            State::Armed { rate } | State::Sending { rate, .. } => State::Armed { rate },
            State::Idle | State::Sent { .. } => State::Idle,
        };
    }

    /// Feedback on a packet of any kind.
    pub(crate) fn feedback(&mut self, sent_us: u64, arrived_us: Option<i64>, bytes: u32) {
        let (from_us, train) = match &mut self.state {
            State::Sending { from_us, train, .. } => (*from_us, train),
            State::Sent { from_us, until_us, train, passed } => {
                *passed = sent_us > *until_us;
                if *passed {
                    return;
                }
                (*from_us, train)
            }
            State::Idle | State::Armed { .. } => return,
        };
        if sent_us < from_us {
            return;
        }
        let train = train.get_or_insert_default();
        if let Some(arrived_us) = arrived_us {
            train.packet(sent_us, arrived_us, bytes);
        }
    }

    /// What the probe showed; returned once, when all feedback on it came or was given up.
    pub(crate) fn outcome(&mut self, now_us: u64) -> Option<Outcome> {
        let State::Sent { until_us, train, passed, .. } = &mut self.state else { return None };
        if !*passed && now_us.saturating_sub(*until_us) <= PATIENCE_US {
            return None;
        }
        let carried = train.take().and_then(|train| train.rate());
        self.state = State::Idle;
        Some(carried.map_or(Outcome::Unknown, Outcome::Carried))
    }

    /// The probe showed no more than was known.
    pub(crate) fn failed(&mut self, now_us: u64) {
        self.not_before_us = now_us + self.pause_us;
        self.pause_us = (2 * self.pause_us).min(LONGEST_PAUSE_US);
    }

    /// The limit is lifted.
    pub(crate) fn lifted(&mut self, now_us: u64) {
        (self.calm_since_us, self.state) = (None, State::Idle);
        self.lifted_us = Some(now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_that_fail_become_rare_until_a_path_is_trusted() {
        let mut probe = KeyframeProbe::default();
        let mut tried = Vec::new();
        for second in 0..200 {
            if probe.is_due(second * 1_000_000) {
                tried.push(second);
                probe.failed(second * 1_000_000);
            }
        }
        assert_eq!(tried, [3, 6, 12, 24, 48, 96, 156]);
        probe.lifted(200_000_000);
        probe.congested(203_000_000);
        assert!(!probe.is_due(205_000_000) && !probe.is_due(262_000_000) && probe.is_due(264_000_000));
        probe.lifted(264_000_000);
        probe.congested(300_000_000);
        assert!(!probe.is_due(301_000_000) && probe.is_due(304_000_000));
        probe.failed(304_000_000);
        assert!(probe.is_due(307_000_000), "a path without congestion for 30 s has the first pause again");
    }

    #[test]
    fn a_keyframe_shows_what_the_path_carries_once_feedback_on_a_later_packet_came() {
        // 40 packets of 1,000 bytes, 1.5 ms apart (5.3 Mbit/s), arrive 1.5 or 3 ms apart.
        for (apart, carried) in [(1500, 5.33e6), (3000, 0.9 * 2.67e6)] {
            let mut probe = KeyframeProbe::default();
            probe.arm(5.33e6, true);
            probe.keyframe_begins(1_000_000);
            probe.feedback(990_000, Some(0), 1000);
            for i in 0..40 {
                probe.feedback(1_000_000 + 1500 * i, Some(apart * i as i64), 1000);
            }
            assert_eq!(probe.outcome(1_100_000), None, "not all of it has been sent");
            probe.picture_ends(1_058_500);
            assert_eq!(probe.outcome(1_100_000), None, "feedback on the rest may still come");
            probe.feedback(1_090_000, Some(200_000), 1000);
            let Some(Outcome::Carried(seen)) = probe.outcome(1_150_000) else { panic!("the train was long enough") };
            assert!((seen / carried - 1.0).abs() < 0.02, "{seen}");
            assert_eq!(probe.outcome(2_100_000), None, "an outcome is returned once");
            probe.arm(5.33e6, true);
            probe.keyframe_begins(3_000_000);
            probe.picture_ends(3_050_000);
            assert_eq!(probe.outcome(4_050_001), Some(Outcome::Unknown), "feedback that late does not come any more");
        }
    }

    #[test]
    fn a_probe_that_is_abandoned_is_made_with_the_next_keyframe() {
        let mut probe = KeyframeProbe::default();
        probe.keyframe_begins(0);
        assert_eq!(probe.rate(), None, "only an armed probe takes a keyframe");
        probe.arm(4e6, true);
        probe.keyframe_begins(1_000);
        assert_eq!(probe.rate(), Some(4e6));
        probe.arm(5e6, false);
        assert_eq!(probe.rate(), Some(5e6), "what is left of it follows the rate");
        probe.picture_abandoned();
        assert_eq!(probe.rate(), None);
        probe.keyframe_begins(2_000);
        assert_eq!(probe.rate(), Some(5e6));
        probe.picture_ends(3_000);
        assert_eq!(probe.rate(), None, "the pictures after it are paced as before");
        probe.picture_abandoned();
        assert_eq!(probe.outcome(9_000_000), None, "there was a gap behind it");
    }
}
