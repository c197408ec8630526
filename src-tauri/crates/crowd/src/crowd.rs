//! N viewers, joining at a given rate, watching for a given time.

use crate::Codec;
use crate::address::local_address;
use crate::light::Light;
use crate::loss::Loss;
use crate::plan::Plan;
use crate::progress::{Progress, SOUND_UNDER_WAY, UNDER_WAY};
use crate::reception::Totals;
use crate::trace::Trace;
use crate::viewer;
use anyhow::Context;
use serde::Serialize;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the crowd does.
#[derive(Clone, Debug)]
pub struct Options {
    /// The WHEP endpoint, `http://…/whep/TOKEN`.
    pub endpoint: String,
    /// How many viewers.
    pub viewers: u32,
    /// How many of them are whole ones, on str0m, the first to join; the rest are light.
    pub whole: u32,
    /// How many of them start to join in a second.
    pub joins_per_second: f64,
    /// How long all of them watch, from the last one's start to join; for [`run`].
    pub watch: Duration,
    /// How long they watch before that, which does not count: what they receive climbs; for [`run`].
    pub settle: Duration,
    /// With sound.
    pub sound: bool,
    /// What they take.
    pub codec: Codec,
    /// The light ones ask for the time of capture as well.
    pub stamps: bool,
    /// Percent of RTP packets that are thrown away on arrival.
    pub loss_percent: f64,
    /// Once all are there they flood the server, as [`Crowd::flood`] says; for [`run`].
    pub flood: bool,
}

impl Default for Options {
    /// Ten whole viewers, twenty a second, five seconds of picture; only the endpoint is missing.
    fn default() -> Options {
        Options {
            endpoint: String::new(),
            viewers: 10,
            whole: u32::MAX,
            joins_per_second: 20.0,
            watch: Duration::from_secs(5),
            settle: Duration::ZERO,
            sound: false,
            codec: Codec::default(),
            stamps: false,
            loss_percent: 0.0,
            flood: false,
        }
    }
}

/// What one viewer saw: times in milliseconds from the start of its join, and counts since [`Crowd::begin_window`], or
/// without it since its first packet.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ViewerReport {
    /// Until the endpoint's answer.
    pub answered_ms: Option<f64>,
    /// Until ICE and DTLS were done.
    pub connected_ms: Option<f64>,
    /// Until the first packet of video.
    pub first_packet_ms: Option<f64>,
    /// Until the first keyframe was whole.
    pub first_keyframe_ms: Option<f64>,
    /// Video packets received, each once.
    pub packets: u64,
    /// Payload bytes of these packets.
    pub bytes: u64,
    /// Video packets that never came.
    pub lost: u64,
    /// Video packets that came after later ones: repaired.
    pub repaired: u64,
    /// Video packets that came again under their own number, and not by RTX; 0 with a whole viewer, whose library does not tell.
    pub twice: u64,
    /// Packets that came by RTX, repetitions to probe the path included; 0 with a whole viewer, whose library does not tell.
    pub rtx: u64,
    /// Packets whose seal was false, of those that were opened: all with a whole viewer, a sample with a light one.
    pub unauthentic: u64,
    /// Sound packets received.
    pub sound_packets: u64,
    /// Sound packets that never came; browsers do not ask for them again.
    pub sound_lost: u64,
    /// The longest time between two of them, or since the last.
    pub sound_gap_ms: f64,
    /// Pictures a second, from the first keyframe on.
    pub pictures_per_second: f64,
    /// The longest time between two pictures, or since the last.
    pub longest_gap_ms: f64,
    /// How late the latest picture was, beside the one that was fastest on its way.
    pub latest_ms: f64,
    /// The same of the latest but one in twenty, among the last ten seconds' pictures or so.
    pub late_p95_ms: f64,
    /// How old the pictures were on arrival by the server's own stamps of their capture, among the last ten seconds' or so: the one in
    /// the middle, and the oldest but one in twenty. None where it stamps nothing.
    pub ages_ms: Option<(f64, f64)>,
    /// Video payload, kilobits a second, from the first keyframe on.
    pub kbps: f64,
    /// What was received: `h264`, `vp9` or `vp8`.
    pub codec: Option<&'static str>,
    /// Why the viewer did not get in or dropped out.
    pub error: Option<String>,
}

