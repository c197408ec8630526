//! One relay, from the first attempt to the end: carries out what its [`Life`] decides.

use crate::answer::{self, Taken, Unfit};
use crate::engine::{ByPeer, ByRtp, Engine, Heard};
use crate::http::{self, Way};
use crate::janus::{Janus, Mountpoint};
use crate::jitsi::Jitsi;
use crate::life::{Life, Step};
use crate::livekit::LiveKit;
use crate::mediasoup::Mediasoup;
use crate::peer::{self, Peer};
use crate::plain::{self, Plain};
use crate::target::Target;
use crate::told::{State, Told};
use crate::trouble::Trouble;
use crate::uplink::Uplink;
use crate::whip::Whip;
use crate::wish::Wish;
use protocol::RelayEngine;
use rtp::srtp::Profile;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use stream::{Clock, Rid, VideoCodec};
use threads::Died;
use tokio::sync::{Mutex, mpsc, watch};
use words::said;

/// How often an engine that is sent RTP is shown where we are, until it says that it has heard it.
const KNOCK: Duration = Duration::from_millis(100);

/// Nothing of that is heard for so long: a firewall keeps it back.
const UNHEARD: Duration = Duration::from_secs(5);

/// Whom a relay tells.
pub(crate) type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// What is wished about viewers; whoever runs the relay has it, also one that takes the place of one that panicked.
pub(crate) type Wishes = Arc<Mutex<mpsc::Receiver<Wish>>>;

/// Runs until it is stopped (nobody holds the other end of `stopped`), or given up.
pub(crate) async fn run(target: Target, clock: Clock, tell: Tell, mut stopped: watch::Receiver<()>, wishes: Wishes) {
    let mut wishes = wishes.lock().await;
    let mut life = Life::new(Instant::now());
    let mut way = None;
    while !life.is_over() {
        if life.poll() == Some(Step::Connect) {
            tell(Told::State(State::Connecting));
            attempt(&target, clock, &tell, &mut stopped, &mut wishes, &mut life, &mut way).await;
            continue;
        }
        tokio::select! {
            biased;
            _ = stopped.changed() => life.stop(),
            () = until(life.timeout()) => drop(life.time(Instant::now())),
        }
        if life.is_over() {
            tell(Told::State(State::Stopped));
        }
    }
}

/// An engine, and what media goes out by.
enum Made {
    ByPeer(Box<dyn ByPeer>, Peer),
    ByRtp(Box<dyn ByRtp>, Plain),
}

/// Waits until no media can flow any more. True: the engine ended it; false: nothing was heard of it.
type Over<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

impl Made {
    fn parts(&mut self) -> (&mut dyn Engine, Over<'_>) {
        match self {
            Made::ByPeer(engine, peer) => (engine.as_mut(), Box::pin(peer.over())),
            // The engine says so.
            Made::ByRtp(engine, _) => (engine.as_mut(), Box::pin(std::future::pending())),
        }
    }

    async fn end(&mut self) {
        match self {
            Made::ByPeer(engine, peer) => {
                peer.close().await;
                engine.end().await;
            }
            Made::ByRtp(engine, _) => engine.end().await,
        }
    }
}

/// How an attempt ended.
enum End {
    Stopped,
    Lost(Trouble),
}

/// One attempt, and the connection that comes of it, until that is over and leave is taken.
async fn attempt(
    target: &Target,
    clock: Clock,
    tell: &Tell,
    stopped: &mut watch::Receiver<()>,
    wishes: &mut mpsc::Receiver<Wish>,
    life: &mut Life,
    way: &mut Option<Way>,
) {
    let mut made: Option<Made> = None;
    let end = tokio::select! {
        biased;
        _ = stopped.changed() => End::Stopped,
        why = hold(target, clock, tell, wishes, life, way, &mut made) => End::Lost(why),
    };
    let words = match end {
        End::Stopped => {
            life.stop();
            None
        }
        End::Lost(why) if life.lost(&why, rand::random(), Instant::now()) => {
            Some(State::Waiting(said!("relay.again", why = why.said())))
        }
        End::Lost(why) => Some(State::Failed(said!("relay.over", why = why.said()))),
    };
    let over = words.is_none();
    words.into_iter().for_each(|state| tell(Told::State(state)));
    if let Some(mut made) = made {
        made.end().await;
    }
    if over {
        life.poll();
        tell(Told::State(State::Stopped));
    }
}

