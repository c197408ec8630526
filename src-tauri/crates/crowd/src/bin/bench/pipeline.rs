//! What the media pipeline costs with nobody watching: pattern, scaling, one encoder with all its layers, Opus, and recording it.

use crate::proc::Cpu;
use crate::program::Program;
use crate::table::Table;
use std::path::Path;
use std::time::{Duration, Instant};

const SETTLE: Duration = Duration::from_secs(3);
const MEASURE: Duration = Duration::from_secs(15);

pub(crate) async fn run(program: &Path) -> anyhow::Result<()> {
    println!(
        "Media pipeline: test pattern 1280x720 at 30 fps, three spatial layers, Opus, recorded; nobody watching\n"
    );
    let program = Program::start_with(program, true, true).await?;
    tokio::time::sleep(SETTLE).await;
    let (before, begin) = (Cpu::of(program.pid)?, Instant::now());
    tokio::time::sleep(MEASURE).await;
    let (after, seconds) = (Cpu::of(program.pid)?, begin.elapsed().as_secs_f64());
    let mut table = Table::new(&["thread", "core"]);
    for thread in after.threads() {
        let ms = after.ms_since(&before, |name| name == thread);
        if ms / seconds >= 0.5 {
            table.row(vec![thread.to_owned(), format!("{:.4}", ms / seconds / 1000.0)]);
        }
    }
    table.row(vec!["all".into(), format!("{:.4}", after.ms_since(&before, |_| true) / seconds / 1000.0)]);
    table.print();
    let recording = after.ms_since(&before, |name| name == "recording");
    let encoding = after.ms_since(&before, |name| name == "media-h264");
    println!("\nRecording takes {:.4} of what encoding does (goal: 0.05)", recording / encoding);
    program.quit().await
}