/// What the crowd saw.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// By viewer, in the order of joining.
    pub viewers: Vec<ViewerReport>,
    /// One light viewer's stream; empty if there is none.
    #[serde(skip)]
    pub trace: Trace,
}

/// Viewers of all crowds of this process: each has a name of its own, or the server would take two for one.
static EVERYBODY: AtomicU32 = AtomicU32::new(0);

/// A crowd that watches until it leaves. Dropped without [`Crowd::leave`], it is gone as a crowd whose network went.
pub struct Crowd {
    viewers: Vec<Arc<Mutex<Progress>>>,
    tasks: JoinSet<(usize, anyhow::Result<()>)>,
    stop: watch::Sender<bool>,
    loss: Loss,
}

impl Crowd {
    /// Lets everybody join at the given rate; done when the last one has started to.
    ///
    /// # Errors
    /// Only when nobody could even try: an endpoint that is no URL, no address from which to reach it. What goes wrong
    /// for one viewer is in its [`ViewerReport::error`].
    pub async fn join(options: &Options) -> anyhow::Result<Crowd> {
        str0m::crypto::from_feature_flags().install_process_default();
        let local = local_address(&options.endpoint)?;
        let http = reqwest::Client::builder().pool_max_idle_per_host(64).no_proxy().build()?;
        let (stop, stopped) = watch::channel(false);
        let light = if options.whole < options.viewers { Some(Arc::new(Light::start()?)) } else { None };
        let mut crowd = Crowd { viewers: Vec::new(), tasks: JoinSet::new(), stop, loss: Loss::default() };
        crowd.lose(options.loss_percent);
        let begin = Instant::now();
        for at in 0..options.viewers {
            let due = begin + Duration::from_secs_f64(f64::from(at) / options.joins_per_second.max(0.001));
            tokio::time::sleep_until(due.into()).await;
            let n = EVERYBODY.fetch_add(1, Ordering::Relaxed);
            let plan = Plan {
                n,
                endpoint: options.endpoint.clone(),
                name: format!("skylark-crowd/{n}"),
                sound: options.sound,
                codec: options.codec,
                stamps: options.stamps,
                local,
            };
            let progress = Progress { trace: (at == options.whole).then(Vec::new), ..Progress::default() };
            let progress = Arc::new(Mutex::new(progress));
            crowd.viewers.push(progress.clone());
            // The same dice in each run.
            let dice = crowd.loss.dice(u64::from(at));
            let (http, stopped) = (http.clone(), stopped.clone());
            let light = light.clone().filter(|_| at >= options.whole);
            crowd.tasks.spawn(async move {
                let done = match light {
                    Some(light) => light.watch(plan, http, progress, dice, stopped).await,
                    None => viewer::watch(plan, http, progress, dice, stopped).await,
                };
                (at as usize, done)
            });
        }
        Ok(crowd)
    }

    /// Begins to lose, or ends it: percent of all RTP packets, thrown away by the viewers before they look at them.
    pub fn lose(&self, percent: f64) {
        self.loss.set(percent);
    }

    /// Light viewers begin to flood the server, or end it: each asks twenty times a second for the last hundred packets, by NACK,
    /// and for a picture, by PLI and by FIR.
    pub fn flood(&self, floods: bool) {
        self.loss.set_greedy(floods);
    }

    /// From here on counts and rates are taken anew.
    pub fn begin_window(&self) {
        let now = Instant::now();
        for progress in &self.viewers {
            progress.lock().expect("no viewer panics while it holds this").begin_window(now);
        }
    }

    /// What everybody saw so far.
    pub fn report(&self) -> Report {
        let end = Instant::now();
        let mut report = Report::default();
        for progress in &self.viewers {
            let progress = progress.lock().expect("as above");
            report.viewers.push(of_viewer(&progress, end));
            if let Some(trace) = &progress.trace {
                report.trace = Trace::of(trace);
            }
        }
        report
    }

