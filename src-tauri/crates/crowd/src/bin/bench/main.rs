//! `./dev bench [forward|joins|pipeline|steady|chat|busy]`: what Skylark costs, beside the price of the bare work in the same run.
//!
//! The machine's speed varies by half from hour to hour, so only ratios of one run say anything; the tables print both.

mod busy;
mod chat;
mod floor;
mod forward;
mod janus;
mod joins;
mod load;
mod pipeline;
mod proc;
mod program;
mod row;
mod screen;
mod steady;
mod svg;
mod table;

use clap::{Parser, Subcommand};
use janus::Janus;
use std::path::PathBuf;

/// Measures Skylark on this machine, over loopback.
#[derive(Parser)]
struct Arguments {
    /// The release headless program; `./dev bench` builds it and says where it is
    #[arg(long, env = "SKYLARK_BIN")]
    program: PathBuf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Forwarding: CPU a viewer-second, ratio to the floor, joins, loss, memory
    Forward(forward::Arguments),
    /// Joins beside viewers who watch: time to the first whole keyframe, and what the others notice
    Joins(joins::Arguments),
    /// Media: CPU of capture, scaling, composing, encoding and sound with nobody watching
    Pipeline,
    /// Steadiness: thousands of joins and leaves, the cost and the memory of idle viewers
    Steady(steady::Arguments),
    /// The chat: CPU of a message and page, and how late it comes, beside a bare loop; what it costs the picture
    Chat(chat::Arguments),
    /// A busy machine: pictures kept, sound and latency beside busy loops, with priority and without
    Busy(busy::Arguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    println!("{}\n", proc::machine());
    // Before there is a second thread: a network namespace is a thread's.
    let janus = match &arguments.what {
        Some(What::Forward(forward)) => forward.wants_peers().then(Janus::find),
        _ => None,
    };
    tokio::runtime::Runtime::new()?.block_on(run(arguments, janus))
}

async fn run(arguments: Arguments, janus: Option<anyhow::Result<Janus>>) -> anyhow::Result<()> {
    match arguments.what {
        Some(What::Forward(forward)) => forward::run(&arguments.program, &forward, janus).await,
        Some(What::Joins(joins)) => joins::run(&arguments.program, &joins).await,
        Some(What::Pipeline) => pipeline::run(&arguments.program).await,
        Some(What::Steady(steady)) => steady::run(&arguments.program, &steady).await,
        Some(What::Chat(chat)) => chat::run(&arguments.program, &chat).await,
        Some(What::Busy(busy)) => busy::run(&arguments.program, &busy).await,
        None => {
            pipeline::run(&arguments.program).await?;
            forward::run(&arguments.program, &forward::Arguments::default(), None).await
        }
    }
}
