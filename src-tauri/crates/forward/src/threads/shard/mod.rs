//! A shard: a sending thread that owns the media of some viewers, and shares only packets with the other shards.

mod deferred_reports;
mod inbox;
mod interest;
mod report_queue;
mod reports;
mod run;
mod shedding;
mod viewer;
mod viewers;

pub(crate) use inbox::{Inbox, Joining};
pub(crate) use reports::Reports;

use crate::event::Gone;
use crate::media::egress::{Egress, LayerBits, SOUND};
use crate::media::history::History;
use crate::threads::announce::Announcer;
use crate::threads::totals::micros_since;
use inbox::{Input, Taken};
use interest::Interest;
use port::Socket;
use protocol::{ViewerId, ViewerStats};
use report_queue::ReportQueue;
use rtp::packetise::{Picture, Sound};
use run::{Run, Sink};
use shedding::{PictureTurn, Service, Shedding};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream::{Clock, CodecSpec, Rid, layer_index};
use viewer::{ShardContext, Viewer};
use viewers::ViewerList;

pub(crate) struct Shard {
    number: usize,
    inbox: Arc<Inbox>,
    announcer: Arc<Announcer>,
    clock: Clock,
    viewers: ViewerList,
    queue: ReportQueue,
    cx: ShardContext,
    /// The interest that the inbox knows of.
    published: LayerBits,
    shedding: Shedding,
    /// When the viewers may be ranked again.
    ranks_due: Instant,
    /// When the watched layers of codecs on demand are published next.
    watched_due: Instant,
    stopped: bool,
}

/// How often the watched layers of codecs on demand are published.
const WATCHED_INTERVAL: Duration = Duration::from_secs(1);
/// How many reports are read before the shard looks whether something more pressing came. The worst of them take a few milliseconds,
/// which is far less than the time between two pictures.
const READ_AT_ONCE: usize = 64;
/// How often the viewers are ranked while the shard does not keep up.
const RANK_INTERVAL: Duration = Duration::from_secs(1);

impl Shard {
    pub(crate) fn new(
        number: usize,
        inbox: Arc<Inbox>,
        socket: Arc<Socket>,
        announcer: Arc<Announcer>,
        clock: Clock,
        now: Instant,
    ) -> Shard {
        Shard {
            number,
            inbox,
            announcer,
            clock,
            viewers: ViewerList::default(),
            queue: ReportQueue::default(),
            cx: ShardContext {
                history: History::new(),
                run: Run::new(socket),
                interest: Interest::default(),
                timers: BinaryHeap::new(),
                keyframes: Vec::new(),
                malformed: 0,
                excessive: 0,
                unread: 0,
            },
            published: 0,
            shedding: Shedding::default(),
            ranks_due: now,
            watched_due: now + WATCHED_INTERVAL,
            stopped: false,
        }
    }

    /// Runs until it is stopped.
    pub(crate) fn run(mut self) {
        ::threads::ask_for(::threads::Priority::Sending);
        let mut taken = Taken::default();
        while !self.stopped {
            let until = if self.queue.len() > 0 { Some(Instant::now()) } else { self.next_timeout() };
            self.take(&mut taken, until);
            ::threads::turn();
            self.turn(&mut taken, Instant::now);
        }
        self.farewell(Instant::now());
    }

    /// Says goodbye to whoever is still here: who is told of an end in the right order was removed before, and it is the
    /// receiving thread that removes. It is gone first only where it panicked.
    fn farewell(&mut self, now: Instant) {
        let left: Vec<ViewerId> = self.viewers.iter().map(|viewer| viewer.id).collect();
        left.into_iter().for_each(|viewer| self.remove(viewer, &[], None, now));
    }

    fn take(&mut self, taken: &mut Taken, until: Option<Instant>) {
        self.inbox.take(taken, until, self.queue.len() + self.viewers.deferred.len());
    }

    /// Does what waited in the inbox: what ends a viewer first, then pictures and all else, and at last reports. A viewer can send many
    /// of those, and nobody else is to wait for them.
    fn turn(&mut self, taken: &mut Taken, clock: impl Fn() -> Instant) {
        for reports in taken.reports.drain(..) {
            self.put_aside(reports, clock());
        }
        let mut not_here_yet = Vec::new();
        for input in taken.inputs.drain(..) {
            self.handle(input, clock());
            // The rest of a keyframe is sent by a timer, and must not wait for all inputs that are queued here.
            self.handle_timeouts(clock());
            for removal in self.inbox.take_leaving() {
                match removal {
                    Input::Remove(id, ..) if !self.viewers.has(id) => not_here_yet.push(removal),
                    _ => self.handle(removal, clock()),
                }
            }
        }
        not_here_yet.into_iter().for_each(|removal| self.handle(removal, clock()));
        self.read_queued(&clock);
        self.viewers.deliver_late_reports(&mut self.cx, clock());
        self.handle_timeouts(clock());
        let counters = &self.announcer.counters;
        self.cx.run.count(counters);
        counters.malformed_rtcp.add(std::mem::take(&mut self.cx.malformed));
        counters.dropped_excessive.add(std::mem::take(&mut self.cx.excessive));
        counters.dropped_removed.add(std::mem::take(&mut self.cx.unread));
    }

    fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Picture(picture, since) => self.picture(&picture, since, now),
            Input::Sound(sound, since) => self.sound(&sound, since, now),
            Input::EndStream => self.cx.history.clear(),
            Input::Add(added) => {
                let (joining, sealer, path) = *added;
                let id = joining.viewer;
                self.viewers.insert(Viewer::new(&joining, sealer, path, self.clock, now));
                self.drive(id, now, |viewer, history, sink| viewer.start(history, now, sink));
                self.publish_watched(now);
                // The event may cause media to be sent at once, which this viewer is to be given.
                self.publish_interest();
                self.announcer.connected(id);
            }
            Input::Path(id, path) => {
                if let Some(viewer) = self.viewers.get_mut(id) {
                    viewer.path = path;
                }
            }
            Input::Cap(id, max) => {
                self.drive(id, now, |egress, _, _| egress.cap(max));
                self.publish_watched(now);
            }
            Input::Hold(id, held) => {
                self.drive(id, now, |egress, _, _| egress.hold(held));
                self.publish_watched(now);
            }
            Input::Remove(id, farewell, why) => self.remove(id, &farewell, why, now),
            Input::Stats(reply) => {
                let stats: Vec<(ViewerId, ViewerStats)> =
                    self.viewers.iter().map(|viewer| (viewer.id, viewer.egress.stats(now))).collect();
                // The asker may have stopped waiting.
                let _ = reply.try_send(stats);
            }
            Input::Stop => self.stopped = true,
        }
        self.publish_interest();
    }

    fn publish_interest(&mut self) {
        let layers = self.cx.interest.layers();
        if layers != self.published {
            self.published = layers;
            self.inbox.set_interest(layers);
        }
    }

    fn picture(&mut self, picture: &Arc<Picture>, since: Option<Instant>, now: Instant) {
        self.cx.history.add(picture.clone());
        if picture.keyframe {
            self.cx.keyframes.retain(|(wanted, _)| *wanted != (picture.codec, picture.rid));
        }
        if !self.cx.interest.waits_for(picture.codec, picture.rid) {
            return;
        }
        if let Some(handed_in) = since
            && !self.shedding.picture(PictureTurn {
                handed_in,
                behind: now.saturating_duration_since(handed_in),
                base: picture.temporal == 0,
                keyframe: picture.keyframe,
            })
        {
            self.announcer.counters.dropped_late.one();
            return;
        }
        if self.shedding.any() && self.ranks_due <= now {
            self.ranks_due = now + RANK_INTERVAL;
            self.viewers.rank();
        }
        let mut left_out = 0;
        let layer = 1 << layer_index(picture.codec, picture.rid);
        self.viewers.walk(&mut self.cx, now, |viewer, cx, now| {
            if viewer.interest & layer == 0 {
                return;
            }
            let too_late = since.is_some_and(|since| now.saturating_duration_since(since) > shedding::LAST_TURN);
            // The viewer's egress notices the missing pictures, and goes on at the next base picture or keyframe.
            match self.shedding.service(viewer.rank) {
                _ if too_late => left_out += 1,
                Service::Base if picture.temporal > 0 => left_out += 1,
                Service::Nothing => {
                    left_out += 1;
                    viewer.drive(cx, now, |egress, _, sink| egress.pause(now, sink));
                }
                Service::All | Service::Base => {
                    viewer.drive(cx, now, |egress, history, sink| egress.picture(picture, history, now, sink));
                }
            }
        });
        self.announcer.counters.left_out.add(left_out);
        if picture.rid == Rid::F {
            self.announcer.counters.pictures_sent.one();
            self.announcer.counters.pictures_sent_age_us.add(micros_since(picture.captured, Instant::now()));
        }
    }

    fn sound(&mut self, sound: &Arc<Sound>, since: Instant, now: Instant) {
        if now.saturating_duration_since(since) > shedding::TOO_LATE {
            self.announcer.counters.dropped_late.one();
            return;
        }
        self.viewers.walk(&mut self.cx, now, |viewer, cx, now| {
            if viewer.interest & SOUND != 0 {
                viewer.drive(cx, now, |egress, _, sink| egress.sound(sound, now, sink));
            }
        });
    }

    /// Puts reports where they wait: those that ask for packets until this turn's inputs are done, and the others for the next picture.
    fn put_aside(&mut self, reports: Reports, now: Instant) {
        self.queue.put(reports.urgent);
        self.viewers.deferred.put(reports.informing, now);
        let too_many = self.viewers.deferred.take_excess(self.viewers.len());
        too_many.into_iter().for_each(|batch| self.queue.put(batch));
    }

    /// Reads reports in the order in which they came, until something more pressing waits. A part of them is read all the same, so that
    /// a shard that is never done with its pictures still answers.
    fn read_queued(&mut self, clock: &impl Fn() -> Instant) {
        while self.queue.len() > 0 {
            let now = clock();
            for _ in 0..READ_AT_ONCE {
                let Some((id, compound)) = self.queue.next() else { break };
                match self.viewers.get_mut(id) {
                    Some(viewer) => viewer.read(&compound, &mut self.cx, now),
                    // What a removed viewer still had waiting is not read.
                    None => self.cx.unread += 1,
                }
            }
            self.handle_timeouts(clock());
            if self.inbox.is_pressing() {
                break;
            }
        }
    }

    /// Calls one viewer's egress; see [`Viewer::drive`].
    fn drive<T>(
        &mut self,
        id: ViewerId,
        now: Instant,
        f: impl FnOnce(&mut Egress, &History, &mut Sink<'_>) -> T,
    ) -> Option<T> {
        Some(self.viewers.get_mut(id)?.drive(&mut self.cx, now, f))
    }

    fn remove(&mut self, id: ViewerId, farewell: &[Vec<u8>], why: Option<Gone>, now: Instant) {
        if let Some(mut viewer) = self.viewers.remove(id) {
            viewer.drive(&mut self.cx, now, |egress, _, sink| egress.bye(now, sink));
            self.cx.interest.moved(viewer.interest, 0);
            for datagram in farewell {
                self.cx.run.send_alone(&viewer.path, datagram);
            }
            self.announcer.counters.retransmitted.add(viewer.egress.totals().repairs - viewer.repairs_counted);
        }
        self.publish_watched(now);
        if let Some(why) = why {
            self.announcer.gone(id, why);
        }
    }

    fn next_timeout(&mut self) -> Option<Instant> {
        // A timer that was moved since it was pushed is pushed anew, so that it does not wake the thread for nothing.
        while let Some(Reverse((at, id))) = self.cx.timers.peek().copied()
            && self.viewers.get_mut(id).is_none_or(|viewer| viewer.moves_on(at))
        {
            self.cx.timers.pop();
            if let Some(viewer) = self.viewers.get_mut(id) {
                viewer.schedule(&mut self.cx.timers);
            }
        }
        let timer = self.cx.timers.peek().map(|Reverse((at, _))| *at);
        let keyframe = self.cx.keyframes.iter().map(|(_, at)| *at).min();
        let watched = (!self.viewers.is_empty()).then_some(self.watched_due);
        [timer, keyframe, watched].into_iter().flatten().min()
    }

    fn handle_timeouts(&mut self, now: Instant) {
        while let Some(Reverse((at, id))) = self.cx.timers.peek().copied()
            && at <= now
        {
            self.cx.timers.pop();
            if self.viewers.get_mut(id).is_some_and(|viewer| viewer.is_due(at)) {
                self.drive(id, now, |egress, history, sink| egress.handle_timeout(history, now, sink));
            }
        }
        for ((codec, rid), at) in std::mem::take(&mut self.cx.keyframes) {
            let again = if at <= now { self.announcer.keyframe(codec, rid, now).err() } else { Some(at) };
            self.cx.keyframes.extend(again.map(|again| ((codec, rid), again)));
        }
        if self.watched_due <= now {
            self.publish_watched(now);
            for viewer in self.viewers.iter_mut() {
                let repairs = viewer.egress.totals().repairs;
                self.announcer.counters.retransmitted.add(repairs - viewer.repairs_counted);
                viewer.repairs_counted = repairs;
            }
        }
    }

    fn publish_watched(&mut self, now: Instant) {
        self.watched_due = now + WATCHED_INTERVAL;
        self.announcer.watched(self.number, self.watched());
    }

    /// The layers of codecs on demand that its viewers want, of which what is for screens is wanted while there is one.
    fn watched(&self) -> LayerBits {
        let has_screen = self.cx.history.shows_screen();
        let of_screens = |viewer: &Viewer| viewer.egress.watching_screens().filter(|_| has_screen);
        let watched =
            self.viewers.iter().flat_map(|viewer| viewer.egress.watching().into_iter().chain(of_screens(viewer)));
        let on_demand = watched.filter(|(codec, _)| CodecSpec::of(*codec).on_demand);
        on_demand.fold(0, |layers, (codec, rid)| layers | 1 << layer_index(codec, rid))
    }
}

#[cfg(test)]
mod tests;
