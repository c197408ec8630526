//! The owner task: everything that can wake it, and where each thing is done.

use crate::broadcast::Broadcast;
use crate::configuration::Configuration;
use crate::links::{self, Place};
use crate::meter::Meter;
use crate::metrics::Refused;
use crate::on_demand::OnDemand;
use crate::outputs::Outputs;
use crate::pages::Pages;
use crate::requests::Question;
use crate::sessions::Sessions;
use crate::settings::SettingsFile;
use crate::storage::{Keeper, Kept};
use crate::studio::Ask;
use crate::upload::{self, Upload};
use audience::{Audience, Input, Now, RequestId};
use forward::Forwarder;
use media::{CameraChoice, MicrophoneChoice, Pipeline};
use protocol::{Devices, ErrorCode, Event, Links, Snapshot, SourceState, StreamStats, ViewerId, ViewerStats};
use reach::LocalAddress;
use server::Request;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use stream::{Rid, VideoCodec};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// What happened on another thread.
#[derive(Debug)]
pub(crate) enum Happened {
    Forward(forward::Event),
    /// How the viewers do, which the sending threads may take a while to tell.
    Stats(Vec<(ViewerId, ViewerStats)>),
    Media(media::Event),
    /// The encoders made their first picture of this broadcast (numbered, so that a late word of the one before is known).
    FirstPicture(u64),
    /// Some output of the stream needs a keyframe, and none was asked for lately.
    KeyframeWanted(VideoCodec, Rid),
}

/// The one owner of the broadcast's state.
pub(crate) struct Owner {
    pub(crate) audience: Audience,
    pub(crate) forwarder: Forwarder,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) events: broadcast::Sender<Event>,
    /// What happened before anybody could hear of it: a file that could not be read, a camera that failed at once.
    pub(crate) untold: Option<Vec<Event>>,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,

    pub(crate) broadcast: Broadcast,
    pub(crate) upload: Upload,
    pub(crate) on_demand: OnDemand,
    pub(crate) outputs: Arc<Outputs>,
    pub(crate) meter: Arc<Meter>,

    pub(crate) pages: Pages,
    pub(crate) sessions: Sessions,
    pub(crate) questions: HashMap<RequestId, Question>,
    pub(crate) refused: Refused,

    pub(crate) keeper: Keeper,
    pub(crate) configuration: Configuration,
    pub(crate) settings_file: SettingsFile,

    pub(crate) local: SocketAddr,
    pub(crate) here: Vec<LocalAddress>,
    pub(crate) default_route: Option<IpAddr>,
    /// The addresses of the public name.
    pub(crate) outside: Vec<SocketAddr>,
    pub(crate) links: Links,

    pub(crate) camera: SourceState,
    pub(crate) microphone: SourceState,
    pub(crate) devices: Devices,
    pub(crate) stats: StreamStats,

    /// The sending threads have not told yet how the viewers do.
    pub(crate) stats_asked: bool,
    pub(crate) next_request: u64,
    /// When the audience wants to be asked again.
    pub(crate) audience_timeout: Instant,
    pub(crate) last_complaint: Option<(String, Instant)>,
    pub(crate) quit: bool,
}

/// What an owner is made of.
pub(crate) struct Parts {
    pub(crate) forwarder: Forwarder,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) keeper: Keeper,
    pub(crate) kept: Kept,
    pub(crate) configuration: Configuration,
    pub(crate) settings_file: SettingsFile,
    pub(crate) local: SocketAddr,
    pub(crate) outside: Vec<SocketAddr>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) outputs: Arc<Outputs>,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
}

/// How often stats are told.
const SECOND: Duration = Duration::from_secs(1);

/// How long the goodbye to viewers and pages may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(3);

impl Owner {
    pub(crate) fn new(parts: Parts) -> Owner {
        let kept = parts.kept;
        let settings = parts.configuration.meant();
        let audience = Audience::new(kept.persisted, settings.max_viewers, now());
        let mut owner = Owner {
            upload: Upload::new(settings.max_upload_kbps, upload::rates(&settings.video)),
            camera: match &settings.camera {
                CameraChoice::Off => SourceState::Off,
                other => SourceState::Opening { id: other.to_string() },
            },
            microphone: match &settings.microphone {
                MicrophoneChoice::Off => SourceState::Off,
                other => SourceState::Opening { id: other.to_string() },
            },
            links: links::links(
                &Place { local: parts.local, public: None, here: &[], default_route: None, chosen: None },
                audience.token().as_str(),
            ),
            audience,
            forwarder: parts.forwarder,
            pipeline: parts.pipeline,
            events: parts.events,
            untold: Some(Vec::new()),
            tell: parts.tell,
            broadcast: Broadcast::default(),
            on_demand: OnDemand::default(),
            outputs: parts.outputs,
            meter: parts.meter,
            pages: Pages::default(),
            sessions: Sessions::default(),
            questions: HashMap::new(),
            refused: Refused::default(),
            keeper: parts.keeper,
            configuration: parts.configuration,
            settings_file: parts.settings_file,
            local: parts.local,
            here: Vec::new(),
            default_route: None,
            outside: parts.outside,
            devices: Devices::default(),
            stats: StreamStats::default(),
            stats_asked: false,
            next_request: 0,
            audience_timeout: Instant::now(),
            last_complaint: None,
            quit: false,
        };
        owner.look_around();
        owner.decide_quietly(Input::SetTitle(owner.configuration.meant().title.to_string()));
        if let Some(complaint) = kept.complaint {
            tracing::warn!("{complaint}");
            owner.complain(ErrorCode::Storage, complaint);
        }
        owner
    }

