//! The inbox of a shard: the only way in which other threads reach it.

use crate::connection::negotiated::Negotiated;
use crate::event::Gone;
use crate::media::egress::{LayerBits, SOUND};
use crossbeam_channel::Sender;
use port::Path;
use protocol::{ViewerId, ViewerStats};
use rtp::packetise::{Picture, Sound};
use rtp::rtcp::{Message, Packet, packets};
use rtp::srtp::Sealer;
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
    Reports(Reports),
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
    /// The handshake's round trip, once it is done.
    pub(crate) round_trip: Option<Duration>,
}

/// A batch of decrypted RTCP of many viewers. A thousand viewers send twenty thousand datagrams of feedback a second, and a lock
/// and an allocation for each would cost more than reading them.
///
/// Each compound is parsed once, here: where its packets are is kept beside the bytes, and the shard reads the contents of a packet
/// when it acts on it.
#[derive(Default)]
pub(crate) struct Reports {
    bytes: Vec<u8>,
    /// The packets of all compounds that concern a sender.
    packets: Vec<Packet>,
    list: Vec<Report>,
    urgent: bool,
}

struct Report {
    viewer: ViewerId,
    arrived: Instant,
    /// The end of its part in `bytes` and in `packets`.
    bytes_end: usize,
    packets_end: usize,
    /// It asks for packets, so it wakes the shard.
    urgent: bool,
}

/// One compound packet of [`Reports`].
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    packets: &'a [Packet],
    pub(super) arrived: Instant,
}

impl<'a> Compound<'a> {
    pub(super) fn messages(&self) -> impl Iterator<Item = Message<'a>> + use<'a> {
        let bytes = self.bytes;
        self.packets.iter().map(move |packet| packet.message(bytes))
    }
}

impl Reports {
    /// Adds a compound packet. True if it has a BYE.
    pub(crate) fn push(&mut self, viewer: ViewerId, plain: &[u8], arrived: Instant) -> bool {
        let (mut urgent, mut bye) = (false, false);
        for packet in packets(plain).filter(|packet| packet.concerns_sender()) {
            urgent |= packet.asks();
            bye |= packet.is_bye();
            self.packets.push(packet);
        }
        self.bytes.extend_from_slice(plain);
        let (bytes_end, packets_end) = (self.bytes.len(), self.packets.len());
        self.list.push(Report { viewer, arrived, bytes_end, packets_end, urgent });
        self.urgent |= urgent;
        bye
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The viewer that sent the n-th.
    pub(super) fn viewer(&self, n: usize) -> ViewerId {
        self.list[n].viewer
    }

    /// Whether the n-th asks for packets.
    pub(super) fn is_urgent(&self, n: usize) -> bool {
        self.list[n].urgent
    }

    /// The n-th compound packet.
    pub(super) fn compound(&self, n: usize) -> Compound<'_> {
        let before = n.checked_sub(1).map_or((0, 0), |n| (self.list[n].bytes_end, self.list[n].packets_end));
        let report = &self.list[n];
        Compound {
            bytes: &self.bytes[before.0..report.bytes_end],
            packets: &self.packets[before.1..report.packets_end],
            arrived: report.arrived,
        }
    }

    /// Takes all, and keeps room for as many.
    pub(crate) fn take(&mut self) -> Reports {
        let empty = Reports {
            bytes: Vec::with_capacity(self.bytes.len()),
            packets: Vec::with_capacity(self.packets.len()),
            list: Vec::with_capacity(self.list.len()),
            urgent: false,
        };
        std::mem::replace(self, empty)
    }
}

/// Where the other threads put what a shard has to do. Media and reports are bounded by constants. Inputs about joining and
/// leaving must not be lost, and are bounded by the number of viewers.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    woken: Condvar,
}

#[derive(Default)]
struct Waiting {
    inputs: Vec<Input>,
    /// New paths of viewers, taken after the inputs. Only the last one of each viewer is kept, as every STUN check may change it.
    paths: Vec<(ViewerId, Path)>,
    /// The layers that viewers of this shard wait for, and [`SOUND`]. Pictures of other layers are only needed for the history, so
    /// they do not wake the shard.
    interest: LayerBits,
    media: usize,
    reports: usize,
    urgent: bool,
}

