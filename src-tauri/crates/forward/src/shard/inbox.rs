use crate::event::Gone;
use crate::negotiated::Negotiated;
use crate::packetise::{Picture, Sound};
use crate::socket::Path;
use crate::srtp::Sealer;
use crossbeam_channel::Sender;
use protocol::{Rid, ViewerId, ViewerStats};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// All that can wake a shard.
pub(super) enum Input {
    /// With when it was put here.
    Picture(Arc<Picture>, Instant),
    Sound(Arc<Sound>, Instant),
    EndStream,
    Add(Box<(Joining, Sealer, Path)>),
    Path(ViewerId, Path),
    Cap(ViewerId, Rid),
    /// With when it came.
    Rtcp(ViewerId, Vec<u8>, Instant),
    /// With the last words on DTLS, and the event to follow.
    Remove(ViewerId, Vec<Vec<u8>>, Option<Gone>),
    Stats(Sender<Vec<(ViewerId, ViewerStats)>>),
    Stop,
}

/// A viewer that is about to be connected.
pub(crate) struct Joining {
    pub(crate) viewer: ViewerId,
    pub(crate) negotiated: Negotiated,
    pub(crate) max: Rid,
}

/// Where the other threads put what a shard has to do. Media and reports are bounded; what a viewer's coming and going
/// causes is bounded by the viewers there are, and must not be lost.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    woken: Condvar,
}

#[derive(Default)]
struct Waiting {
    inputs: Vec<Input>,
    media: usize,
    reports: usize,
    urgent: bool,
}

/// Three layers of pictures at 60 a second and 100 sounds, for twice the 250 ms after which they are left out.
pub(super) const MAX_MEDIA: usize = 128;
/// A thousand viewers' reports of a second.
const MAX_REPORTS: usize = 20_000;

impl Inbox {
    /// False: the shard is so far behind that the picture is not even kept.
    pub(crate) fn picture(&self, picture: Arc<Picture>, now: Instant) -> bool {
        self.media(Input::Picture(picture, now))
    }

    /// As [`Inbox::picture`].
    pub(crate) fn sound(&self, sound: Arc<Sound>, now: Instant) -> bool {
        self.media(Input::Sound(sound, now))
    }

    fn media(&self, input: Input) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.media < MAX_MEDIA;
        if fits {
            waiting.media += 1;
            self.put(waiting, input, true);
        }
        fits
    }

    /// Takes opened RTCP; false if there is too much of it. Reports that only inform, which come many times a second from
    /// each viewer, do not wake the shard: the next picture does, and until then nothing depends on them.
    pub(crate) fn rtcp(&self, viewer: ViewerId, plain: Vec<u8>, arrived: Instant) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.reports < MAX_REPORTS;
        if fits {
            waiting.reports += 1;
            let urgent = asks_for_something(&plain);
            self.put(waiting, Input::Rtcp(viewer, plain, arrived), urgent);
        }
        fits
    }

    pub(crate) fn add(&self, joining: Joining, sealer: Sealer, path: Path) {
        self.put(self.lock(), Input::Add(Box::new((joining, sealer, path))), true);
    }

    pub(crate) fn path(&self, viewer: ViewerId, path: Path) {
        self.put(self.lock(), Input::Path(viewer, path), true);
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
        if urgent && !waiting.urgent {
            waiting.urgent = true;
            drop(waiting);
            self.woken.notify_one();
        }
    }

    /// Waits for something urgent or for `until`, and takes all there is into `inputs`, which is empty.
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
        (waiting.media, waiting.reports, waiting.urgent) = (0, 0, false);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Is there anything in a compound packet that is answered with packets: NACK, PLI, FIR, BYE? Receiver reports and
/// transport-wide feedback only inform.
fn asks_for_something(compound: &[u8]) -> bool {
    const BYE: u8 = 203;
    const TRANSPORT_FEEDBACK: u8 = 205;
    const PAYLOAD_FEEDBACK: u8 = 206;
    let mut rest = compound;
    while let [first, kind, high, low, ..] = *rest {
        let format = first & 0x1f;
        let asks = match kind {
            BYE => true,
            // 15 is transport-wide congestion control; NACK is 1.
            TRANSPORT_FEEDBACK => format != 15,
            // 15 is REMB; PLI is 1 and FIR 4.
            PAYLOAD_FEEDBACK => format != 15,
            _ => false,
        };
        if asks {
            return true;
        }
        let len = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
        rest = rest.get(len..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_answered_wakes_a_shard() {
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

    #[test]
    fn reports_and_media_are_bounded_and_a_removal_is_not() {
        let inbox = Inbox::default();
        let taken =
            (0..2 * MAX_REPORTS).filter(|_| inbox.rtcp(ViewerId(1), vec![0x80, 201, 0, 0], Instant::now())).count();
        assert_eq!(taken, MAX_REPORTS);
        for viewer in 0..5 {
            inbox.remove(ViewerId(viewer), Vec::new(), None);
        }
        let mut inputs = Vec::new();
        inbox.take(&mut inputs, None);
        assert_eq!(inputs.len(), MAX_REPORTS + 5);
        assert!(inbox.rtcp(ViewerId(1), Vec::new(), Instant::now()), "there is room again");
    }

    #[test]
    fn what_is_not_urgent_is_taken_when_something_is_due() {
        let inbox = Inbox::default();
        inbox.rtcp(ViewerId(1), vec![0x80, 201, 0, 0], Instant::now());
        let mut inputs = Vec::new();
        inbox.take(&mut inputs, Some(Instant::now()));
        assert_eq!(inputs.len(), 1);
    }
}
