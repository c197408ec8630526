//! What forwarding costs, beside the floor: sealing the same packets and sending them by GSO, and nothing else.

use crate::floor::{self, Stream};
use crate::proc::{self, Cpu};
use crate::program::Program;
use crate::row::{self, Row, Spread};
use crowd::{Options, Report};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many viewers, one row each
    #[arg(long, value_delimiter = ',', default_values_t = [50, 200, 400])]
    viewers: Vec<u32>,
    /// How long each row is measured, seconds
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// How many viewers join in a second
    #[arg(long, default_value_t = 20.0)]
    joins_per_second: f64,
    /// Only the picture, or only with sound; otherwise both
    #[arg(long)]
    sound: Option<bool>,
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments { viewers: vec![50, 200, 400], seconds: 10.0, joins_per_second: 20.0, sound: None }
    }
}

/// After the last join, before the measuring: joins are not forwarding.
const SETTLE: Duration = Duration::from_millis(1500);

/// So many of a crowd are whole viewers.
const WHOLE: u32 = 10;

struct Measured {
    /// CPU of all threads but capture and encoding, ms a viewer-second.
    cost: f64,
    rss_kb: f64,
    report: Report,
}

pub(crate) async fn run(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    for sound in [false, true] {
        if arguments.sound.is_some_and(|only| only != sound) {
            continue;
        }
        println!(
            "Forwarding 2.5 Mbit/s, {}, every viewer with NACK, RTX, transport-wide feedback; joins {} a second\n",
            if sound { "picture and sound" } else { "picture only" },
            arguments.joins_per_second
        );
        let mut rows = Vec::new();
        for &viewers in &arguments.viewers {
            let m = measure(program, viewers, sound, arguments).await?;
            let stream = Stream::like(&m.report);
            let floor =
                tokio::task::spawn_blocking(move || floor::measure(viewers, stream, Duration::from_secs(5))).await??;
            rows.push(Row {
                server: "Skylark",
                viewers,
                sound,
                loss_percent: 0.0,
                cost_ms: Spread::of(&[m.cost]),
                floor_ms: Some(Spread::of(&[floor])),
                over_clean: None,
                packets_per_second: stream.packets_per_second(),
                kb_a_viewer: Some(m.rss_kb),
                report: m.report,
            });
            if let Some(error) = rows[rows.len() - 1].report.viewers.iter().find_map(|v| v.error.as_ref()) {
                println!("with {viewers} viewers: {error}");
            }
        }
        row::table(&rows).print();
    }
    println!(
        "floor: SRTP AES-128-GCM by rtc-srtp and one GSO call a picture (sound: one call a packet), the same packets to as many\n\
         sockets, read by another thread. held: viewers with more than 28 of 30 pictures a second. lost: after repair."
    );
    Ok(())
}

async fn measure(program: &Path, viewers: u32, sound: bool, arguments: &Arguments) -> anyhow::Result<Measured> {
    let program = Program::start(program, sound).await?;
    tokio::time::sleep(SETTLE).await;
    let empty_kb = proc::rss_kb(program.pid)?;
    let options = Options {
        endpoint: program.whep.clone(),
        viewers,
        joins_per_second: arguments.joins_per_second,
        watch: SETTLE + Duration::from_secs_f64(arguments.seconds + 0.5),
        sound,
        whole: WHOLE,
        ..Options::default()
    };
    let (pid, window) = (program.pid, Duration::from_secs_f64(arguments.seconds));
    let (send, measured) = mpsc::channel();
    let report = crowd::run(options, move || {
        std::thread::spawn(move || send.send(window_of(pid, window)));
    })
    .await?;
    let (cpu_ms, seconds, rss) = measured.recv()??;
    program.quit().await?;
    Ok(Measured { cost: cpu_ms / seconds / f64::from(viewers), rss_kb: (rss - empty_kb) / f64::from(viewers), report })
}

fn window_of(pid: u32, window: Duration) -> anyhow::Result<(f64, f64, f64)> {
    std::thread::sleep(SETTLE);
    let (before, begin) = (Cpu::of(pid)?, Instant::now());
    std::thread::sleep(window);
    let cpu_ms = Cpu::of(pid)?.ms_since(&before, |thread| !proc::is_media(thread));
    Ok((cpu_ms, begin.elapsed().as_secs_f64(), proc::rss_kb(pid)?))
}
