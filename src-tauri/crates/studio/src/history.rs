//! How the broadcasts of the last hour went: a point for five seconds of each. Decisions only.

use protocol::HistoryPoint;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many seconds make a point.
const EACH: u32 = 5;

/// Points are kept for an hour.
const KEPT_MS: u64 = 3_600_000;

/// And never more than that makes, whatever the computer's clock does.
const MOST: usize = 3600 / EACH as usize;

/// The points, and what the next is made of.
#[derive(Debug)]
pub(crate) struct History {
    cores: usize,
    points: VecDeque<HistoryPoint>,
    begun: Option<Begun>,
}

/// A second of a broadcast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Second {
    pub(crate) at: Instant,
    pub(crate) unix_ms: u64,
    pub(crate) watching: u32,
    pub(crate) sent_kbps: u32,
    pub(crate) encoded_kbps: u32,
    pub(crate) fps: f32,
    /// Pictures that were left out in it.
    pub(crate) left_out: u32,
    /// What the program took of all processors since it was started.
    pub(crate) processor_time: Duration,
}

/// What there is of a point.
#[derive(Clone, Copy, Debug)]
struct Begun {
    since: Instant,
    processor_time: Duration,
    seconds: u32,
    sent_kbps: u64,
    encoded_kbps: u64,
    fps: f32,
    left_out: u32,
}

impl History {
    /// Nothing yet, on a computer with so many cores.
    pub(crate) fn new(cores: usize) -> History {
        History { cores, points: VecDeque::new(), begun: None }
    }

    /// A second went by, live. Where it ends a point, `latency` is asked for. True: it did.
    pub(crate) fn second(&mut self, second: &Second, latency: impl FnOnce() -> Option<f32>) -> bool {
        let Some(begun) = &mut self.begun else {
            // The first begins it: what the program did before is not measured by it.
            self.begun = Some(Begun::at(second));
            return false;
        };
        begun.seconds += 1;
        begun.sent_kbps += u64::from(second.sent_kbps);
        begun.encoded_kbps += u64::from(second.encoded_kbps);
        begun.fps += second.fps;
        begun.left_out = begun.left_out.saturating_add(second.left_out);
        if begun.seconds < EACH {
            return false;
        }
        let point = begun.point(second, self.cores, latency());
        self.begun = Some(Begun::at(second));
        self.keep(point);
        true
    }

    /// The broadcast ended: what was begun is no point, and the next broadcast begins its own.
    pub(crate) fn ended(&mut self) {
        self.begun = None;
    }

    /// What came after this, milliseconds since the Unix epoch; none: all that is kept. The oldest first.
    pub(crate) fn since(&self, at: Option<u64>) -> Vec<HistoryPoint> {
        let first = self.points.partition_point(|point| at.is_some_and(|at| point.at <= at));
        self.points.range(first..).copied().collect()
    }

    fn keep(&mut self, point: HistoryPoint) {
        // Where the computer's clock was set back, what stands after now cannot be told from what comes.
        while self.points.back().is_some_and(|last| last.at >= point.at) {
            self.points.pop_back();
        }
        self.points.push_back(point);
        while self.points.len() > MOST
            || self.points.front().is_some_and(|first| point.at - first.at >= KEPT_MS && first.at != point.at)
        {
            self.points.pop_front();
        }
    }
}

impl Begun {
    fn at(second: &Second) -> Begun {
        let Second { at, processor_time, .. } = *second;
        Begun { since: at, processor_time, seconds: 0, sent_kbps: 0, encoded_kbps: 0, fps: 0.0, left_out: 0 }
    }

    fn point(&self, last: &Second, cores: usize, latency_ms: Option<f32>) -> HistoryPoint {
        let elapsed = last.at.saturating_duration_since(self.since).as_secs_f64() * cores.max(1) as f64;
        let taken = last.processor_time.saturating_sub(self.processor_time).as_secs_f64();
        let cpu = if elapsed > 0.0 { (taken / elapsed).clamp(0.0, 1.0) } else { 0.0 };
        let mean = |sum: u64| (sum / u64::from(self.seconds.max(1))) as u32;
        HistoryPoint {
            at: last.unix_ms,
            watching: last.watching,
            sent_kbps: mean(self.sent_kbps),
            encoded_kbps: mean(self.encoded_kbps),
            fps: tenths(self.fps / self.seconds.max(1) as f32),
            // A thousandth is as much as a graph shows, and half as long in what is told.
            cpu: (cpu * 1000.0).round() as f32 / 1000.0,
            left_out: self.left_out,
            latency_ms: latency_ms.map(tenths),
        }
    }
}

/// The one in the middle; none of none.
pub(crate) fn median(mut of: Vec<f32>) -> Option<f32> {
    let middle = of.len().checked_sub(1)? / 2;
    let (_, median, _) = of.select_nth_unstable_by(middle, f32::total_cmp);
    Some(*median)
}

