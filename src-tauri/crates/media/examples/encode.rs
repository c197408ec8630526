//! One OpenH264 call for all three layers beside separate encoders: how soon the top layer and all layers are there, and
//! what CPU it takes. Linux only.
//!
//! `cargo run --release -p media --features measuring --example encode [SECONDS]`

use media::{
    VideoConfig,
    measuring::{Arrangement, Took, encode},
};
use std::{env, fs};

fn main() {
    let seconds: u32 = env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(10);
    let config = VideoConfig::default();
    let pictures = seconds * config.fps;
    println!(
        "{}x{} and its half and quarter, {} fps, {} kbit/s, pattern, {seconds} s each, in turn, twice; milliseconds from a\n\
         picture's arrival at the encoders\n",
        config.width, config.height, config.fps, config.bitrate_kbps
    );
    println!("| encoders | top p50 | top p95 | all p50 | all p95 | top p50 of keyframes | CPU a picture | kbit/s |");
    println!("|---|---|---|---|---|---|---|---|");
    for arrangement in Arrangement::ALL.into_iter().cycle().take(2 * Arrangement::ALL.len()) {
        let before = cpu_ms();
        let took = encode(arrangement, &config, pictures).expect("OpenH264 encodes its pattern");
        let cpu = (cpu_ms() - before) / f64::from(pictures);
        // The first second has the opening in it.
        let took = &took[config.fps as usize..];
        let key: Vec<Took> = took.iter().copied().filter(|took| took.keyframe).collect();
        let bytes: usize = took.iter().map(|took| took.bytes).sum();
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {cpu:.2} | {:.0} |",
            name(arrangement),
            at(took, 50, |took| took.top),
            at(took, 95, |took| took.top),
            at(took, 50, |took| took.all),
            at(took, 95, |took| took.all),
            at(&key, 50, |took| took.top),
            bytes as f64 * 8.0 * f64::from(config.fps) / 1000.0 / took.len() as f64,
        );
    }
    println!("\nCPU has the drawing of the pattern in it, 0.2 ms a picture.");
}

fn name(arrangement: Arrangement) -> &'static str {
    match arrangement {
        Arrangement::OneCall => "one call for all",
        Arrangement::TopFirst => "top, then one call for both lower",
        Arrangement::Separate => "three, top first, one thread",
        Arrangement::TwoThreads => "three, lower two on a second thread",
    }
}

/// The time that so many percent of them lie under, milliseconds.
fn at(took: &[Took], percent: usize, of: impl Fn(&Took) -> std::time::Duration) -> f64 {
    let mut times: Vec<_> = took.iter().map(of).collect();
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0
}

/// CPU time of the whole process until now. Threads that ended are in it.
fn cpu_ms() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    // After the name in brackets: state is the first field, user and system time the 12th and 13th, in ticks of 10 ms.
    let fields: Vec<&str> = stat.rsplit(')').next().expect("it has a name").split_whitespace().collect();
    10.0 * (fields[11].parse::<f64>().expect("a number") + fields[12].parse::<f64>().expect("a number"))
}
