//! One line that viewers share, known by what went through it.

use protocol::Network;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A second's figure is none: a keyframe for everybody makes one, and feedback comes late. So many make one.
const SECONDS: usize = 3;

/// Viewers are short of the line, or not any more, when that was so for so many seconds.
const LASTS: usize = 3;

/// Where so many are short, and they are half of all, what they are short of is at the end that they share: two may have bad lines of their own.
const SHORT_AT_LEAST: u32 = 3;

/// While viewers are short of a line the most of so many seconds counts: they take smaller pictures then, and try for more now and again,
/// and what arrived before it became thin is soon forgotten.
const LATELY: usize = 30;

/// What was measured holds for so long: lines change by the hour, and with who else is at home.
const HOLDS: Duration = Duration::from_secs(600);

/// The most that arrived is kept by the minute.
const MINUTE: Duration = Duration::from_secs(60);

/// What went through in a second, to all who are behind it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Second {
    /// Those who had the time to climb.
    settled: u32,
    sent: f64,
    arrived: f64,
    /// Who is sent less than there is, as no more arrives; the network of one of them, and whether others are in another one.
    short: u32,
    one_of_them: Option<Network>,
    several: bool,
}

impl Second {
    /// One viewer; where it had the time to climb, whether it is short, and in which network.
    pub(super) fn add(&mut self, sent_kbps: f64, arrived_kbps: f64, settled: Option<Option<Network>>) {
        self.settled += u32::from(settled.is_some());
        self.sent += sent_kbps;
        self.arrived += arrived_kbps;
        if let Some(Some(network)) = settled {
            self.short += 1;
            self.several |= *self.one_of_them.get_or_insert(network) != network;
        }
    }

    /// One viewer has a bad line of its own, and so have all in one house. Who is in several has only our end in common.
    fn is_short(&self) -> bool {
        self.short >= SHORT_AT_LEAST && self.several && self.short * 2 >= self.settled
    }
}

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// What was sent and what arrived in each of the last seconds.
    last: VecDeque<(f64, f64)>,
    /// The last means of what arrived. Viewers are short a moment before it is seen that they are.
    means: VecDeque<u32>,
    /// The most that arrived, minute by minute.
    minutes: VecDeque<(Instant, u32)>,
    /// Viewers are short of it.
    short: bool,
    /// For so many seconds it was otherwise.
    otherwise: usize,
    /// So much arrived when they were, and when that was last seen.
    full: Option<(u32, Instant)>,
}

/// What a line carries, kbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    Exactly(u32),
    AtLeast(u32),
}

impl Line {
    pub(super) fn second(&mut self, second: &Second, now: Instant) {
        keep(&mut self.last, (second.sent, second.arrived), SECONDS);
        self.minutes.retain(|(began, _)| now.saturating_duration_since(*began) < HOLDS);
        self.full.take_if(|(_, seen)| now.saturating_duration_since(*seen) >= HOLDS);
        self.otherwise = if second.is_short() == self.short { 0 } else { self.otherwise + 1 };
        let turned = self.otherwise >= LASTS;
        if turned {
            (self.short, self.otherwise) = (!self.short, 0);
        }
        let Some(arrived) = self.mean(|(_, arrived)| arrived) else { return };
        keep(&mut self.means, arrived, if turned { SECONDS + LASTS } else { LATELY });
        match self.minutes.back_mut() {
            Some((began, most)) if now.saturating_duration_since(*began) < MINUTE => *most = arrived.max(*most),
            _ => self.minutes.push_back((now, arrived)),
        }
        let most = self.means.iter().copied().fold(0, u32::max);
        self.full = match self.full {
            // It may carry less than the last time.
            _ if self.short => Some((most, now)),
            Some((kbps, seen)) => Some((kbps.max(arrived), seen)),
            None => None,
        };
    }

    /// None where nothing went through it lately.
    pub(super) fn carries(&self) -> Option<Carries> {
        if let Some((kbps, _)) = self.full {
            return Some(Carries::Exactly(kbps));
        }
        let most = self.minutes.iter().map(|(_, most)| *most).max().filter(|most| *most > 0);
        most.map(Carries::AtLeast)
    }

    /// What viewers take of it.
    pub(super) fn used(&self) -> u32 {
        self.mean(|(sent, _)| sent).unwrap_or_default()
    }

    /// Viewers are short of it now.
    pub(super) fn is_short(&self) -> bool {
        self.short
    }

    fn mean(&self, of: impl Fn((f64, f64)) -> f64) -> Option<u32> {
        let sum: f64 = self.last.iter().map(|second| of(*second)).sum();
        (self.last.len() == SECONDS).then(|| (sum / SECONDS as f64).round() as u32)
    }
}

fn keep<T>(list: &mut VecDeque<T>, one: T, most: usize) {
    list.push_back(one);
    list.drain(..list.len().saturating_sub(most));
}