    /// The sessions of the light viewers that have an answer, in the order of joining: what a page says that it holds.
    pub fn sessions(&self) -> Vec<String> {
        self.viewers.iter().filter_map(|progress| progress.lock().expect("as above").session.clone()).collect()
    }

    /// Everybody leaves; what they saw until then, with the errors of those who could not watch.
    ///
    /// # Errors
    /// When a viewer panicked.
    pub async fn leave(mut self) -> anyhow::Result<Report> {
        let mut report = self.report();
        self.stop.send(true).ok();
        while let Some(done) = self.tasks.join_next().await {
            let (n, result) = done.context("a viewer panicked")?;
            if let Err(error) = result {
                report.viewers[n].error = Some(format!("{error:#}"));
            }
        }
        Ok(report)
    }
}

/// Runs a whole crowd. `watching` is called once, when the last viewer has started to join, they have settled, and the time to watch begins.
///
/// # Errors
/// As of [`Crowd::join`] and [`Crowd::leave`].
pub async fn run(options: Options, watching: impl FnOnce()) -> anyhow::Result<Report> {
    run_until(options, watching, std::future::pending()).await
}

/// The same, and everybody leaves when this is done, if their time is not over before.
///
/// # Errors
/// As of [`run`].
pub async fn run_until(
    options: Options,
    watching: impl FnOnce(),
    done: impl Future<Output = ()>,
) -> anyhow::Result<Report> {
    let crowd = Crowd::join(&options).await?;
    if !options.settle.is_zero() {
        tokio::time::sleep(options.settle).await;
        crowd.begin_window();
    }
    watching();
    if options.flood {
        crowd.begin_window();
        crowd.flood(true);
    }
    tokio::select! {
        () = tokio::time::sleep(options.watch) => {}
        () = done => {}
    }
    crowd.leave().await
}

fn of_viewer(progress: &Progress, end: Instant) -> ViewerReport {
    let video: Totals = progress.video.totals(UNDER_WAY);
    let since = |when: Option<Instant>| Some(when?.saturating_duration_since(progress.started?).as_secs_f64() * 1000.0);
    let begin = video.first_keyframe.max(progress.window);
    let watched = begin.map_or(0.0, |begin| end.saturating_duration_since(begin).as_secs_f64());
    let rate = |n: f64| if watched > 0.0 { n / watched } else { 0.0 };
    // What came to a stop and did not go on has no next one that would tell.
    let gap = |longest: Duration, last: Option<Instant>| {
        longest.max(last.map_or(Duration::ZERO, |last| end.saturating_duration_since(last))).as_secs_f64() * 1000.0
    };
    let (sound_packets, sound_lost) = progress.sound_before;
    ViewerReport {
        answered_ms: since(progress.answered),
        connected_ms: since(progress.connected),
        first_packet_ms: since(video.first_packet),
        first_keyframe_ms: since(video.first_keyframe),
        packets: video.packets,
        bytes: video.bytes,
        lost: video.lost,
        repaired: video.repaired,
        twice: progress.twice,
        rtx: progress.rtx - progress.rtx_before,
        unauthentic: progress.unauthentic,
        sound_packets: progress.sound.received() - sound_packets,
        sound_lost: progress.sound.lost(SOUND_UNDER_WAY).saturating_sub(sound_lost),
        sound_gap_ms: gap(progress.longest_sound_gap, progress.last_sound),
        pictures_per_second: rate(video.pictures as f64),
        longest_gap_ms: gap(video.longest_gap, progress.video.last_picture()),
        latest_ms: video.latest.as_secs_f64() * 1000.0,
        late_p95_ms: video.late_p95.as_secs_f64() * 1000.0,
        ages_ms: video.ages.map(|(middle, p95)| (middle.as_secs_f64() * 1000.0, p95.as_secs_f64() * 1000.0)),
        kbps: rate(video.bytes as f64 * 8.0 / 1000.0),
        codec: progress.codec,
        error: progress.error.clone(),
    }
}
