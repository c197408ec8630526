//! Whether Skylark stays as it is: thousands of viewers that come and go, idle ones, and many at once.

mod idle;
pub(crate) mod scrape;
mod soak;

use std::path::{Path, PathBuf};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only one part; otherwise all
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// How many viewers join and leave
    #[arg(long, default_value_t = 20_000)]
    joins: u32,
    /// How many of them are there at one time
    #[arg(long, default_value_t = 200)]
    at_once: u32,
    /// How many idle viewers, one row each
    #[arg(long, value_delimiter = ',', default_values_t = [200, 1000])]
    idle: Vec<u32>,
    /// The forwarder alone; `./dev bench` builds it and says where it is
    #[arg(long, env = "FORWARDER_BIN")]
    forwarder: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Soak,
    Idle,
}

pub(crate) async fn run(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Soak) {
        soak::run(program, arguments.joins, arguments.at_once).await?;
    }
    if wanted(Part::Idle) {
        idle::run(&arguments.forwarder, &arguments.idle).await?;
    }
    Ok(())
}
