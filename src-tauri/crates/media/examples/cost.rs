//! What the pipeline costs: CPU seconds a second of picture and sound, thread by thread. Linux only.
//!
//! `cargo run --release -p media --example cost [SECONDS]`

use media::{CameraChoice, MicrophoneChoice, Pipeline, VideoConfig};
use std::{
    collections::BTreeMap,
    env, fs,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use stream::{Frame, Rid, VideoCodec};

fn main() {
    let seconds: f64 = env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(10.0);
    opus();
    let video = VideoConfig::default();
    println!();
    println!(
        "{}x{}, {} fps, {} kbit/s, pattern and tone, {seconds} s each",
        video.width, video.height, video.fps, video.bitrate_kbps
    );
    for (name, codec, layers) in [
        ("H.264 and Opus", VideoCodec::Vp8, &[][..]),
        ("and VP8, full", VideoCodec::Vp8, &[Rid::F]),
        ("and VP8, full and half", VideoCodec::Vp8, &[Rid::F, Rid::H]),
        ("and VP9, full", VideoCodec::Vp9, &[Rid::F]),
        ("and VP9, full and half", VideoCodec::Vp9, &[Rid::F, Rid::H]),
    ] {
        let pipeline = Pipeline::open(CameraChoice::Pattern, MicrophoneChoice::Tone, video, "cost".into(), |_| ());
        pipeline.set_layers(codec, layers);
        let late = Arc::new(Mutex::new(BTreeMap::<&str, Vec<Duration>>::new()));
        let seen = late.clone();
        pipeline.go_live(move |encoded| {
            let (what, captured) = match &encoded {
                Frame::Video(picture) if picture.rid == Rid::F => ("picture", picture.captured),
                Frame::Video(_) => return,
                Frame::Audio(packet) => ("sound", packet.captured),
            };
            seen.lock().expect("nobody panics").entry(what).or_default().push(Instant::now() - captured);
        });
        // The first second has the opening in it.
        thread::sleep(Duration::from_secs(1));
        let (before, began) = (threads(), Instant::now());
        thread::sleep(Duration::from_secs_f64(seconds));
        let (after, took) = (threads(), began.elapsed().as_secs_f64());
        pipeline.end();
        println!("\n{name}");
        let mut total = 0.0;
        for (thread, cpu) in &after {
            let share = (cpu - before.get(thread).copied().unwrap_or_default()) / took;
            total += share;
            println!("  {thread:<14} {share:.3}");
        }
        println!("  {:<14} {total:.3} of a core", "all");
        for (what, late) in late.lock().expect("nobody panics").iter_mut() {
            late.sort();
            let at = |part: usize| late[(late.len() * part / 100).min(late.len() - 1)].as_secs_f64() * 1000.0;
            println!("  {what} leaves {:.1} ms (p50), {:.1} ms (p95) after its capture", at(50), at(95));
        }
    }
}

/// What Opus takes in packets of 10 and of 20 ms, and how much comes out.
fn opus() {
    println!("\nOpus at 96 kbit/s, stereo");
    for ms in [10, 20] {
        let mut encoder =
            opus::Encoder::new(48_000, opus::Channels::Stereo, opus::Application::Audio).expect("it starts");
        encoder.set_bitrate(opus::Bitrate::Bits(96_000)).expect("it is set");
        encoder.set_inband_fec(true).expect("it is set");
        let samples = 48 * ms;
        let (mut packet, mut bytes, mut noise) = ([0; 1275], 0, 1_u32);
        let began = Instant::now();
        for start in (0..60 * 48_000).step_by(samples) {
            let sound: Vec<f32> = (start..start + samples)
                .flat_map(|at| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let hiss = (noise >> 8) as f32 / 16_777_216.0 * 0.1;
                    [440.0, 660.0].map(|hz| 0.3 * (std::f32::consts::TAU * hz * at as f32 / 48_000.0).sin() + hiss)
                })
                .collect();
            bytes += encoder.encode_float(&sound, &mut packet).expect("it encodes");
        }
        let cost = began.elapsed().as_secs_f64() / 60.0;
        println!(
            "  packets of {ms} ms: {:.1} ms CPU a second, {:.0} kbit/s",
            cost * 1000.0,
            bytes as f64 * 8.0 / 60_000.0
        );
    }
}

/// CPU seconds of each of the pipeline's threads until now.
fn threads() -> BTreeMap<String, f64> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux tells").flatten();
    let read = tasks.filter_map(|task| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?.trim().to_owned();
        let ran: f64 = fs::read_to_string(task.path().join("schedstat")).ok()?.split(' ').next()?.parse().ok()?;
        name.starts_with("media").then_some((name, ran / 1e9))
    });
    read.collect()
}
