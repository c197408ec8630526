//! The inbox of a shard: the only way in which other threads reach it.

use super::reports::Reports;
use crate::connection::negotiated::Negotiated;
use crate::event::Gone;
use crate::media::egress::{LayerBits, SOUND};
use crossbeam_channel::Sender;
use port::Path;
use protocol::{ViewerId, ViewerStats};
use rtp::packetise::{Picture, Sound};
use rtp::srtp::Sealer;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stream::{Rid, layer_index};

/// Everything that can wake a shard.
pub(super) enum Input {
    /// With the time it was handed in; `None` if nobody watches its layer, as it then waits for the next input that wakes the
    /// shard, and is not late.
    Picture(Arc<Picture>, Option<Instant>),
    Sound(Arc<Sound>, Instant),
    EndStream,
    Add(Box<(Joining, Sealer, Path)>),
    Path(ViewerId, Path),
    Cap(ViewerId, Rid),
    Hold(ViewerId, Option<Rid>),
    /// With the DTLS datagrams to send last, and the event to emit afterwards.
    Remove(ViewerId, Vec<Vec<u8>>, Option<Gone>),
    Stats(Sender<Vec<(ViewerId, ViewerStats)>>),
    Stop,
}

/// A viewer that is about to be connected.
pub(crate) struct Joining {
    pub(crate) viewer: ViewerId,
    pub(crate) negotiated: Negotiated,
    pub(crate) max: Rid,
    /// What it holds already.
    pub(crate) held: Option<Rid>,
    /// The handshake's round trip, once it is done.
    pub(crate) round_trip: Option<Duration>,
}

/// What waited in an inbox.
#[derive(Default)]
pub(super) struct Taken {
    /// First those that end a viewer, then the others in their order.
    pub(super) inputs: Vec<Input>,
    pub(super) reports: Vec<Reports>,
}

/// Where the other threads put what a shard has to do. Media and reports are bounded by constants. Inputs about joining and
/// leaving must not be lost, and are bounded by the number of viewers.
///
/// What ends a viewer is taken first and reports last, as a viewer can send many of them.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    woken: Condvar,
    /// How many of the waiting inputs end a viewer, and stand before the others. It is changed under the lock only, and is read
    /// without it by a shard that works.
    leaving: AtomicUsize,
    /// Something else than a report waits that wakes the shard. The same holds for it.
    pressing: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    inputs: Vec<Input>,
    batches: Vec<Reports>,
    /// New paths of viewers, taken after the inputs. Only the last one of each viewer is kept, as every STUN check may change it.
    paths: Vec<(ViewerId, Path)>,
    /// The layers that viewers of this shard wait for, and [`SOUND`]. Pictures of other layers are only needed for the history, so
    /// they do not wake the shard.
    interest: LayerBits,
    media: usize,
    /// Reports that wait here, or at the shard.
    reports: usize,
    urgent: bool,
}

/// Three layers of 60 pictures a second and 100 sounds a second, for about twice the time after which they are too late.
pub(super) const MAX_MEDIA: usize = 128;
/// The reports of a thousand viewers in one second, with those that the shard took and has not read.
const MAX_REPORTS: usize = 20_000;

impl Inbox {
    /// Hands in a picture. False if the shard is so far behind that it was dropped.
    pub(crate) fn picture(&self, picture: Arc<Picture>, now: Instant) -> bool {
        let waiting = self.lock();
        let watched = waiting.interest & 1 << layer_index(picture.codec, picture.rid) != 0;
        self.media(waiting, Input::Picture(picture, watched.then_some(now)), watched)
    }

    /// Hands in sound, as [`Inbox::picture`] does. There is no history of sound, so it is not kept if nobody listens.
    pub(crate) fn sound(&self, sound: Arc<Sound>, now: Instant) -> bool {
        let waiting = self.lock();
        waiting.interest & SOUND == 0 || self.media(waiting, Input::Sound(sound, now), true)
    }

    /// The shard publishes which layers its viewers wait for.
    pub(super) fn set_interest(&self, layers: LayerBits) {
        let mut waiting = self.lock();
        let added = layers & !std::mem::replace(&mut waiting.interest, layers);
        // A picture of a newly wanted layer may be queued already, and must not wait for the next input.
        waiting.urgent |= added != 0 && waiting.media > 0;
    }

    fn media(&self, mut waiting: MutexGuard<'_, Waiting>, input: Input, urgent: bool) -> bool {
        let fits = waiting.media < MAX_MEDIA;
        if fits {
            waiting.media += 1;
            // Unwatched pictures wake the shard before the inbox is full, as the next joiner needs them in the history.
            let urgent = urgent || waiting.media >= MAX_MEDIA / 2;
            self.put(waiting, input, urgent);
        }
        fits
    }