    /// Runs until `quit`, or until nobody holds a handle any more.
    pub(crate) async fn run(
        mut self,
        mut asks: mpsc::Receiver<Ask>,
        mut requests: mpsc::Receiver<Request>,
        mut happened: mpsc::UnboundedReceiver<Happened>,
        server: JoinHandle<()>,
        shutdown: watch::Sender<bool>,
        last: watch::Sender<Option<Box<Snapshot>>>,
    ) {
        let mut second = tokio::time::interval(SECOND);
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.quit {
            // In this order, so that a kick never waits behind a thousand joins.
            tokio::select! {
                biased;
                ask = asks.recv() => match ask {
                    Some(ask) => self.asked(ask),
                    None => self.quit = true,
                },
                Some(happened) = happened.recv() => self.happened(happened),
                () = tokio::time::sleep_until(self.timeout().into()) => self.timed_out(),
                _ = second.tick() => self.second(),
                Some(request) = requests.recv() => self.requested(request),
            }
        }
        self.end();
        // The server closes the pages' sockets once they have heard.
        let _ = shutdown.send(true);
        if tokio::time::timeout(GOODBYE, server).await.is_err() {
            tracing::warn!("some connections did not close in time");
        }
        let snapshot = self.snapshot();
        // Whoever holds a handle holds the outputs too, and the first of them holds the forwarder.
        self.outputs.close();
        // The forwarder's threads end here, before anybody is told that it is over.
        drop(self);
        let _ = last.send(Some(Box::new(snapshot)));
    }

    fn asked(&mut self, ask: Ask) {
        // Whoever asks has subscribed.
        for event in self.untold.take().into_iter().flatten() {
            self.event(event);
        }
        // Nobody waits for an answer when its receiver is gone.
        match ask {
            Ask::Command(asked, reply) => drop(reply.send(self.command(asked))),
            Ask::Snapshot(reply) => drop(reply.send(self.snapshot())),
        }
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Forward(event) => self.forwarded(event),
            Happened::Stats(stats) => self.viewers_do(stats),
            Happened::Media(event) => self.mediated(event),
            Happened::FirstPicture(broadcast) => self.first_picture(broadcast),
            Happened::KeyframeWanted(codec, rid) => self.pipeline.request_keyframe(codec, rid),
        }
    }

    /// The earliest time at which something is to be done.
    fn timeout(&self) -> Instant {
        [self.on_demand.timeout(), self.broadcast.timeout()]
            .into_iter()
            .flatten()
            .fold(self.audience_timeout, Instant::min)
    }

    fn timed_out(&mut self) {
        let now = Instant::now();
        if now >= self.audience_timeout {
            self.decide_quietly(Input::Tick);
        }
        for (codec, rids) in self.on_demand.expire(now) {
            self.pipeline.set_layers(codec, &rids);
        }
        if self.broadcast.timeout().is_some_and(|timeout| now >= timeout) {
            self.start_failed(
                "no picture came from the encoder within 10 seconds: choose another camera, or restart Skylark".into(),
            );
        }
    }

    fn forwarded(&mut self, event: forward::Event) {
        match event {
            forward::Event::Connected(viewer) => {
                self.sessions.connected(viewer);
                self.decide_quietly(Input::Connected { viewer });
            }
            forward::Event::Gone(viewer, why) => self.gone(viewer, why),
            forward::Event::KeyframeWanted { codec, rid } => self.outputs.wish(codec, rid, Instant::now()),
            forward::Event::LayersWanted { codec, rids } => {
                if let Some(rids) = self.on_demand.wanted(codec, &rids, Instant::now()) {
                    self.pipeline.set_layers(codec, &rids);
                }
            }
        }
    }

    /// Tells an error, but not the same one again and again: an encoder that fails does so with every picture.
    pub(crate) fn complain(&mut self, code: ErrorCode, message: String) {
        const SILENCE: Duration = Duration::from_secs(5);
        let said = |(last, at): &(String, Instant)| *last == message && at.elapsed() < SILENCE;
        if !self.last_complaint.as_ref().is_some_and(said) {
            self.last_complaint = Some((message.clone(), Instant::now()));
            self.event(Event::Error { code, message });
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        match &mut self.untold {
            Some(untold) => untold.push(event),
            // Without a receiver nobody wants to know.
            None => drop(self.events.send(event)),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            phase: self.broadcast.phase(),
            links: Some(self.links.clone()),
            viewers: self.audience.viewers(),
            removed: self.audience.removed(),
            watching: self.audience.watching(),
            peak: self.audience.peak(),
            locked: self.audience.locked(),
            camera: self.camera.clone(),
            microphone: self.microphone.clone(),
            devices: self.devices.clone(),
            settings: self.configuration.meant().shown(),
            stats: self.stats,
        }
    }
}

pub(crate) fn now() -> Now {
    let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    Now { instant: Instant::now(), unix_ms }
}
