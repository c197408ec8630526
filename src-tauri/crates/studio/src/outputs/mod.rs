//! Where the encoded stream goes: the list of those who take it, and what they all together want of the encoders.
//!
//! An encoder's thread hands each frame to [`Outputs::take`], which hands it to one output after another by reference, the
//! viewers' first. An output never blocks: one that may (a disk, another machine) stands behind a [`SlowOutput`], with a ring
//! and a thread of its own. Outputs come and go while the broadcast runs.

mod ring;
mod slow;
mod viewers;
mod wishes;

pub use ring::{Delivery, Dropped};
pub use slow::SlowOutput;
pub(crate) use viewers::ToViewers;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use stream::{AudioFrame, Frame, Rid, VideoCodec, VideoFrame};
use wishes::Wishes;

/// Somebody who takes the encoded stream. All are called on the encoders' threads and must not block, or everybody waits.
pub trait Output: Send + Sync {
    /// Takes a picture of one layer. What is kept of it is a clone, which shares the bytes.
    fn video(&self, frame: &VideoFrame) -> Taken;
    /// Takes a packet of sound.
    fn audio(&self, frame: &AudioFrame);
    /// The broadcast is over, or the program ends: what comes next belongs to another broadcast and begins with a keyframe.
    fn ended(&self);
}

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is taken, or there is no use for it, or no room.
    Yes,
    /// There would be room for it, but pictures before it are missing: the output needs a keyframe of this layer.
    NeedsKeyframe,
}

/// Names an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutputId(u64);

/// The outputs of the stream.
pub struct Outputs {
    list: Mutex<List>,
    wishes: Mutex<Wishes>,
    ask: Box<dyn Fn(VideoCodec, Rid) + Send + Sync>,
}

struct List {
    next: u64,
    /// Replaced as a whole when somebody comes or goes, so that a frame takes a reference and holds no lock.
    outputs: Arc<[(OutputId, Arc<dyn Output>)]>,
}

impl Outputs {
    /// No outputs yet. `ask` asks the encoder for a keyframe, at most once a second for each codec and layer; it is called on
    /// any thread and must not block.
    pub(crate) fn new(ask: impl Fn(VideoCodec, Rid) + Send + Sync + 'static) -> Outputs {
        Outputs {
            list: Mutex::new(List { next: 0, outputs: Arc::new([]) }),
            wishes: Mutex::default(),
            ask: Box::new(ask),
        }
    }

    /// Gives the stream to one more from now on. It is called behind those that are there.
    pub fn add(&self, output: Arc<dyn Output>) -> OutputId {
        let mut list = lock(&self.list);
        let id = OutputId(list.next);
        list.next += 1;
        list.outputs = list.outputs.iter().cloned().chain([(id, output)]).collect();
        id
    }

    /// Gives it nothing more. A frame that is being handed on may still reach it.
    pub fn remove(&self, id: OutputId) {
        let before = {
            let mut list = lock(&self.list);
            let after = list.outputs.iter().filter(|(of, _)| *of != id).cloned().collect();
            std::mem::replace(&mut list.outputs, after)
        };
        // What goes with an output goes after the lock.
        drop(before);
    }

    /// The program ends: all are told, and nobody is given anything any more.
    pub(crate) fn close(&self) {
        let before = std::mem::replace(&mut lock(&self.list).outputs, Arc::new([]));
        before.iter().for_each(|(_, output)| output.ended());
    }

    /// Hands a frame to all.
    pub(crate) fn take(&self, frame: &Frame) {
        let outputs = lock(&self.list).outputs.clone();
        self.hand_on(frame, &outputs);
    }

    /// Hands a frame of a rehearsal to the viewers, and to nobody else: what is recorded and handed on is what is live.
    pub(crate) fn rehearse(&self, frame: &Frame) {
        let outputs = lock(&self.list).outputs.clone();
        self.hand_on(frame, viewers_of(&outputs));
    }

    fn hand_on(&self, frame: &Frame, outputs: &[(OutputId, Arc<dyn Output>)]) {
        match frame {
            Frame::Audio(frame) => outputs.iter().for_each(|(_, output)| output.audio(frame)),
            Frame::Video(frame) => {
                let mut wanted = false;
                for (_, output) in outputs {
                    wanted |= output.video(frame) == Taken::NeedsKeyframe;
                }
                let ask = lock(&self.wishes).picture(frame.codec, frame.rid, frame.keyframe, wanted, Instant::now());
                if ask {
                    (self.ask)(frame.codec, frame.rid);
                }
            }
        }
    }

    /// Tells all that the broadcast is over.
    pub(crate) fn ended(&self) {
        let outputs = lock(&self.list).outputs.clone();
        outputs.iter().for_each(|(_, output)| output.ended());
    }

    /// Tells those whom a rehearsal was handed to that it is over.
    pub(crate) fn rehearsed(&self) {
        let outputs = lock(&self.list).outputs.clone();
        viewers_of(&outputs).iter().for_each(|(_, output)| output.ended());
    }

    /// An output needs a keyframe. Where one was asked for within the last second this waits, and is asked for then if none
    /// came in the meantime.
    pub(crate) fn wish(&self, codec: VideoCodec, rid: Rid, now: Instant) {
        let ask = lock(&self.wishes).wish(codec, rid, now);
        if ask {
            (self.ask)(codec, rid);
        }
    }
}

impl fmt::Debug for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<OutputId> = lock(&self.list).outputs.iter().map(|(id, _)| *id).collect();
        f.debug_struct("Outputs").field("ids", &ids).finish_non_exhaustive()
    }
}

/// The viewers are the first output.
fn viewers_of(outputs: &[(OutputId, Arc<dyn Output>)]) -> &[(OutputId, Arc<dyn Output>)] {
    outputs.get(..1).unwrap_or_default()
}

/// What is behind these locks is changed by single steps, so that a panic elsewhere left it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
