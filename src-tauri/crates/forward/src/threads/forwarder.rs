//! The handle on the threads: what may be asked of them, and how frames come in.

use crate::connection::answer::{Local, answer_with_room, restart_answer};
use crate::connection::dtls::Server;
use crate::connection::transport::Timeouts;
use crate::threads::announce::{Announcer, Session};
use crate::threads::receive::{Command, Commands, Join, Viewers};
use crate::threads::shard::{Inbox, Shard};
use crate::threads::totals::micros_since;
use crate::{Answered, Config, Event, NoViewer, OfferError, Totals};
use port::{Credentials, IceSession, Port};
use protocol::{ViewerId, ViewerStats};
use rtp::packetise::Packetiser;
use sdp::{Fragment, Offer, Transport};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use stream::{AudioFrame, H264Level, Rid, VideoCodec, VideoFrame};

/// One stream, forwarded to many. A handle: when the last clone is dropped all viewers are told goodbye and the sending threads
/// end, and the port is closed unless others hold it.
#[derive(Clone)]
pub struct Forwarder {
    inner: Arc<Inner>,
}

struct Inner {
    server: Arc<Server>,
    candidates: Mutex<Vec<SocketAddr>>,
    codecs: Vec<VideoCodec>,
    level: Mutex<H264Level>,
    cname: String,
    /// Packetises all pictures.
    pictures: Mutex<Packetiser>,
    /// And all sounds, apart: they are of real time, and would wait for an encoder's thread that others keep from a core while it hands a
    /// picture on.
    sounds: Mutex<Packetiser>,
    shards: Vec<Arc<Inbox>>,
    commands: Arc<Commands>,
    port: Port,
    announcer: Arc<Announcer>,
    threads: Vec<JoinHandle<()>>,
}

/// How long [`Forwarder::stats`] waits for a sending thread.
const STATS_PATIENCE: Duration = Duration::from_millis(250);

impl Forwarder {
    /// Starts the threads that send through `port`. What comes for the viewers is read once the port is started with [`Viewers`]
    /// among its owners; until then nobody who joins is connected. `events` is called from the threads, the port's among them.
    pub fn start(
        config: Config,
        port: &Port,
        events: impl Fn(Event) + Send + Sync + 'static,
    ) -> io::Result<(Forwarder, Viewers)> {
        let now = Instant::now();
        let clock = config.clock;
        let socket = port.socket();
        let server = Arc::new(Server::new()?);
        let count = config.shards.unwrap_or_else(default_shards).max(1);
        let announcer = Arc::new(Announcer::new(events, count));
        let shards: Vec<Arc<Inbox>> = (0..count).map(|_| Arc::default()).collect();
        let commands = Arc::<Commands>::default();

        let timeouts = Timeouts { join: config.join_timeout, consent: config.consent_timeout };
        // Dropped if a thread cannot be started, it ends those there are.
        let viewers = Viewers::new(
            commands.clone(),
            server.clone(),
            timeouts,
            config.handshakes_of_one_address,
            shards.clone(),
            socket.clone(),
            announcer.clone(),
        );
        let mut threads = Vec::new();
        for (number, inbox) in shards.iter().enumerate() {
            let shard = Shard::new(number, inbox.clone(), socket.clone(), announcer.clone(), clock, now);
            threads.push(::threads::vital(&format!("send-{number}"), move || shard.run())?);
        }
        let inner = Inner {
            server,
            candidates: Mutex::new(config.candidates),
            codecs: config.codecs,
            level: Mutex::new(config.level),
            cname: format!("{:016x}", rand::random::<u64>()),
            pictures: Mutex::new(Packetiser::new(clock)),
            sounds: Mutex::new(Packetiser::new(clock)),
            shards,
            commands,
            port: port.clone(),
            announcer,
            threads,
        };
        Ok((Forwarder { inner: Arc::new(inner) }, viewers))
    }

    /// Answers an offer, with a codec that may be encoded now. No layer above `max` is sent. No media is sent before ICE and DTLS
    /// are done. Waits for no thread, and takes no longer for the worst offer than for a few of a browser's.
    pub fn join(
        &self,
        viewer: ViewerId,
        offer: &Offer,
        max: Rid,
        may_encode: impl Fn(VideoCodec) -> bool,
    ) -> Result<Answered, OfferError> {
        let at = Instant::now();
        let ice = Credentials::random();
        let candidates = lock(&self.inner.candidates).clone();
        let mut codecs = self.inner.codecs.clone();
        codecs.retain(|codec| may_encode(*codec));
        let local = Local {
            ice: &ice,
            fingerprint: self.inner.server.fingerprint(),
            candidates: &candidates,
            ssrcs: different_ssrcs(),
            cname: &self.inner.cname,
            session: rand::random::<u64>() >> 1,
            codecs: &codecs,
            level: *lock(&self.inner.level),
        };
        let (joined, negotiated, theirs) = answer_with_room(offer, &local, &self.inner.codecs)?;
        if !self.inner.announcer.enter(viewer, Session { remote_ufrag: theirs.ice_ufrag.clone() }) {
            return Err(OfferError::Duplicate);
        }
        let Transport { fingerprint, ice_ufrag, ice_pwd } = theirs;
        let ice = IceSession { ours: ice, theirs: Credentials { ufrag: ice_ufrag, pwd: ice_pwd } };
        if !self.inner.commands.join(Box::new(Join { viewer, ice, fingerprint, negotiated, max, at })) {
            self.inner.announcer.leave(viewer);
            return Err(OfferError::Overloaded);
        }
        self.inner.announcer.counters.joins.one();
        self.inner.port.wake();
        Ok(joined)
    }

