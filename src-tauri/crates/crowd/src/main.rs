//! `crowd --whep URL --viewers N`: a crowd of viewers; prints what they saw.

use clap::Parser;
use std::time::Duration;

/// A crowd of real WebRTC viewers for a WHEP endpoint on this machine.
#[derive(Parser)]
struct Arguments {
    /// The WHEP endpoint: http://127.0.0.1:PORT/whep/TOKEN
    #[arg(long)]
    whep: String,
    /// How many viewers
    #[arg(long, default_value_t = 10)]
    viewers: u32,
    /// How many start to join in a second
    #[arg(long, default_value_t = 20.0)]
    joins_per_second: f64,
    /// How long all of them watch
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How long before that, which does not count
    #[arg(long, default_value_t = 0.0)]
    settle: f64,
    /// With sound
    #[arg(long)]
    audio: bool,
    /// The best codec that they offer: h264, vp9 or vp8
    #[arg(long, default_value = "h264", value_parser = codec)]
    codec: crowd::Codec,
    /// Light viewers: the same to the server at a fraction of the work, for crowds of a thousand
    #[arg(long)]
    light: bool,
    /// So many whole ones among the light: the first
    #[arg(long, default_value_t = 0)]
    whole: u32,
    /// Once all are there the light ones ask twenty times a second for the last hundred packets, and for a picture
    #[arg(long)]
    flood: bool,
    /// Percent of the RTP packets to throw away on arrival
    #[arg(long, default_value_t = 0.0)]
    loss: f64,
    /// Print every viewer as JSON
    #[arg(long)]
    json: bool,
}

fn codec(name: &str) -> Result<crowd::Codec, String> {
    crowd::Codec::named(name).ok_or_else(|| "it is h264, vp9 or vp8".into())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let a = Arguments::parse();
    let options = crowd::Options {
        endpoint: a.whep,
        viewers: a.viewers,
        joins_per_second: a.joins_per_second,
        watch: Duration::from_secs_f64(a.seconds),
        settle: Duration::from_secs_f64(a.settle),
        sound: a.audio,
        codec: a.codec,
        whole: if a.light { a.whole } else { u32::MAX },
        stamps: false,
        loss_percent: a.loss,
        flood: a.flood,
    };
    // Ctrl-C: they leave as they would have later.
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    let report = crowd::run_until(options, || eprintln!("All have come, and watch."), interrupted).await?;
    if a.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", report.summary());
    }
    Ok(())
}