/// Three layers of 60 pictures a second and 100 sounds a second, for about twice the time after which they are too late.
pub(super) const MAX_MEDIA: usize = 128;
/// The reports of a thousand viewers in one second.
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
            let urgent = reports.urgent;
            self.put(waiting, Input::Reports(reports), urgent);
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

    pub(crate) fn remove(&self, viewer: ViewerId, farewell: Vec<Vec<u8>>, why: Option<Gone>) {
        self.put(self.lock(), Input::Remove(viewer, farewell, why), true);
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
            self.wake(waiting);
        }
    }

    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>) {
        if !waiting.urgent {
            waiting.urgent = true;
            drop(waiting);
            self.woken.notify_one();
        }
    }

    /// Waits for an urgent input or until `until`, and moves all inputs into `inputs`, which must be empty.
    pub(super) fn take(&self, inputs: &mut Vec<Input>, until: Option<Instant>) {
        let mut waiting = self.lock();
        while !waiting.urgent {
            waiting = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.woken.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(left) => self.woken.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        std::mem::swap(&mut waiting.inputs, inputs);
        inputs.extend(waiting.paths.drain(..).map(|(viewer, path)| Input::Path(viewer, path)));
        (waiting.media, waiting.reports, waiting.urgent) = (0, 0, false);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rtcp_that_is_acted_on_wakes_a_shard() {
        let asks_for_something = |compound: &[u8]| {
            let mut reports = Reports::default();
            reports.push(ViewerId(1), compound, Instant::now());
            reports.is_urgent(0) && reports.urgent
        };
        let report = [0x80, 201, 0, 1, 0, 0, 0, 1];
        let feedback =
            |first: u8, kind: u8| [&report[..], &[0x80 | first, kind, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]].concat();
        assert!(!asks_for_something(&report));
        assert!(!asks_for_something(&feedback(15, 205)), "transport-wide feedback");
        assert!(!asks_for_something(&feedback(15, 206)), "REMB");
        assert!(asks_for_something(&feedback(1, 205)), "NACK");
        assert!(asks_for_something(&feedback(1, 206)), "PLI");
        assert!(asks_for_something(&feedback(4, 206)), "FIR");
        assert!(asks_for_something(&[report, [0x81, 203, 0, 1, 0, 0, 0, 1]].concat()), "BYE");
    }

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
        let mut inputs = Vec::new();
        inbox.take(&mut inputs, None);
        assert_eq!(inputs.len(), taken + 5);
        assert!(inbox.reports(reports(1)), "there is room again");
    }

    #[test]
    fn inputs_that_are_not_urgent_are_taken_at_the_next_timeout() {
        let inbox = Inbox::default();
        inbox.reports(reports(1));
        let mut inputs = Vec::new();
        inbox.take(&mut inputs, Some(Instant::now()));
        assert_eq!(inputs.len(), 1);
    }

    #[test]
    fn unwatched_pictures_are_taken_before_the_inbox_is_full() {
        let (inbox, now) = (Inbox::default(), Instant::now());
        let clock = stream::Clock::new(now, std::time::SystemTime::UNIX_EPOCH);
        let mut packetiser = rtp::packetise::Packetiser::new(clock);
        let mut inputs = Vec::new();
        for _ in 0..MAX_MEDIA / 2 {
            let picture = packetiser.video(&stream::VideoFrame {
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
            });
            assert!(!inbox.lock().urgent);
            assert!(inbox.picture(picture, now));
        }
        inbox.take(&mut inputs, None);
        assert_eq!(inputs.len(), MAX_MEDIA / 2);
        assert!(inputs.iter().all(|input| matches!(input, Input::Picture(_, None))), "none of them can be late");
    }

    #[test]
    fn only_the_last_path_of_a_viewer_is_kept() {
        let inbox = Inbox::default();
        let path = |port| Path::udp(([127, 0, 0, 1], port).into(), None);
        (1..1000).for_each(|port| inbox.path(ViewerId(1), path(port)));
        inbox.path(ViewerId(2), path(7));
        inbox.end_stream();
        let mut inputs = Vec::new();
        inbox.take(&mut inputs, None);
        let expected = |input: &Input, viewer, port| matches!(input, Input::Path(v, p) if *v == ViewerId(viewer) && *p == path(port));
        assert!(matches!(inputs[0], Input::EndStream) && expected(&inputs[1], 1, 999) && expected(&inputs[2], 2, 7));
        assert_eq!(inputs.len(), 3);
    }

    #[test]
    fn reports_keep_their_order_and_their_viewers() {
        let mut reports = Reports::default();
        let now = Instant::now();
        // A source description (SDES) does not concern a sender.
        let described_and_lost = [0x80, 202, 0, 0, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9];
        let lost = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0x81, 203, 0, 1, 0, 0, 0, 1];
        assert!(!reports.push(ViewerId(7), &described_and_lost, now));
        assert!(!reports.push(ViewerId(8), &[], now));
        assert!(reports.push(ViewerId(7), &lost, now), "it has a BYE");
        assert!(!reports.push(ViewerId(9), &[3], now));
        let taken = reports.take();
        assert!(reports.is_empty());
        let all: Vec<_> = (0..taken.len())
            .map(|n| (taken.viewer(n), taken.compound(n).arrived, taken.compound(n).messages().collect::<Vec<_>>()))
            .collect();
        let expected = [7, 8, 7, 9].map(ViewerId);
        assert_eq!(all.iter().map(|(viewer, ..)| *viewer).collect::<Vec<_>>(), expected);
        assert!(all.iter().all(|(_, arrived, _)| *arrived == now));
        assert!(matches!(all[0].2[..], [Message::Pli { ssrc: 9 }]), "{:?}", all[0]);
        assert!(all[1].2.is_empty());
        assert!(matches!(all[2].2[..], [Message::Pli { ssrc: 8 }, Message::Bye]), "{:?}", all[2]);
        assert!(matches!(all[3].2[..], [Message::Malformed]), "{:?}", all[3]);
    }
}
