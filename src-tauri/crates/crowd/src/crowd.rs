//! N viewers, joining at a given rate, watching for a given time.

use crate::reception::Totals;
use crate::viewer::{self, Plan, Progress};
use anyhow::Context;
use serde::Serialize;
use std::net::{IpAddr, SocketAddr, UdpSocket};
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
    /// How many of them start to join in a second.
    pub joins_per_second: f64,
    /// How long all of them watch, from the last one's start to join.
    pub watch: Duration,
    /// With sound.
    pub sound: bool,
    /// Offer VP8 only.
    pub vp8: bool,
}

/// What one viewer saw. Times in milliseconds from the start of its join.
#[derive(Clone, Debug, Serialize)]
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
    /// Sound packets received.
    pub sound_packets: u64,
    /// Pictures a second, from the first keyframe on.
    pub pictures_per_second: f64,
    /// The longest time between two pictures.
    pub longest_gap_ms: f64,
    /// Video payload, kilobits a second, from the first keyframe on.
    pub kbps: f64,
    /// What was received: `h264` or `vp8`.
    pub codec: Option<&'static str>,
    /// Why the viewer did not get in or dropped out.
    pub error: Option<String>,
}

/// What the crowd saw.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// By viewer, in the order of joining.
    pub viewers: Vec<ViewerReport>,
}

/// Sequence numbers at the end of a stream that may still be on their way: about a second of video.
const UNDER_WAY: u64 = 300;

/// Runs a whole crowd. `watching` is called once, when the last viewer has started to join, and the time to watch begins.
///
/// # Errors
/// Only when nobody could even try: an endpoint that is no URL, no address from which to reach it. What goes wrong for
/// one viewer is in its [`ViewerReport::error`].
pub async fn run(options: Options, watching: impl FnOnce()) -> anyhow::Result<Report> {
    str0m::crypto::from_feature_flags().install_process_default();
    let local = local_address(&options.endpoint)?;
    let http = reqwest::Client::builder().pool_max_idle_per_host(64).no_proxy().build()?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut crowd = Vec::new();
    let begin = Instant::now();
    for n in 0..options.viewers {
        let due = begin + Duration::from_secs_f64(f64::from(n) / options.joins_per_second.max(0.001));
        tokio::time::sleep_until(due.into()).await;
        let progress = Arc::new(Mutex::new(Progress::default()));
        let plan = Plan {
            endpoint: options.endpoint.clone(),
            name: format!("skylark-crowd/{n}"),
            sound: options.sound,
            vp8: options.vp8,
            local,
        };
        let (http, stopped) = (http.clone(), stopped.clone());
        crowd.push((progress.clone(), None));
        tasks.spawn(async move { (n as usize, viewer::watch(plan, http, progress, stopped).await) });
    }
    watching();
    tokio::time::sleep(options.watch).await;
    let end = Instant::now();
    let mut viewers: Vec<ViewerReport> =
        crowd.drain(..).map(|(progress, error)| report(&progress.lock().expect("as above"), end, error)).collect();
    stop.send(true).ok();
    while let Some(done) = tasks.join_next().await {
        let (n, result) = done.context("a viewer panicked")?;
        viewers[n].error = result.err().map(|e| format!("{e:#}"));
    }
    Ok(Report { viewers })
}

fn report(progress: &Progress, end: Instant, error: Option<String>) -> ViewerReport {
    let video: Totals = progress.video.totals(UNDER_WAY);
    let since = |when: Option<Instant>| Some(when?.saturating_duration_since(progress.started?).as_secs_f64() * 1000.0);
    let watched = video.first_keyframe.map_or(0.0, |first| end.saturating_duration_since(first).as_secs_f64());
    let rate = |n: f64| if watched > 0.0 { n / watched } else { 0.0 };
    ViewerReport {
        answered_ms: since(progress.answered),
        connected_ms: since(progress.connected),
        first_packet_ms: since(video.first_packet),
        first_keyframe_ms: since(video.first_keyframe),
        packets: video.packets,
        bytes: video.bytes,
        lost: video.lost,
        sound_packets: progress.sound_packets,
        pictures_per_second: rate(video.pictures as f64),
        longest_gap_ms: video.longest_gap.as_secs_f64() * 1000.0,
        kbps: rate(video.bytes as f64 * 8.0 / 1000.0),
        codec: progress.codec,
        error,
    }
}

/// The address of this machine from which the endpoint is reached.
fn local_address(endpoint: &str) -> anyhow::Result<IpAddr> {
    let url = reqwest::Url::parse(endpoint).with_context(|| format!("{endpoint} is no URL"))?;
    let there: SocketAddr = *url
        .socket_addrs(|| None)
        .with_context(|| format!("{endpoint} names no host that is known"))?
        .first()
        .context("the endpoint's name has no address")?;
    let probe = UdpSocket::bind(if there.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
    probe.connect(there).with_context(|| format!("there is no route to {there}"))?;
    Ok(probe.local_addr()?.ip())
}