/// Connects and stays connected. What ended it; what is to be closed then is left in `made`.
async fn hold(
    target: &Target,
    clock: Clock,
    tell: &Tell,
    wishes: &mut mpsc::Receiver<Wish>,
    life: &mut Life,
    way: &mut Option<Way>,
    made: &mut Option<Made>,
) -> Trouble {
    let patience = life.timeout();
    let mut answered = false;
    let connected = tokio::select! {
        connected = connect(target, clock, tell, way, made, &mut answered) => connected,
        () = until(patience) => Err(if answered { no_path(target) } else { Trouble::Silent { host: target.host() } }),
    };
    let uplink = match connected {
        Ok(uplink) => uplink,
        Err(why) => return why,
    };
    let Some(made) = made else { return Trouble::Ours("there is no connection".into()) };
    let (engine, mut over) = made.parts();
    life.connected(Instant::now());
    let (codec, wanted) = uplink.wanted();
    let _flowing = Flowing(tell.clone());
    tell(Told::Up(Box::new(uplink)));
    // Those are of viewers of the connection before.
    while wishes.try_recv().is_ok() {}
    tell(Told::State(State::Running));
    loop {
        tokio::select! {
            biased;
            closed = &mut over => {
                let host = target.host();
                return if closed { Trouble::Ended { host } } else { Trouble::Lost { host } };
            }
            Some(wish) = wishes.recv() => engine.wished(wish),
            said = engine.said() => match said {
                Ok(Heard::Viewer(viewer, said)) => tell(Told::Viewer(viewer, said)),
                Ok(Heard::Wanted(rids)) => {
                    wanted.set(&rids).into_iter().for_each(|rid| tell(Told::Keyframe(codec, rid)));
                }
                Err(why) => return why,
            },
        }
    }
}

/// From nothing to media that can flow.
async fn connect(
    target: &Target,
    clock: Clock,
    tell: &Tell,
    way: &mut Option<Way>,
    made: &mut Option<Made>,
    answered: &mut bool,
) -> Result<Uplink, Trouble> {
    let address = http::addresses(&target.url).await?[0];
    let way = match way {
        Some(way) => way.clone(),
        None => way.insert(trust(target).await?).clone(),
    };
    let wish = Keyframes { tell: tell.clone(), codec: Arc::default() };
    let by_peer: Box<dyn ByPeer> = match target.engine {
        RelayEngine::Whip => Box::new(Whip::new(way, target)),
        RelayEngine::Janus => Box::new(Janus::new(way, target)),
        RelayEngine::Livekit => Box::new(LiveKit::new(way, target)),
        RelayEngine::Jitsi => Box::new(Jitsi::new(way, target)),
        RelayEngine::JanusRtp | RelayEngine::Mediasoup => {
            // The strongest that each of them knows.
            let (by_rtp, profile): (Box<dyn ByRtp>, Profile) = match target.engine {
                RelayEngine::JanusRtp => (Box::new(Mountpoint::new(way, target)), Profile::CmSha1),
                _ => (Box::new(Mediasoup::new(way, target)), Profile::Gcm256),
            };
            *made = Some(Made::ByRtp(by_rtp, Plain::new(profile, wish.clone().told())));
            let Some(Made::ByRtp(engine, plain)) = made else { unreachable!("it was put there") };
            return self::by_rtp(target, clock, &wish, engine.as_mut(), plain, answered).await;
        }
    };
    *made = Some(Made::ByPeer(by_peer, Peer::new(address.ip(), wish.clone().told()).await?));
    let Some(Made::ByPeer(engine, peer)) = made else { unreachable!("it was put there") };
    let theirs = engine.publish(peer.offer(), peer.ssrcs()).await?;
    let taken = answer::read(&theirs.answer).map_err(|unfit| match unfit {
        Unfit::Noise(why) => Trouble::Noise { host: target.host(), why: why.to_owned() },
        Unfit::NoPicture => Trouble::NoCodec { host: target.host(), offered: peer::for_people() },
    })?;
    *answered = true;
    wish.answered(&taken);
    let noise = |trouble: Trouble| Trouble::Noise { host: target.host(), why: trouble.to_string() };
    peer.answered(&theirs.answer, theirs.ice_servers).await.map_err(noise)?;
    let connected = peer.connected();
    tokio::pin!(connected);
    loop {
        tokio::select! {
            biased;
            well = &mut connected => {
                if well {
                    return peer.uplink(&taken, clock).await;
                }
                return Err(no_path(target));
            }
            ways = peer.found() => {
                let ways = ways.clone();
                // Told in vain where a way is found meanwhile.
                tokio::select! {
                    biased;
                    well = &mut connected => {
                        if well {
                            return peer.uplink(&taken, clock).await;
                        }
                        return Err(no_path(target));
                    }
                    () = engine.trickle(&ways) => {}
                }
            }
        }
    }
}

