//! A busy machine: whether the stream goes on beside programs that take all the processor they get, with the priority that the program
//! asks for and without.
//!
//! How old a picture is comes from the program's own stamps (abs-capture-time): the crowd reads when it was captured, and sees when its last
//! packet came. The crowd has the priority that the sending threads have, or it would be the crowd that is late.

use crate::proc::{self, Scheduled};
use crate::program::Program;
use crate::steady::scrape::Scrape;
use crate::table::Table;
use anyhow::Context;
use crowd::{Crowd, Options, percentile};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many watch, with sound
    #[arg(long, default_value_t = 10)]
    viewers: u32,
    /// How many busy loops a core, a row each
    #[arg(long, value_delimiter = ',', default_values_t = [0, 2, 4])]
    loops: Vec<usize>,
    /// How long a row is measured, in seconds
    #[arg(long, default_value_t = 15.0)]
    seconds: f64,
    /// Each loop in a session of its own, as programs of several terminals are
    #[arg(long)]
    apart: bool,
}

/// Packets of sound in a second.
const PACKETS: f64 = 50.0;
/// Once the crowd is there, and once the loops are: what they push aside at first is not what they do.
const SETTLE: Duration = Duration::from_secs(5);
/// The sending threads' own, so that the crowd is not what is late; where it may have none it has none.
const CROWD: i32 = 9;

pub(crate) async fn run(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    println!(
        "{} viewers of 1280x720 at 30 pictures a second, with sound; busy loops on {cores} cores. Goal with 4 a core: 29 pictures, no sound missing\n",
        arguments.viewers
    );
    if let Some(level) = proc::of_session() {
        println!(
            "This kernel may weigh sessions against each other (autogroup), this one at level {level}: the nice levels of threads count within a session only. --apart has each loop in one of its own.\n"
        );
    }
    let mut table = Table::new(&[
        "loops a core",
        "priority",
        "pictures a second, least",
        "p50",
        "longest gap",
        "encoded",
        "too late to send",
        "left out by rank",
        "kbit/s, least",
        "given up",
        "sound missing",
        "its longest gap",
        "glass to glass p50",
        "p95",
        "stolen by the host",
    ]);
    let mut gives = true;
    // Those without first: what the crowd is given for the others it keeps.
    for asks in [false, true] {
        for loops in &arguments.loops {
            let given = row(program, arguments, loops * cores, *loops, asks, &mut table).await?;
            gives &= given || !asks;
        }
    }
    table.print();
    println!(
        "Encoded: pictures of the top layer that the program made, a second. What is missing there was missed by the camera's thread or the encoder's; what is missing after it, on the way. Too late, left out: pictures, and viewers' pictures, that a sending thread did not send. Far fewer kbit/s than others: it was sent a smaller layer, as it read what came so late that its line looked thin."
    );
    println!(
        "Given up: what the program leaves out of the top layer by itself, at any time since the loops began; rate is every second picture, size a quarter of each side."
    );
    println!(
        "Glass to glass: from the capture, by the program's stamp, to the last packet at a viewer; no browser decodes or shows it."
    );
    if !gives {
        println!("This system gives threads no priority: the rows that ask for it are as those that do not.");
    }
    Ok(())
}