fn tenths(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history, its clock, and a program that takes a quarter of two cores.
    struct World(History, Second);

    impl World {
        fn new() -> World {
            let at = Instant::now();
            let (unix_ms, processor_time) = (1_796_000_000_000, Duration::from_secs(100));
            let second = Second {
                at,
                unix_ms,
                watching: 0,
                sent_kbps: 0,
                encoded_kbps: 2500,
                fps: 30.0,
                left_out: 0,
                processor_time,
            };
            World(History::new(2), second)
        }

        /// So many seconds, of which each is made by the one before.
        fn pass(&mut self, seconds: u32, change: impl Fn(&mut Second)) -> usize {
            let World(history, second) = self;
            let passed = (0..seconds).filter(|_| {
                second.at += Duration::from_secs(1);
                second.unix_ms += 1000;
                second.processor_time += Duration::from_millis(500);
                change(second);
                history.second(second, || Some(47.04))
            });
            passed.count()
        }
    }

    #[test]
    fn five_seconds_make_a_point() {
        let mut world = World::new();
        assert_eq!(world.pass(5, |_| {}), 0, "the first second begins it");
        assert_eq!(world.pass(1, |_| {}), 1);
        let made = world.pass(5, |second| {
            second.watching += 1;
            second.sent_kbps += 1000;
            second.left_out = 2;
        });
        assert_eq!(made, 1);
        let points = world.0.since(None);
        assert_eq!(points.len(), 2);
        assert_eq!(
            points[1],
            HistoryPoint {
                at: 1_796_000_011_000,
                watching: 5,
                sent_kbps: 3000,
                encoded_kbps: 2500,
                fps: 30.0,
                cpu: 0.25,
                left_out: 10,
                latency_ms: Some(47.0),
            },
            "those who watch at its end, the mean of the rates, the sum of what was left out"
        );
    }

    #[test]
    fn seconds_that_take_longer_do_not_make_a_program_seem_busy() {
        let mut world = World::new();
        world.pass(6, |second| {
            second.at += Duration::from_secs(1);
            second.processor_time += Duration::from_millis(500);
        });
        assert_eq!(world.0.since(None)[0].cpu, 0.25);
    }

    #[test]
    fn who_knows_the_first_part_is_told_the_rest() {
        let mut world = World::new();
        world.pass(31, |_| {});
        let all = world.0.since(None);
        assert_eq!(all.len(), 6);
        assert_eq!(world.0.since(Some(all[3].at)), all[4..]);
        assert_eq!(world.0.since(Some(all[3].at - 1)), all[3..]);
        assert_eq!(world.0.since(Some(all[5].at)), []);
        assert_eq!(world.0.since(Some(u64::MAX)), []);
    }

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let mut world = World::new();
        world.pass(4000, |_| {});
        let points = world.0.since(None);
        assert_eq!(points.len(), MOST);
        assert!(points.last().expect("there are some").at - points[0].at < KEPT_MS);
    }

    #[test]
    fn a_broadcast_that_ended_is_kept_and_the_next_begins_its_own_points() {
        let mut world = World::new();
        world.pass(9, |_| {});
        world.0.ended();
        world.1.unix_ms += 600_000;
        world.1.processor_time += Duration::from_secs(600);
        world.1.at += Duration::from_secs(600);
        assert_eq!(world.pass(5, |_| {}), 0, "three seconds of the one before are none of this one's");
        world.pass(1, |_| {});
        let points = world.0.since(None);
        assert_eq!(points.len(), 2);
        assert_eq!(points[1].cpu, 0.25, "what the program did between is not in it");
        world.0.ended();
        world.1.unix_ms += 2 * KEPT_MS;
        world.pass(6, |_| {});
        assert_eq!(world.0.since(None).len(), 1, "that was hours ago");
    }

    #[test]
    fn a_clock_that_is_set_back_or_far_ahead_leaves_points_in_order() {
        let mut world = World::new();
        world.pass(61, |_| {});
        world.1.unix_ms -= 30_000;
        world.pass(5, |_| {});
        let points = world.0.since(None);
        assert!(points.is_sorted_by(|one, other| one.at < other.at));
        assert_eq!(points.len(), 7, "what had been told of the time that is to come is gone");
        world.1.unix_ms = 0;
        world.pass(5, |_| {});
        assert_eq!(world.0.since(None).len(), 1);
        world.1.unix_ms = u64::MAX - 100_000;
        world.pass(5, |_| {});
        assert_eq!(world.0.since(None).len(), 1);
    }

    #[test]
    fn the_one_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9.0]), Some(9.0));
        assert_eq!(median(vec![9.0, 1.0]), Some(1.0));
        assert_eq!(median(vec![500.0, 40.0, 30.0, f32::INFINITY, 20.0]), Some(40.0));
    }
}
