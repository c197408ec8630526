//! What was recorded, read by ffmpeg: it shares no code with us.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether ffmpeg is here; else it is said what is not tried.
pub(crate) fn ffmpeg_is_missing() -> bool {
    let missing = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).status().is_err();
    if missing {
        println!("skipped: ffmpeg is not here, which reads what was recorded");
    }
    missing
}

/// What a program says of a file; it may not complain.
fn said(program: &str, arguments: &[&str], file: &Path) -> String {
    let mut command = Command::new(program);
    command.args(["-v", "warning"]);
    let file = file.to_str().expect("the story chose it");
    let output = match program {
        "ffprobe" => command.args(arguments).arg(file),
        _ => command.args(["-xerror", "-i", file]).args(arguments),
    };
    let output = output.stdin(Stdio::null()).output().expect("it can be run");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{program} complains of {file}: {complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// How long a file says that it is, seconds.
pub(crate) fn duration(file: &Path) -> f64 {
    let said = said("ffprobe", &["-show_entries", "format=duration", "-of", "csv=p=0"], file);
    said.trim().parse().expect("a number of seconds")
}

/// How many pictures it decodes to, and how many packets of sound there are: all of it is decoded.
pub(crate) fn decoded(file: &Path) -> (usize, usize) {
    let hashes = said("ffmpeg", &["-map", "0", "-fps_mode", "passthrough", "-f", "framemd5", "-"], file);
    let of = |stream: &str| hashes.lines().filter(|line| line.starts_with(stream)).count();
    (of("0,"), of("1,"))
}

/// The titles of its chapters.
pub(crate) fn chapters(file: &Path) -> Vec<String> {
    let said = said("ffprobe", &["-show_entries", "chapter_tags=title", "-of", "csv=p=0"], file);
    said.lines().map(str::to_owned).collect()
}
