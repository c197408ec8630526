//! What the media pipeline costs with nobody watching: pattern, scaling, one encoder with all its layers, Opus, and recording it; and a screen,
//! moving and still, alone and with a camera over it, beside the encoders of the same frames in the same run.

use crate::proc::{Cpu, is_media};
use crate::program::Program;
use crate::screen::Screen;
use crate::table::Table;
use std::path::Path;
use std::time::{Duration, Instant};

const SETTLE: Duration = Duration::from_secs(3);
const MEASURE: Duration = Duration::from_secs(15);

pub(crate) async fn run(program: &Path) -> anyhow::Result<()> {
    println!(
        "Media pipeline: test pattern 1280x720 at 30 fps, three spatial layers, Opus, recorded; nobody watching\n"
    );
    let options = ["--camera", "pattern", "--microphone", "tone"];
    let recorded = Program::start_with(program, &options, None, true).await?;
    let took = Took::by(&recorded).await?;
    took.print();
    println!("Recording takes {:.4} of what encoding does (goal: 0.05)\n", took.of("recording") / took.of(ENCODERS));
    recorded.quit().await?;
    match Screen::open() {
        Ok(screen) => screens(program, &screen).await,
        Err(missing) => {
            println!("A screen is not measured: {missing}");
            Ok(())
        }
    }
}

/// The thread that scales to the lower layers and encodes them all.
const ENCODERS: &str = "media-h264";

/// A screen of 1080p with lines that scroll up 15 times a second, the same standing still, and a camera (the pattern) over the first.
async fn screens(program: &Path, screen: &Screen) -> anyhow::Result<()> {
    println!("Screen 1920x1080 at 15 fps, three spatial layers, no sound; nobody watching\n");
    let usual =
        ["--microphone", "off", "--size", "1920x1080", "--fps", "15", "--camera", "pattern", "--source", "screen"];
    let mut all = Vec::new();
    for (what, scrolls, scene) in
        [("screen, moving", true, "off"), ("screen, still", false, "off"), ("screen and camera", true, "screen+camera")]
    {
        screen.scroll(scrolls);
        let options = [&usual[..], &["--scene", scene]].concat();
        let shows = Program::start_with(program, &options, Some(&screen.display), false).await?;
        let took = Took::by(&shows).await?;
        println!("{what}:\n");
        took.print();
        shows.quit().await?;
        all.push((took.pictures(), took.of(ENCODERS)));
    }
    let [(moving, encoded), (still, _), (scene, scene_encoded)] = all[..] else { unreachable!("three were measured") };
    println!("A moving screen takes {:.2} times its encoders alone", moving / encoded);
    println!("A still screen takes {:.2} of a moving one (goal: 0.3)", still / moving);
    println!("Screen, camera and composing take {:.2} times their encoders alone (goal: 1.4)", scene / scene_encoded);
    Ok(())
}

/// What a program's threads took of a core.
struct Took {
    threads: Vec<(String, f64)>,
}

impl Took {
    async fn by(program: &Program) -> anyhow::Result<Took> {
        tokio::time::sleep(SETTLE).await;
        let (before, begin) = (Cpu::of(program.pid)?, Instant::now());
        tokio::time::sleep(MEASURE).await;
        let (after, seconds) = (Cpu::of(program.pid)?, begin.elapsed().as_secs_f64());
        let share = |thread: &str| after.ms_since(&before, |name| name == thread) / seconds / 1000.0;
        Ok(Took { threads: after.threads().map(|thread| (thread.to_owned(), share(thread))).collect() })
    }

    fn of(&self, thread: &str) -> f64 {
        self.threads.iter().filter(|(name, _)| name == thread).map(|(_, core)| core).sum()
    }

    /// Of capture, scaling, composing and encoding.
    fn pictures(&self) -> f64 {
        let of_pictures = |name: &str| is_media(name) && name != "media-sound";
        self.threads.iter().filter(|(name, _)| of_pictures(name)).map(|(_, core)| core).sum()
    }

    fn print(&self) {
        let mut table = Table::new(&["thread", "core"]);
        for (thread, core) in self.threads.iter().filter(|(_, core)| *core >= 0.0005) {
            table.row(vec![thread.clone(), format!("{core:.4}")]);
        }
        let all: f64 = self.threads.iter().map(|(_, core)| core).sum();
        table.row(vec!["all".into(), format!("{all:.4}")]);
        table.print();
    }
}
