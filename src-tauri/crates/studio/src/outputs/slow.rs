//! An output that may be slow (a disk, another machine): it takes its frames from a ring, on a thread of its own.

use super::ring::{Delivery, Dropped, Ring};
use super::{Output, Taken, lock};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::{fmt, io};
use stream::{AudioFrame, Rid, VideoCodec, VideoFrame};

/// Stands between the encoders and somebody who may block. Dropping it never waits: the thread takes what is left in the ring
/// and ends, whenever the taker lets it.
pub struct SlowOutput {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    ring: Ring,
    closed: bool,
}

impl SlowOutput {
    /// Starts the thread `name`, on which `taker` is called with each frame of these layers and of sound in its turn, and with
    /// the end of each broadcast behind its last frame, and may take its time. Where it takes too long frames are left out and
    /// counted, and each layer goes on at a keyframe. Should `taker` panic, it is called again, with what came after that.
    pub fn start(
        name: &str,
        layers: &[(VideoCodec, Rid)],
        mut taker: impl FnMut(&Delivery) + Send + 'static,
    ) -> io::Result<SlowOutput> {
        let state = State { ring: Ring::new(layers), closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let ring = shared.clone();
        threads::restarted(name, move || {
            while let Some(delivery) = ring.wait() {
                taker(&delivery);
                threads::fault();
            }
        })?;
        Ok(SlowOutput { shared })
    }

    /// What it was too slow for until now.
    pub fn dropped(&self) -> Dropped {
        lock(&self.shared.state).ring.dropped()
    }
}

impl Output for SlowOutput {
    fn video(&self, frame: &VideoFrame) -> Taken {
        let taken = lock(&self.shared.state).ring.video(frame);
        self.shared.changed.notify_one();
        taken
    }

    fn audio(&self, frame: &AudioFrame) {
        lock(&self.shared.state).ring.audio(frame);
        self.shared.changed.notify_one();
    }

    fn ended(&self) {
        lock(&self.shared.state).ring.ended();
        self.shared.changed.notify_one();
    }
}

impl Shared {
    /// What comes next; nothing once it is closed and nothing is left.
    fn wait(&self) -> Option<Delivery> {
        let mut state = lock(&self.state);
        loop {
            match state.ring.pop() {
                None if !state.closed => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                next => return next,
            }
        }
    }
}

impl Drop for SlowOutput {
    fn drop(&mut self) {
        lock(&self.shared.state).closed = true;
        self.shared.changed.notify_one();
    }
}

impl fmt::Debug for SlowOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlowOutput").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}
