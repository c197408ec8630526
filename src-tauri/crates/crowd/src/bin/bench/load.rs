//! One server under one crowd: what it costs, without loss and with.

use crate::proc::{self, Busy, Cpu};
use crate::row::{Row, Spread};
use crowd::{Crowd, Options, Report, Trace};
use std::time::{Duration, Instant};

/// A server that runs, as the bench sees it: Skylark or another.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) pid: u32,
    /// Where viewers post their offers.
    pub(crate) whep: String,
    /// Whether a thread's time counts, by its name: what encodes does not.
    pub(crate) counts: fn(&str) -> bool,
    /// Resident memory before anybody came, kilobytes.
    pub(crate) empty_kb: f64,
}

/// What it has to bear.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) viewers: u32,
    pub(crate) sound: bool,
    /// Percent of a second window; none: only the one without loss.
    pub(crate) loss_percent: Option<f64>,
    pub(crate) joins_per_second: f64,
    /// A window.
    pub(crate) time: Duration,
}

/// So many of a crowd are whole viewers, on str0m.
pub(crate) const WHOLE: u32 = 10;
/// After the last join, and after loss began, before the measuring: neither is the steady state.
pub(crate) const SETTLE: Duration = Duration::from_millis(2000);
/// A window is looked at in so many parts, so that one sees how steady it was.
const SLICES: u32 = 4;

/// One row without loss, one with if asked for, without floors; and the stream that one viewer received.
pub(crate) async fn measure(server: &Server, load: Load) -> anyhow::Result<(Vec<Row>, Trace)> {
    let crowd = Crowd::join(&Options {
        endpoint: server.whep.clone(),
        viewers: load.viewers,
        whole: WHOLE,
        joins_per_second: load.joins_per_second,
        sound: load.sound,
        ..Options::default()
    })
    .await?;
    let (clean, before) = window(&crowd, server, load, 0.0).await?;
    let trace = clean.report.trace.clone();
    let mut rows = vec![clean];
    if let Some(percent) = load.loss_percent {
        crowd.lose(percent);
        let (mut lossy, _) = window(&crowd, server, load, percent).await?;
        // Machines get slower and faster within a minute by more than loss costs: what it is compared with stands on both sides.
        crowd.lose(0.0);
        tokio::time::sleep(SETTLE).await;
        let after = slices(server, load).await?;
        rows[0].cost_ms = Spread::of(&[before, after].concat());
        lossy.over_clean = Some(lossy.cost_ms.mean / rows[0].cost_ms.mean);
        rows.push(lossy);
    }
    let gone = crowd.leave().await?;
    for row in &mut rows {
        // An endpoint that refused is known only when the crowd has come home.
        for (viewer, at_the_end) in row.report.viewers.iter_mut().zip(&gone.viewers) {
            viewer.error = viewer.error.take().or(at_the_end.error.clone());
        }
    }
    Ok((rows, trace))
}

/// A row, and the parts of its cost.
async fn window(crowd: &Crowd, server: &Server, load: Load, loss_percent: f64) -> anyhow::Result<(Row, Vec<f64>)> {
    tokio::time::sleep(SETTLE).await;
    crowd.begin_window();
    let (begin, busy) = (Instant::now(), Busy::now()?);
    let slices = slices(server, load).await?;
    let report = crowd.report();
    let row = Row {
        server: server.name,
        viewers: load.viewers,
        sound: load.sound,
        loss_percent,
        cost_ms: Spread::of(&slices),
        floor_ms: None,
        over_clean: None,
        packets_per_second: packets(&report) / f64::from(load.viewers) / begin.elapsed().as_secs_f64(),
        kb_a_viewer: Some((proc::rss_kb(server.pid)? - server.empty_kb) / f64::from(load.viewers)),
        cores_busy: Busy::now()?.cores_since(&busy),
        report,
    };
    Ok((row, slices))
}

/// What it costs for a window's time, ms a viewer-second, in [`SLICES`] parts.
async fn slices(server: &Server, load: Load) -> anyhow::Result<Vec<f64>> {
    let mut slices = Vec::new();
    for _ in 0..SLICES {
        let (before, begin) = (Cpu::of(server.pid)?, Instant::now());
        tokio::time::sleep(load.time / SLICES).await;
        let ms = Cpu::of(server.pid)?.ms_since(&before, server.counts);
        slices.push(ms / begin.elapsed().as_secs_f64() / f64::from(load.viewers));
    }
    Ok(slices)
}

fn packets(report: &Report) -> f64 {
    report.viewers.iter().map(|v| (v.packets + v.sound_packets) as f64).sum()
}
