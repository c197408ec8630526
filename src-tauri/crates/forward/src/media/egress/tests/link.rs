//! A path with a bottleneck, and what competes for it.

use super::browser::Browser;
use super::viewer::Rtp;
use super::world::World;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const MS: Duration = Duration::from_millis(1);

pub(super) struct Link {
    /// Bits a second at a time since the start.
    pub(super) capacity: Box<dyn Fn(Duration) -> u32>,
    /// One-way delay.
    pub(super) delay: Duration,
    /// The queueing delay from which on packets are dropped.
    pub(super) longest_queue: Duration,
    /// Packets lost by chance, in 1,000.
    pub(super) loss: u32,
    /// On a busy machine the browser reads its socket late: all that came within a random time of up to this is read at once, and gets
    /// that as arrival time. Once in forty times it is up to four times as long.
    pub(super) busy: Duration,
    /// Feedback lost by chance, in 100.
    pub(super) feedback_loss: u32,
    /// How much longer than the path's delay feedback takes.
    pub(super) feedback_delay: Duration,
    pub(super) tcp: Option<Tcp>,
    start: Instant,
    standing: VecDeque<(usize, Owner)>,
    standing_bytes: usize,
    /// Bytes that may be taken from the queue now.
    credit: f32,
    pub(super) random: u32,
    browsers: Vec<Browser>,
    /// The queueing delay at each millisecond.
    pub(super) queue: Vec<Duration>,
}

impl Link {
    pub(super) fn new(world: &World, capacity: impl Fn(Duration) -> u32 + 'static) -> Self {
        Self {
            capacity: Box::new(capacity),
            delay: 25 * MS,
            longest_queue: 300 * MS,
            loss: 0,
            busy: Duration::ZERO,
            feedback_loss: 0,
            feedback_delay: Duration::ZERO,
            tcp: None,
            start: world.now,
            standing: VecDeque::new(),
            standing_bytes: 0,
            credit: 0.0,
            random: 1,
            browsers: Vec::new(),
            queue: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, world: &mut World, time: Duration) {
        let end = world.now + time;
        while world.now < end {
            world.run(MS);
            let now = world.now;
            for i in 0..world.viewers.len() {
                if self.browsers.len() <= i {
                    self.browsers.push(Browser::new(now));
                }
                for packet in std::mem::take(&mut world.viewers[i].outbox) {
                    let size = packet.header.len() + packet.payload.len();
                    let wide = self.browsers[i].left(&packet);
                    self.enter(size, Owner::Viewer(i, wide, packet));
                }
                for (_, compound) in self.browsers[i].due_feedback(now) {
                    world.feedback(i, &compound);
                }
                if self.browsers[i].next_report <= now {
                    let lost = self.dice(100) < self.feedback_loss;
                    let back = now + self.delay + self.feedback_delay;
                    self.browsers[i].report(now, (!lost).then_some(back));
                }
            }
            self.compete(now);
            self.serve(now);
            self.queue.push(self.standing_time(now));
        }
    }

    pub(super) fn browser(&self, i: usize) -> &Browser {
        &self.browsers[i]
    }

    /// The longest queueing delay between two times since the start.
    pub(super) fn worst_queue(&self, from: Duration, to: Duration) -> Duration {
        let range = from.as_millis() as usize..(to.as_millis() as usize).min(self.queue.len());
        self.queue[range].iter().copied().max().unwrap_or_default()
    }

    /// The share of the time in which the queueing delay was above `limit`.
    pub(super) fn time_above(&self, limit: Duration, from: Duration, to: Duration) -> f32 {
        let range = from.as_millis() as usize..(to.as_millis() as usize).min(self.queue.len());
        let all = range.len() as f32;
        self.queue[range].iter().filter(|q| **q > limit).count() as f32 / all
    }

    fn standing_time(&self, now: Instant) -> Duration {
        Duration::from_secs_f32(8.0 * self.standing_bytes as f32 / (self.capacity)(now - self.start) as f32)
    }

    /// Adds a packet to the queue. False if the queue is full.
    fn enter(&mut self, bytes: usize, owner: Owner) -> bool {
        let now = self.start + MS * self.queue.len() as u32;
        if self.standing_time(now) > self.longest_queue {
            return false;
        }
        self.standing_bytes += bytes;
        self.standing.push_back((bytes, owner));
        true
    }

    /// Sends on what the bottleneck carries in a millisecond.
    fn serve(&mut self, now: Instant) {
        self.credit += (self.capacity)(now - self.start) as f32 / 8000.0;
        while self.standing.front().is_some_and(|(bytes, _)| *bytes as f32 <= self.credit) {
            let (bytes, owner) = self.standing.pop_front().expect("just seen");
            self.credit -= bytes as f32;
            self.standing_bytes -= bytes;
            let lost = self.dice(1000) < self.loss;
            match owner {
                Owner::Viewer(i, wide, packet) if !lost => {
                    let at = self.read(i, now + self.delay);
                    self.browsers[i].arrive(wide, packet, at);
                }
                Owner::Tcp => {
                    if let Some(tcp) = &mut self.tcp {
                        tcp.flying.push_back(now + 2 * self.delay);
                    }
                }
                Owner::Viewer(..) => {}
            }
        }
        if self.standing.is_empty() {
            self.credit = self.credit.min(1500.0);
        }
    }

    /// When a browser reads what arrived at a time.
    fn read(&mut self, i: usize, at: Instant) -> Instant {
        if self.busy > Duration::ZERO && at > self.browsers[i].reads {
            let longest = if self.dice(40) == 0 { 4 * self.busy } else { self.busy };
            self.browsers[i].reads = at + MS * self.dice(longest.as_millis() as u32);
        }
        at.max(self.browsers[i].reads)
    }

    fn compete(&mut self, now: Instant) {
        let Some(mut tcp) = self.tcp.take() else { return };
        tcp.acknowledge(now);
        while now >= tcp.from && (tcp.out as f32) < tcp.window {
            if self.enter(1500, Owner::Tcp) {
                tcp.out += 1;
            } else {
                tcp.lose(now);
                break;
            }
        }
        self.tcp = Some(tcp);
    }

    fn dice(&mut self, sides: u32) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.random >> 8) % sides
    }
}

/// Whose packet it is that is in the queue.
enum Owner {
    Viewer(usize, u64, Rtp),
    Tcp,
}

/// A long TCP flow: the parts of Reno that matter here.
pub(super) struct Tcp {
    from: Instant,
    window: f32,
    slow_start: bool,
    out: usize,
    flying: VecDeque<Instant>,
    lost_at: Option<Instant>,
    pub(super) delivered: usize,
}

impl Tcp {
    pub(super) fn starting(from: Instant) -> Self {
        Self { from, window: 10.0, slow_start: true, out: 0, flying: VecDeque::new(), lost_at: None, delivered: 0 }
    }

    fn acknowledge(&mut self, now: Instant) {
        while self.flying.front().is_some_and(|at| *at <= now) {
            self.flying.pop_front();
            self.delivered += 1500;
            self.out -= 1;
            self.window += if self.slow_start { 1.0 } else { 1.0 / self.window };
        }
    }

    fn lose(&mut self, now: Instant) {
        if self.lost_at.is_none_or(|at| now - at > 300 * MS) {
            self.lost_at = Some(now);
            self.slow_start = false;
            self.window = (self.window / 2.0).max(2.0);
        }
    }
}
