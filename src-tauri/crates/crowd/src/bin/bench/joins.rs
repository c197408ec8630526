//! Joins beside viewers who already watch: how fast the new ones have a picture, and what the others notice.

use crate::load::{SETTLE, WHOLE};
use crate::program::Program;
use crate::table::Table;
use crowd::{Crowd, Options, Report, percentile};
use std::path::Path;
use std::time::Duration;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many watch already
    #[arg(long, default_value_t = 200)]
    watching: u32,
    /// How many join
    #[arg(long, default_value_t = 200)]
    joining: u32,
    /// At which rates, a row each
    #[arg(long, value_delimiter = ',', default_values_t = [20.0, 200.0])]
    joins_per_second: Vec<f64>,
    /// With sound
    #[arg(long)]
    sound: bool,
}

/// The row to compare with: nobody joins.
const QUIET: Duration = Duration::from_secs(5);
/// After the last one began to join: joins under way end, and what they held up is seen.
const AFTER: Duration = Duration::from_secs(2);

pub(crate) async fn run(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    println!(
        "{} join while {} watch{}\n",
        arguments.joining,
        arguments.watching,
        if arguments.sound { ", with sound" } else { "" }
    );
    let program = Program::start(program, arguments.sound).await?;
    tokio::time::sleep(SETTLE).await;
    let options = |viewers, joins_per_second| Options {
        endpoint: program.whep.clone(),
        viewers,
        whole: WHOLE,
        joins_per_second,
        sound: arguments.sound,
        ..Options::default()
    };
    let watching = Crowd::join(&options(arguments.watching, 40.0)).await?;
    let mut table = Table::new(&[
        "joins a second",
        "joined",
        "answer p50",
        "keyframe p50",
        "p95",
        "most",
        "lost",
        "still watching",
        "their longest gap p50",
        "most",
        "latest frame p50",
        "most",
        "their lost",
    ]);
    tokio::time::sleep(SETTLE).await;
    watching.begin_window();
    tokio::time::sleep(QUIET).await;
    table.row(row("none", &Report::default(), &watching.report()));
    for &rate in &arguments.joins_per_second {
        tokio::time::sleep(SETTLE).await;
        watching.begin_window();
        let joining = Crowd::join(&options(arguments.joining, rate)).await?;
        tokio::time::sleep(AFTER).await;
        let seen = watching.report();
        table.row(row(&rate.to_string(), &joining.leave().await?, &seen));
    }
    watching.leave().await?;
    program.quit().await?;
    table.print();
    println!(
        "Joins in ms from the POST to the answer, and to the last packet of the first whole keyframe. A watcher's longest gap: between\n\
         two of its pictures, 33 ms apart when all is well. Latest frame: how much later than the fastest picture of the same time,\n\
         by their timestamps; the encoder's share is in it. One crowd's process joins and watches, on the same cores."
    );
    Ok(())
}

fn row(rate: &str, joining: &Report, watching: &Report) -> Vec<String> {
    let joins = joining.sorted(|v| v.first_keyframe_ms);
    let of = |sorted: &[f64], p: f64| {
        if sorted.is_empty() { "-".to_owned() } else { format!("{:.1} ms", percentile(sorted, p)) }
    };
    let gaps = watching.sorted(|v| Some(v.longest_gap_ms));
    let still = watching.viewers.iter().filter(|v| v.error.is_none() && v.pictures_per_second > 28.0).count();
    let late = watching.sorted(|v| Some(v.latest_ms));
    vec![
        rate.to_owned(),
        format!("{} of {}", joins.len(), joining.viewers.len()),
        of(&joining.sorted(|v| v.answered_ms), 50.0),
        of(&joins, 50.0),
        of(&joins, 95.0),
        of(&joins, 100.0),
        joining.lost().to_string(),
        format!("{} of {}", still, watching.viewers.len()),
        of(&gaps, 50.0),
        of(&gaps, 100.0),
        of(&late, 50.0),
        of(&late, 100.0),
        watching.lost().to_string(),
    ]
}