    /// Takes a trickle fragment. An ICE restart (a new ufrag) gives the fragment to answer with; anything else gives none,
    /// as an ICE-lite agent has no use for the other side's candidates.
    pub fn patch(&self, viewer: ViewerId, fragment: &Fragment) -> Result<Option<String>, NoViewer> {
        let restart = self
            .inner
            .announcer
            .with(viewer, |session| match &fragment.ice {
                Some((ufrag, pwd)) if *ufrag != session.remote_ufrag => {
                    session.remote_ufrag = ufrag.clone();
                    Some(Credentials { ufrag: ufrag.clone(), pwd: pwd.clone() })
                }
                _ => None,
            })
            .ok_or(NoViewer)?;
        let Some(theirs) = restart else { return Ok(None) };
        let ours = Credentials::random();
        let answer = restart_answer(fragment, &ours, &lock(&self.inner.candidates));
        self.inner.command(Command::Restart(viewer, IceSession { ours, theirs }));
        Ok(Some(answer))
    }

    /// Sends BYE and close_notify, and frees all that was held for the viewer. There is no event.
    pub fn close(&self, viewer: ViewerId) {
        if self.inner.announcer.leave(viewer) {
            self.inner.command(Command::Close(viewer));
        }
    }

    /// Sends a viewer no layer above this from now on.
    pub fn cap(&self, viewer: ViewerId, max: Rid) {
        self.inner.command(Command::Cap(viewer, max));
    }

    /// Has a viewer hold this layer from now on, or none: it is sent no larger one, and a smaller one only where the path does not carry
    /// its base pictures.
    pub fn hold(&self, viewer: ViewerId, held: Option<Rid>) {
        self.inner.command(Command::Hold(viewer, held));
    }

    /// Takes an encoded picture of one layer. It never blocks: what a sending thread has no room for is dropped and counted.
    pub fn video(&self, frame: &VideoFrame) {
        // The lock is held, so that all shards get the pictures in order.
        let mut packetiser = lock(&self.inner.pictures);
        let now = Instant::now();
        if frame.rid == Rid::F {
            self.inner.announcer.counters.pictures_encoded.one();
            self.inner.announcer.counters.pictures_encoded_age_us.add(micros_since(frame.captured, now));
        }
        let picture = packetiser.video(frame);
        for shard in &self.inner.shards {
            if !shard.picture(picture.clone(), now) {
                self.inner.announcer.counters.dropped_late.one();
            }
        }
    }

    /// Takes a packet of sound. It never blocks, like [`Forwarder::video`].
    pub fn audio(&self, frame: &AudioFrame) {
        let mut packetiser = lock(&self.inner.sounds);
        let sound = packetiser.sound(frame);
        let now = Instant::now();
        for shard in &self.inner.shards {
            if !shard.sound(sound.clone(), now) {
                self.inner.announcer.counters.dropped_late.one();
            }
        }
    }

    /// Clears the history at the end of a broadcast, so that viewers of the next one are not shown the end of this one.
    pub fn end_stream(&self) {
        for shard in &self.inner.shards {
            shard.end_stream();
        }
    }

    /// Replaces the addresses that answers list from now on.
    pub fn set_candidates(&self, candidates: Vec<SocketAddr>) {
        *lock(&self.inner.candidates) = candidates;
    }

    /// Replaces the level of H.264 that answers say from now on. Who has an answer already is sent what there is: no browser holds
    /// a sender to it.
    pub fn set_level(&self, level: H264Level) {
        *lock(&self.inner.level) = level;
    }

    /// The statistics of each connected viewer. It waits for the sending threads, for a quarter of a second at most.
    pub fn stats(&self) -> Vec<(ViewerId, ViewerStats)> {
        let (reply, replies) = crossbeam_channel::bounded(self.inner.shards.len());
        for shard in &self.inner.shards {
            shard.stats(reply.clone());
        }
        drop(reply);
        let until = Instant::now() + STATS_PATIENCE;
        std::iter::from_fn(|| replies.recv_deadline(until).ok()).flatten().collect()
    }

    /// The counters, and the port's.
    pub fn totals(&self) -> Totals {
        self.inner.announcer.counters.totals().with_port(self.inner.port.totals())
    }
}

impl Inner {
    /// Never waits, whatever the receiving thread does.
    fn command(&self, command: Command) {
        self.commands.give(command);
        self.port.wake();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.command(Command::Stop);
        // The last handle may have been dropped by an event, on the port's thread, which has yet to take the command, or on one of
        // the threads themselves.
        if self.port.is_this_thread() {
            return;
        }
        for thread in self.threads.drain(..) {
            if thread.thread().id() != thread::current().id() {
                // A panic there was told where it happened.
                drop(thread.join());
            }
        }
    }
}

/// One core is left for the encoder.
fn default_shards() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get() - 1)
}

fn different_ssrcs() -> [u32; 3] {
    loop {
        let ssrcs: [u32; 3] = rand::random();
        if ssrcs[0] != ssrcs[1] && ssrcs[0] != ssrcs[2] && ssrcs[1] != ssrcs[2] {
            return ssrcs;
        }
    }
}

/// Locks a mutex, even if a thread panicked while it held it: what is behind these locks is changed by single calls, so it is
/// consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
