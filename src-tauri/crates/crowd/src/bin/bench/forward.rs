//! What forwarding costs, beside the floor: sealing the same packets and sending them by GSO, and nothing else.

use crate::floor;
use crate::janus::{Feed, Janus};
use crate::load::{self, Load, SETTLE, Server};
use crate::proc;
use crate::program::Program;
use crate::row::{self, Row, Spread};
use crate::svg;
use crowd::Trace;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many viewers, one row each
    #[arg(long, value_delimiter = ',', default_values_t = VIEWERS)]
    viewers: Vec<u32>,
    /// How long each row is measured, seconds
    #[arg(long, default_value_t = SECONDS)]
    seconds: f64,
    /// How many viewers join in a second
    #[arg(long, default_value_t = JOINS)]
    joins_per_second: f64,
    /// Only the picture, or only with sound; otherwise both
    #[arg(long)]
    sound: Option<bool>,
    /// A second row with so many percent of the RTP packets lost; 0: none
    #[arg(long, default_value_t = LOSS)]
    loss: f64,
    /// Skylark and the floor alone, without the other servers that are found here
    #[arg(long)]
    alone: bool,
    /// Write pictures of the cost, forward-*.svg, into this folder
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
}

const VIEWERS: [u32; 4] = [50, 200, 500, 1000];
const SECONDS: f64 = 10.0;
const JOINS: f64 = 20.0;
const LOSS: f64 = 1.0;

impl Default for Arguments {
    fn default() -> Self {
        let viewers = VIEWERS.to_vec();
        Arguments {
            viewers,
            seconds: SECONDS,
            joins_per_second: JOINS,
            sound: None,
            loss: LOSS,
            alone: false,
            svg: None,
        }
    }
}

impl Arguments {
    /// Other servers are looked for.
    pub(crate) fn wants_peers(&self) -> bool {
        !self.alone && self.sound != Some(true)
    }

    /// How long it takes: joins, windows with their settling, floors, starts and ends; the other server has pictures only.
    fn minutes(&self, with_peer: bool) -> f64 {
        let windows = if self.loss > 0.0 { 3.0 } else { 1.0 };
        let row = |viewers: &u32| {
            f64::from(*viewers) / self.joins_per_second + windows * (self.seconds + SETTLE.as_secs_f64()) + 14.0
        };
        let once = 10.0 + self.viewers.iter().map(row).sum::<f64>();
        let times = if self.sound.is_some() { 1 } else { 2 } + i32::from(with_peer && self.sound != Some(true));
        once * f64::from(times) / 60.0
    }
}

/// The floor before a row and after it, each in so many parts.
const FLOOR_SLICES: u32 = 3;
const FLOOR_SLICE: Duration = Duration::from_millis(1500);
/// Whose stream the first floor sends again.
const PILOT: Load =
    Load { viewers: 20, sound: false, loss_percent: None, joins_per_second: 20.0, time: Duration::from_secs(5) };