/// Whether the system gave any priority.
async fn row(
    program: &Path,
    arguments: &Arguments,
    all: usize,
    a_core: usize,
    asks: bool,
    table: &mut Table,
) -> anyhow::Result<bool> {
    let usual = ["--camera", "pattern", "--microphone", "tone"];
    let options = [&usual[..], if asks { &[] } else { &["--no-priority"] }].concat();
    let program = Program::start_with(program, &options, None, false).await?;
    let crowd = Crowd::join(&Options {
        endpoint: program.whep.clone(),
        viewers: arguments.viewers,
        whole: 0,
        sound: true,
        stamps: true,
        ..Options::default()
    })
    .await?;
    tokio::time::sleep(SETTLE).await;
    let given = Given::to(program.pid)?;
    // Before the loops: viewers who were late for a while are sent less for a while after, and that would be measured.
    if given.real_time > 0 && proc::take_real_time(CROWD).is_err() {
        println!(
            "The crowd may not have the program's priority: with {a_core} loops a core its own delays are measured, too.\n"
        );
    }
    let loops: Vec<Child> = (0..all).map(|_| busy(arguments.apart)).collect::<anyhow::Result<_>>()?;
    tokio::time::sleep(SETTLE).await;
    let before = Counted::of(&program.whep).await?;
    crowd.begin_window();
    tokio::time::sleep(Duration::from_secs_f64(arguments.seconds)).await;
    let report = crowd.report();
    let after = Counted::of(&program.whep).await?;
    drop(loops);
    let (rates, gaps) = (report.sorted(|v| Some(v.pictures_per_second)), report.sorted(|v| Some(v.longest_gap_ms)));
    let expected = PACKETS * arguments.seconds;
    // One packet may be on either side of each end of the window.
    let missing = report.sorted(|v| Some((expected - 1.0 - v.sound_packets as f64).max(v.sound_lost as f64)));
    let sound_gaps = report.sorted(|v| Some(v.sound_gap_ms));
    let (p50, p95) = (report.sorted(|v| Some(v.ages_ms?.0)), report.sorted(|v| Some(v.ages_ms?.1)));
    let most = |values: &[f64]| percentile(values, 100.0);
    table.row(vec![
        a_core.to_string(),
        if asks { given.to_string() } else { "not asked for".into() },
        format!("{:.1}", percentile(&rates, 0.0)),
        format!("{:.1}", percentile(&rates, 50.0)),
        format!("{:.0} ms", most(&gaps)),
        format!("{:.1}", (after.encoded - before.encoded) / after.at.duration_since(before.at).as_secs_f64()),
        format!("{:.0}", after.late - before.late),
        format!("{:.0}", after.left_out - before.left_out),
        format!("{:.0}", percentile(&report.sorted(|v| Some(v.kbps)), 0.0)),
        program.given_up(),
        format!("{:.0}", most(&missing)),
        format!("{:.0} ms", most(&sound_gaps)),
        format!("{:.1} ms", percentile(&p50, 50.0)),
        format!("{:.1} ms", most(&p95)),
        format!("{:.0} ms", (after.stolen - before.stolen) * 1000.0),
    ]);
    crowd.leave().await?;
    program.quit().await?;
    Ok(given.any())
}

/// One that does nothing, and does it all the time; gone when it is dropped.
fn busy(apart: bool) -> anyhow::Result<Child> {
    // It leads no group, so that the shell takes its place.
    let mut busy = Command::new(if apart { "setsid" } else { "sh" });
    busy.args(apart.then_some("sh")).args(["-c", "while :; do :; done"]).stdin(Stdio::null()).kill_on_drop(true);
    busy.spawn().context("cannot start a busy loop")
}

/// What the program and the kernel had counted at a time.
struct Counted {
    at: Instant,
    encoded: f64,
    late: f64,
    left_out: f64,
    stolen: f64,
}

impl Counted {
    async fn of(whep: &str) -> anyhow::Result<Counted> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let scrape = Scrape::of(&http, whep).await?;
        Ok(Counted {
            at: Instant::now(),
            encoded: scrape.get("pictures_encoded_total")?,
            late: scrape.get("dropped_total{reason=\"late\"}")?,
            left_out: scrape.get("dropped_total{reason=\"left_out\"}")?,
            stolen: proc::stolen()?,
        })
    }
}

/// What the program's threads were given.
struct Given {
    real_time: usize,
    nice: usize,
}

impl Given {
    fn to(pid: u32) -> anyhow::Result<Given> {
        let threads = proc::scheduled(pid)?;
        let count = |is: fn(&Scheduled) -> bool| threads.iter().filter(|scheduled| is(scheduled)).count();
        Ok(Given {
            real_time: count(|scheduled| *scheduled == Scheduled::RealTime),
            nice: count(|scheduled| matches!(scheduled, Scheduled::Nice(nice) if *nice < 0)),
        })
    }

    fn any(&self) -> bool {
        self.real_time + self.nice > 0
    }
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Given { real_time: 0, nice: 0 } => f.write_str("none given"),
            Given { real_time, nice } => write!(f, "{real_time} threads real time, {nice} nice"),
        }
    }
}