/// From nothing to RTP that the engine says arrives there.
async fn by_rtp(
    target: &Target,
    clock: Clock,
    wish: &Keyframes,
    engine: &mut dyn ByRtp,
    plain: &mut Plain,
    answered: &mut bool,
) -> Result<Uplink, Trouble> {
    let places = engine.publish(plain.offer()).await?;
    *answered = true;
    wish.answered(&plain::taken());
    plain.answered(places).await?;
    let mut knock = tokio::time::interval(KNOCK);
    let (hears, late) = (engine.hears(), tokio::time::sleep(UNHEARD));
    tokio::pin!(hears, late);
    loop {
        tokio::select! {
            biased;
            heard = &mut hears => return heard.and_then(|()| plain.uplink(clock)),
            () = &mut late => return Err(no_path(target)),
            _ = knock.tick() => plain.knock().await,
        }
    }
}

/// What an engine asks for of the codec that it took.
#[derive(Clone)]
struct Keyframes {
    tell: Tell,
    codec: Arc<OnceLock<VideoCodec>>,
}

impl Keyframes {
    fn told(self) -> impl Fn(Rid) + Send + Sync + 'static {
        move |rid| {
            if let Some(codec) = self.codec.get() {
                (self.tell)(Told::Keyframe(*codec, rid));
            }
        }
    }

    /// The engine takes this.
    fn answered(&self, taken: &Taken) {
        let _ = self.codec.set(taken.codec);
        let (codec, layers, profile) = (taken.codec, taken.layers.clone(), taken.profile);
        (self.tell)(Told::State(State::Answered { codec, layers, profile }));
    }
}

fn no_path(target: &Target) -> Trouble {
    Trouble::NoPath { host: target.host() }
}

/// Says that nothing can flow any more, however that comes about.
struct Flowing(Tell);

impl Drop for Flowing {
    fn drop(&mut self) {
        (self.0)(Told::Down);
    }
}

/// Reads what is trusted, on a thread for what blocks.
async fn trust(target: &Target) -> Result<Way, Trouble> {
    let ca = target.secrets.ca.clone();
    let read = move || http::trusting(ca.as_deref().map(Path::new));
    let read = tokio::task::spawn_blocking(threads::caught("certificates", read)).await;
    match read {
        Ok(Ok(trusted)) => Ok(Way { tls: Arc::new(trusted?) }),
        Ok(Err(Died(panicked))) => Err(Trouble::Ours(panicked.what)),
        Err(ended) => Err(Trouble::Ours(ended.to_string())),
    }
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}