    /// Hands in decrypted RTCP; false if there was too much of it. Reports that ask for no packets do not wake the shard: the next
    /// picture does, and nothing depends on them before that.
    pub(crate) fn reports(&self, reports: Reports) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.reports + reports.len() <= MAX_REPORTS;
        if fits {
            waiting.reports += reports.len();
            let urgent = reports.urgent.len() > 0;
            waiting.batches.push(reports);
            if urgent {
                self.wake(waiting);
            }
        }
        fits
    }

    pub(crate) fn add(&self, joining: Joining, sealer: Sealer, path: Path) {
        self.put(self.lock(), Input::Add(Box::new((joining, sealer, path))), true);
    }

    pub(crate) fn path(&self, viewer: ViewerId, path: Path) {
        let mut waiting = self.lock();
        match waiting.paths.iter_mut().find(|(id, _)| *id == viewer) {
            Some((_, waiting)) => *waiting = path,
            None => waiting.paths.push((viewer, path)),
        }
        self.wake(waiting);
    }

    pub(crate) fn cap(&self, viewer: ViewerId, max: Rid) {
        self.put(self.lock(), Input::Cap(viewer, max), true);
    }

    pub(crate) fn hold(&self, viewer: ViewerId, held: Option<Rid>) {
        self.put(self.lock(), Input::Hold(viewer, held), true);
    }

    pub(crate) fn remove(&self, viewer: ViewerId, farewell: Vec<Vec<u8>>, why: Option<Gone>) {
        let mut waiting = self.lock();
        let removal = Input::Remove(viewer, farewell, why);
        if waiting.inputs.iter().any(|input| matches!(input, Input::Add(added) if added.0.viewer == viewer)) {
            return self.put(waiting, removal, true);
        }
        let place = self.leaving.fetch_add(1, Ordering::Relaxed);
        waiting.inputs.insert(place, removal);
        self.press(waiting);
    }

    pub(crate) fn end_stream(&self) {
        self.put(self.lock(), Input::EndStream, true);
    }

    pub(crate) fn stats(&self, reply: Sender<Vec<(ViewerId, ViewerStats)>>) {
        self.put(self.lock(), Input::Stats(reply), true);
    }

    pub(crate) fn stop(&self) {
        self.put(self.lock(), Input::Stop, true);
    }

    fn put(&self, mut waiting: MutexGuard<'_, Waiting>, input: Input, urgent: bool) {
        waiting.inputs.push(input);
        if urgent {
            self.press(waiting);
        }
    }

    fn press(&self, waiting: MutexGuard<'_, Waiting>) {
        self.pressing.store(true, Ordering::Relaxed);
        self.wake(waiting);
    }

    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>) {
        if !waiting.urgent {
            waiting.urgent = true;
            drop(waiting);
            self.woken.notify_one();
        }
    }

    /// Something more pressing than a report waits.
    pub(super) fn is_pressing(&self) -> bool {
        self.pressing.load(Ordering::Relaxed)
    }

    /// Takes what ends a viewer, if there is any: a shard that is still busy with what it took looks here in between.
    pub(super) fn take_leaving(&self) -> Vec<Input> {
        if self.leaving.load(Ordering::Relaxed) == 0 {
            return Vec::new();
        }
        let mut waiting = self.lock();
        let count = self.leaving.swap(0, Ordering::Relaxed);
        waiting.inputs.drain(..count).collect()
    }

    /// Waits for an urgent input or until `until`, and moves all there is into `taken`, which must be empty. The shard still holds
    /// `unread` reports that it took before.
    pub(super) fn take(&self, taken: &mut Taken, until: Option<Instant>, unread: usize) {
        let mut waiting = self.lock();
        while !waiting.urgent {
            waiting = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.woken.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(left) => self.woken.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        std::mem::swap(&mut waiting.inputs, &mut taken.inputs);
        std::mem::swap(&mut waiting.batches, &mut taken.reports);
        taken.inputs.extend(waiting.paths.drain(..).map(|(viewer, path)| Input::Path(viewer, path)));
        (waiting.media, waiting.reports, waiting.urgent) = (0, unread, false);
        self.leaving.store(0, Ordering::Relaxed);
        self.pressing.store(false, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports(count: usize) -> Reports {
        let mut reports = Reports::default();
        for _ in 0..count {
            reports.push(ViewerId(1), &[0x80, 201, 0, 0], Instant::now());
        }
        reports
    }

    #[test]
    fn reports_are_bounded_and_a_removal_is_not() {
        let inbox = Inbox::default();
        let taken = (0..40).filter(|_| inbox.reports(reports(1000))).count();
        assert_eq!(taken * 1000, MAX_REPORTS);
        for viewer in 0..5 {
            inbox.remove(ViewerId(viewer), Vec::new(), None);
        }
        let mut all = Taken::default();
        inbox.take(&mut all, None, MAX_REPORTS - 1);
        assert_eq!((all.inputs.len(), all.reports.len()), (5, taken));
        assert!(inbox.reports(reports(1)), "there is room again");
        assert!(!inbox.reports(reports(1)), "but what the shard still holds takes its room");
    }

    #[test]
    fn inputs_that_are_not_urgent_are_taken_at_the_next_timeout() {
        let inbox = Inbox::default();
        inbox.reports(reports(1));
        let mut taken = Taken::default();
        inbox.take(&mut taken, Some(Instant::now()), 0);
        assert_eq!(taken.reports.len(), 1);
    }

    #[test]
    fn unwatched_pictures_are_taken_before_the_inbox_is_full() {
        let (inbox, now) = (Inbox::default(), Instant::now());
        let clock = stream::Clock::new(now, std::time::SystemTime::UNIX_EPOCH);
        let mut packetiser = rtp::packetise::Packetiser::new(clock);
        let mut taken = Taken::default();
        for _ in 0..MAX_MEDIA / 2 {
            let picture = packetiser.video(&stream::VideoFrame {
                profile: stream::Profile::Baseline,
                codec: stream::VideoCodec::H264,
                rid: Rid::F,
                temporal: 0,
                keyframe: true,
                captured: now,
                way: stream::Way::at(now),
                width: 16,
                height: 16,
                data: bytes::Bytes::from_static(&[0, 0, 0, 1, 0x65, 1, 2, 3]),
                layer_sync: false,
                screen: false,
            });
            assert!(!inbox.lock().urgent);
            assert!(inbox.picture(picture, now));
        }
        inbox.take(&mut taken, None, 0);
        assert_eq!(taken.inputs.len(), MAX_MEDIA / 2);
        assert!(taken.inputs.iter().all(|input| matches!(input, Input::Picture(_, None))), "none of them can be late");
    }

    #[test]
    fn only_the_last_path_of_a_viewer_is_kept() {
        let inbox = Inbox::default();
        let path = |port| Path::udp(([127, 0, 0, 1], port).into(), None);
        (1..1000).for_each(|port| inbox.path(ViewerId(1), path(port)));
        inbox.path(ViewerId(2), path(7));
        inbox.end_stream();
        let mut taken = Taken::default();
        inbox.take(&mut taken, None, 0);
        let inputs = taken.inputs;
        let expected = |input: &Input, viewer, port| matches!(input, Input::Path(v, p) if *v == ViewerId(viewer) && *p == path(port));
        assert!(matches!(inputs[0], Input::EndStream) && expected(&inputs[1], 1, 999) && expected(&inputs[2], 2, 7));
        assert_eq!(inputs.len(), 3);
    }

    #[test]
    fn what_ends_a_viewer_is_taken_before_all_else_and_reports_after_it() {
        let inbox = Inbox::default();
        let leaves = |input: &Input, viewer| matches!(input, Input::Remove(id, ..) if *id == ViewerId(viewer));
        assert!(inbox.reports(reports(100)));
        assert!(!inbox.is_pressing(), "reports are not");
        inbox.end_stream();
        inbox.cap(ViewerId(3), Rid::Q);
        inbox.remove(ViewerId(1), Vec::new(), None);
        inbox.remove(ViewerId(2), Vec::new(), None);
        assert!(inbox.is_pressing());
        let leaving = inbox.take_leaving();
        assert!(leaves(&leaving[0], 1) && leaves(&leaving[1], 2) && leaving.len() == 2);
        assert!(inbox.take_leaving().is_empty());
        inbox.remove(ViewerId(3), Vec::new(), None);
        let mut taken = Taken::default();
        inbox.take(&mut taken, None, 0);
        let [first, Input::EndStream, Input::Cap(..)] = &taken.inputs[..] else { panic!("{}", taken.inputs.len()) };
        assert!(leaves(first, 3));
        assert_eq!(taken.reports.len(), 1);
        assert!(!inbox.is_pressing() && inbox.take_leaving().is_empty());
    }
}