pub(crate) async fn run(
    program: &Path,
    arguments: &Arguments,
    janus: Option<anyhow::Result<Janus>>,
) -> anyhow::Result<()> {
    let with_peer = matches!(janus, Some(Ok(_)));
    println!("This takes about {:.0} minutes.\n", arguments.minutes(with_peer));
    let mut rows = Vec::new();
    let mut peer = match janus {
        Some(Ok(janus)) => {
            let feed = Feed::record(program).await?;
            println!("{janus}, fed with {:.0} kbit/s of {:.1} packets a picture\n", feed.kbps(), feed.packets());
            Some((janus, feed))
        }
        Some(Err(why)) => {
            println!("{why:#}\n");
            None
        }
        None => None,
    };
    for sound in [false, true] {
        if arguments.sound.is_some_and(|only| only != sound) {
            continue;
        }
        let (_, mut trace) = skylark(program, Load { sound, ..PILOT }).await?;
        for &viewers in &arguments.viewers {
            let load = Load {
                viewers,
                sound,
                loss_percent: Some(arguments.loss).filter(|percent| *percent > 0.0),
                joins_per_second: arguments.joins_per_second,
                time: Duration::from_secs_f64(arguments.seconds),
            };
            let before = floor(viewers, &trace).await?;
            let (mut measured, stream) = skylark(program, load).await?;
            trace = stream;
            let after = floor(viewers, &trace).await?;
            for row in &mut measured {
                row.floor_ms = Some(Spread::of(&[&before[..], &after].concat()));
                tell(row);
            }
            rows.extend(measured);
            if let Some((janus, feed)) = &peer
                && !sound
            {
                let mut measured = beside(janus, feed, load, &after).await?;
                measured.iter_mut().for_each(|row| tell(row));
                let holds = measured[0].holds_half();
                rows.extend(measured);
                if !holds {
                    println!("Janus does not hold half of {viewers} viewers; larger crowds are not tried.");
                    peer = None;
                }
            }
        }
    }
    println!();
    row::table(&rows).print();
    println!("{NOTES}");
    if let Some(folder) = &arguments.svg {
        std::fs::create_dir_all(folder)?;
        for sound in [false, true] {
            let name = if sound { "forward-cost-with-sound.svg" } else { "forward-cost.svg" };
            if let Some(picture) = svg::cost(&rows, sound) {
                std::fs::write(folder.join(name), picture)?;
                println!("wrote {}", folder.join(name).display());
            }
        }
    }
    Ok(())
}

const NOTES: &str = "\
cost, floor: CPU of a viewer's second in ms, mean (least-most of its parts). floor: the stream of one of this crowd's viewers\n\
sealed (AES-128-GCM) and sent by GSO to as many sockets, before and after the row. loss: thrown away by the viewers unseen.\n\
held: viewers with more than 28 of 30 pictures a second and nothing lost. lost: for good. over clean: beside the row above,\n\
which is measured before the loss and after it.\n\
RTX: counted by the light viewers only, which are all but 10. join: POST to first whole keyframe, of the whole crowd.\n\
cores: all that the machine did, crowd and encoder included; beside the floor there are only its readers, no encoder.";

/// Starts it, measures, ends it.
async fn skylark(program: &Path, load: Load) -> anyhow::Result<(Vec<Row>, Trace)> {
    let program = Program::start(program, load.sound).await?;
    tokio::time::sleep(SETTLE).await;
    let server = Server {
        name: "Skylark",
        pid: program.pid,
        whep: program.whep.clone(),
        counts: |thread| !proc::is_media(thread),
        empty_kb: proc::rss_kb(program.pid)?,
    };
    let measured = load::measure(&server, load).await?;
    program.quit().await?;
    Ok(measured)
}

/// Another server under the same crowd. Its floor is of the stream that it sent, after it.
async fn beside(janus: &Janus, feed: &Feed, load: Load, skylarks_floor: &[f64]) -> anyhow::Result<Vec<Row>> {
    let running = janus.start(feed).await?;
    tokio::time::sleep(SETTLE).await;
    let (mut rows, trace) = load::measure(&running.server()?, load).await?;
    drop(running);
    // Without a viewer that got something there is no stream to follow: the floor beside it is then Skylark's.
    let own = if rows[0].held() > 0 { floor(load.viewers, &trace).await? } else { skylarks_floor.to_vec() };
    for row in &mut rows {
        row.floor_ms = Some(Spread::of(&own));
    }
    Ok(rows)
}

async fn floor(viewers: u32, trace: &Trace) -> anyhow::Result<Vec<f64>> {
    let trace = trace.clone();
    tokio::task::spawn_blocking(move || floor::measure(viewers, &trace, FLOOR_SLICES, FLOOR_SLICE)).await?
}

/// A line while it goes on: the whole takes minutes.
fn tell(row: &Row) {
    println!(
        "{} {} viewers{}, {} % loss: {} ms, floor {}; {}",
        row.server,
        row.viewers,
        if row.sound { " with sound" } else { "" },
        row.loss_percent,
        row.cost_ms,
        row.floor_ms.unwrap_or_default(),
        row.report.summary()
    );
}
