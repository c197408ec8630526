//! Events for the forwarder's owner, and what all threads share: the viewers' sessions, counters, and keyframe requests.

use crate::event::Event;
use crate::media::egress::LayerBits;
use crate::threads::totals::Counters;
use protocol::ViewerId;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use stream::{CODECS, Rid, VideoCodec, layer_index};

/// At most one keyframe of one layer is asked for in this time, whatever the viewers send.
pub(crate) const KEYFRAME_INTERVAL: Duration = Duration::from_secs(1);

/// Shared by the handle and all threads. Its locks are held for a few instructions, and never while calling out.
pub(crate) struct Announcer {
    events: Box<dyn Fn(Event) + Send + Sync>,
    pub(crate) counters: Counters,
    viewers: Mutex<HashMap<ViewerId, Session>>,
    keyframes: Mutex<HashMap<(VideoCodec, Rid), Instant>>,
    watched: Mutex<Watched>,
}

/// What a PATCH needs to know.
pub(crate) struct Session {
    /// The viewer's ICE user name fragment: another one in a fragment is a restart.
    pub(crate) remote_ufrag: String,
}

/// Which layers on demand are watched.
struct Watched {
    /// The layers that each shard's viewers watch.
    by_shard: Vec<LayerBits>,
    /// The layers of the last events.
    announced: LayerBits,
}

impl Announcer {
    pub(crate) fn new(events: impl Fn(Event) + Send + Sync + 'static, shards: usize) -> Announcer {
        Announcer {
            events: Box::new(events),
            counters: Counters::default(),
            viewers: Mutex::default(),
            keyframes: Mutex::default(),
            watched: Mutex::new(Watched { by_shard: vec![0; shards], announced: 0 }),
        }
    }

    /// Adds a viewer. False if it is there already.
    pub(crate) fn enter(&self, viewer: ViewerId, session: Session) -> bool {
        let mut viewers = lock(&self.viewers);
        let new = !viewers.contains_key(&viewer);
        if new {
            viewers.insert(viewer, session);
            self.counters.viewers.set(viewers.len() as u64);
        }
        new
    }

    /// Removes a viewer, without an event. False if it was not there.
    pub(crate) fn leave(&self, viewer: ViewerId) -> bool {
        let mut viewers = lock(&self.viewers);
        let there = viewers.remove(&viewer).is_some();
        self.counters.viewers.set(viewers.len() as u64);
        there
    }

    /// Calls `f` with a viewer's session, if it is there.
    pub(crate) fn with<T>(&self, viewer: ViewerId, f: impl FnOnce(&mut Session) -> T) -> Option<T> {
        lock(&self.viewers).get_mut(&viewer).map(f)
    }

    pub(crate) fn checked(&self, viewer: ViewerId) {
        if self.with(viewer, |_| ()).is_some() {
            (self.events)(Event::Checked(viewer));
        }
    }

    pub(crate) fn connected(&self, viewer: ViewerId) {
        if self.with(viewer, |_| ()).is_some() {
            (self.events)(Event::Connected(viewer));
        }
    }

    pub(crate) fn gone(&self, viewer: ViewerId, why: crate::event::Gone) {
        if self.leave(viewer) {
            (self.events)(Event::Gone(viewer, why));
        }
    }

    /// Asks for a keyframe. If one was asked for just now, the error is when to ask again.
    pub(crate) fn keyframe(&self, codec: VideoCodec, rid: Rid, now: Instant) -> Result<(), Instant> {
        {
            let mut asked = lock(&self.keyframes);
            if let Some(last) = asked.get(&(codec, rid))
                && now < *last + KEYFRAME_INTERVAL
            {
                return Err(*last + KEYFRAME_INTERVAL);
            }
            asked.insert((codec, rid), now);
        }
        (self.events)(Event::KeyframeWanted { codec, rid });
        Ok(())
    }

    /// One shard's viewers watch these layers of codecs on demand.
    pub(crate) fn watched(&self, shard: usize, layers: LayerBits) {
        let (before, after) = {
            let mut watched = lock(&self.watched);
            watched.by_shard[shard] = layers;
            let all = watched.by_shard.iter().fold(0, |all, one| all | one);
            (std::mem::replace(&mut watched.announced, all), all)
        };
        for codec in CODECS.map(|spec| spec.codec) {
            let of =
                |layers: LayerBits| Rid::ALL.into_iter().filter(move |rid| layers >> layer_index(codec, *rid) & 1 != 0);
            if !of(before).eq(of(after)) {
                (self.events)(Event::LayersWanted { codec, rids: of(after).collect() });
            }
        }
    }
}

/// Locks a mutex, even if a thread panicked while it held it: the maps are changed by single calls, so they are consistent.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Gone;
    use std::sync::{Arc, mpsc};

    fn announcer() -> (Arc<Announcer>, mpsc::Receiver<Event>) {
        let (sender, events) = mpsc::channel();
        (Arc::new(Announcer::new(move |event| sender.send(event).expect("the test listens"), 2)), events)
    }

    #[test]
    fn a_viewer_that_left_causes_no_event() {
        let (announcer, events) = announcer();
        let session = || Session { remote_ufrag: "u".into() };
        assert!(announcer.enter(ViewerId(1), session()));
        assert!(!announcer.enter(ViewerId(1), session()), "an id is used once");
        announcer.connected(ViewerId(1));
        assert!(announcer.leave(ViewerId(1)));
        announcer.connected(ViewerId(1));
        announcer.gone(ViewerId(1), Gone::Closed);
        assert_eq!(events.try_iter().collect::<Vec<_>>(), [Event::Connected(ViewerId(1))]);
    }

    #[test]
    fn a_keyframe_is_asked_for_once_a_second_for_each_layer() {
        let (announcer, events) = announcer();
        let now = Instant::now();
        assert_eq!(announcer.keyframe(VideoCodec::H264, Rid::F, now), Ok(()));
        assert_eq!(announcer.keyframe(VideoCodec::H264, Rid::F, now), Err(now + KEYFRAME_INTERVAL));
        assert_eq!(announcer.keyframe(VideoCodec::H264, Rid::H, now), Ok(()));
        assert_eq!(announcer.keyframe(VideoCodec::H264, Rid::F, now + KEYFRAME_INTERVAL), Ok(()));
        assert_eq!(events.try_iter().count(), 3);
    }

    #[test]
    fn watched_layers_are_announced_when_the_union_of_all_shards_changes() {
        let (announcer, events) = announcer();
        let first = layer_index(VideoCodec::Vp8, Rid::Q);
        for (shard, layers) in [(0, 0b100), (1, 0b100), (1, 0b110), (0, 0), (1, 0)] {
            announcer.watched(shard, layers << first);
        }
        let rids: Vec<Vec<Rid>> = events
            .try_iter()
            .map(|event| match event {
                Event::LayersWanted { codec: VideoCodec::Vp8, rids } => rids,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(rids, [vec![Rid::F], vec![Rid::H, Rid::F], vec![]]);
    }
}
