//! How soon small type can be read after a page turns, on a line that carries just the rate: each setting beside x264 as people who share
//! screens set it (veryfast, zerolatency), which ffmpeg runs.

use media::{
    VideoConfig,
    measuring::{Film, Setting},
};
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};
use stream::{Rid, VideoFrame};

/// Pages of slides, and for how long each stands. The first is where everything begins, and is not counted.
const PAGES: usize = 7;
const PAGE_SECONDS: usize = 3;
const SCROLLING_SECONDS: usize = 6;
/// A page can be read once it is nearly as like itself (SSIM) as it will ever be.
const LEGIBLE: f64 = 0.95;

/// A film as it was encoded.
struct Encoded {
    file: tempfile::NamedTempFile,
    format: &'static str,
    /// Bytes of each picture.
    sizes: Vec<usize>,
    /// Milliseconds of a core, each picture.
    cpu: f64,
}

/// Encodes both films by each setting at each rate, and prints a table.
pub(crate) fn run(settings: &[&Setting], rates: &[u32], size: (u16, u16), fps: u32) -> Result<(), String> {
    let each = PAGE_SECONDS * fps as usize;
    let (slides, scrolling) = (Film::pages(size, PAGES, each), Film::scrolling(size, SCROLLING_SECONDS * fps as usize));
    println!(
        "| setting | rate | legible after | at worst | PSNR at last | of scrolling code | kbit/s of it | CPU, ms a picture |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for rate in rates {
        let config = VideoConfig::new(size.0, size.1, fps, *rate).map_err(|error| error.to_string())?;
        let print = |name: &str, slides_made: &Encoded, scrolling_made: &Encoded| -> Result<(), String> {
            let seen = likeness(&slides, slides_made, PAGES * each)?;
            let turns =
                (1..PAGES).map(|page| legible_after(slides_made, &seen, page * each..(page + 1) * each, &config));
            let times: Vec<f64> = turns.collect();
            let last = (1..PAGES).map(|page| seen[(page + 1) * each - 1].1);
            let pages = (PAGES - 1) as f64;
            let code = likeness(&scrolling, scrolling_made, SCROLLING_SECONDS * fps as usize)?;
            let from = fps as usize;
            println!(
                "| {name} | {rate} | {:.0} ms | {:.0} ms | {:.1} dB | {:.1} dB | {:.0} | {:.1} |",
                times.iter().sum::<f64>() / pages,
                times.iter().copied().fold(0.0, f64::max),
                last.sum::<f64>() / pages,
                code[from..].iter().map(|(_, psnr)| psnr).sum::<f64>() / (code.len() - from) as f64,
                scrolling_made.sizes.iter().sum::<usize>() as f64 * 8.0 * f64::from(fps)
                    / 1000.0
                    / scrolling_made.sizes.len() as f64,
                slides_made.cpu,
            );
            Ok(())
        };
        print(
            "x264",
            &x264(&slides, PAGES * each, &config)?,
            &x264(&scrolling, SCROLLING_SECONDS * fps as usize, &config)?,
        )?;
        for setting in settings {
            let made = |film: &Film, pictures: usize| ours(setting, film, pictures, &config);
            print(setting.name, &made(&slides, PAGES * each)?, &made(&scrolling, SCROLLING_SECONDS * fps as usize)?)?;
        }
    }
    Ok(())
}

/// Milliseconds from a page's first picture until one that can be read has come through a line of just the rate.
fn legible_after(made: &Encoded, seen: &[(f64, f64)], page: std::ops::Range<usize>, config: &VideoConfig) -> f64 {
    let wanted = LEGIBLE * seen[page.end - 1].0;
    let legible = page.clone().find(|at| seen[*at].0 >= wanted).unwrap_or(page.end - 1);
    let mut through = 0.0_f64;
    for (at, bytes) in made.sizes.iter().enumerate().take(legible + 1) {
        through = through.max(at as f64 * 1000.0 / f64::from(config.fps))
            + *bytes as f64 * 8.0 / f64::from(config.bitrate_kbps);
    }
    through - page.start as f64 * 1000.0 / f64::from(config.fps)
}

fn ours(setting: &Setting, film: &Film, pictures: usize, config: &VideoConfig) -> Result<Encoded, String> {
    let before = super::outcome::cpu_ns()?;
    let made = setting.encode_top(config, pictures as u32, |number| film.picture(number as usize))?;
    let cpu = (super::outcome::cpu_ns()? - before) / 1e6 / pictures as f64;
    let top: Vec<&VideoFrame> = made.iter().filter(|picture| picture.rid == Rid::F).collect();
    if top.len() != pictures {
        return Err(format!("{}: {} of {pictures} pictures came out", setting.name, top.len()));
    }
    let mut file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let format = super::worth::write(&top, file.as_file_mut()).map_err(|error| error.to_string())?;
    Ok(Encoded { file, format, sizes: top.iter().map(|picture| picture.data.len()).collect(), cpu })
}

fn x264(film: &Film, pictures: usize, config: &VideoConfig) -> Result<Encoded, String> {
    let failed = |error: &dyn std::fmt::Display| format!("x264 by ffmpeg: {error}");
    let file = tempfile::NamedTempFile::new().map_err(|error| failed(&error))?;
    let (rate, fps) = (format!("{}k", config.bitrate_kbps), config.fps.to_string());
    // Keyframes as those of a broadcast: who comes later needs them here as there.
    let keyframes = (2 * config.fps).to_string();
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-v", "info", "-nostats", "-benchmark", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"])
        .args(["-s", &format!("{}x{}", film.width, film.height), "-r", &fps, "-i", "-"])
        .args(["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-threads", "1"])
        .args(["-b:v", &rate, "-maxrate", &rate, "-bufsize", &rate, "-g", &keyframes, "-f", "h264"])
        .arg(file.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut input = ffmpeg.stdin.take().expect("it is piped");
    let written = (0..pictures).try_for_each(|number| input.write_all(film.picture(number)));
    drop(input);
    let ended = ffmpeg.wait_with_output().map_err(|error| failed(&error))?;
    let said = String::from_utf8_lossy(&ended.stderr);
    if !ended.status.success() || written.is_err() {
        return Err(failed(&said));
    }
    let seconds = |name: &str| -> f64 {
        let rest = said.rsplit_once(name).map_or("", |(_, rest)| rest);
        rest.split('s').next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
    };
    let cpu = (seconds("utime=") + seconds("stime=")) * 1000.0 / pictures as f64;
    let probed = Command::new("ffprobe")
        .args(["-v", "error", "-f", "h264", "-show_entries", "packet=size", "-of", "csv=p=0"])
        .arg(file.path())
        .output()
        .map_err(|error| failed(&error))?;
    let sizes: Vec<usize> = String::from_utf8_lossy(&probed.stdout)
        .lines()
        .filter_map(|line| line.trim_matches(',').parse().ok())
        .collect();
    if sizes.len() != pictures {
        return Err(failed(&format!("{} of {pictures} pictures came out", sizes.len())));
    }
    Ok(Encoded { file, format: "h264", sizes, cpu })
}

/// SSIM and PSNR of each picture's luma, by ffmpeg.
fn likeness(film: &Film, made: &Encoded, pictures: usize) -> Result<Vec<(f64, f64)>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", film.name);
    let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
    let (ssim, psnr) = (folder.path().join("ssim"), folder.path().join("psnr"));
    let size = format!("{}x{}", film.width, film.height);
    let filter = format!(
        "[0:v]settb=1/30,setpts=N,scale={size}:flags=bicubic,split[a][b];[1:v]settb=1/30,setpts=N,split[c][d];[a][c]ssim=stats_file={}[e];[b][d]psnr=stats_file={}[f]",
        ssim.display(),
        psnr.display()
    );
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-v", "error", "-r", "30", "-f", made.format, "-i"])
        .arg(made.file.path())
        .args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "30", "-i", "-"])
        .args(["-lavfi", &filter])
        .args(["-map", "[e]", "-fps_mode", "passthrough", "-f", "null", "-"])
        .args(["-map", "[f]", "-fps_mode", "passthrough", "-f", "null", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut input = ffmpeg.stdin.take().expect("it is piped");
    // An error: it says by itself what it missed.
    let _ = (0..pictures).try_for_each(|number| input.write_all(film.picture(number)));
    drop(input);
    if !ffmpeg.wait().map_err(|error| failed(&error))?.success() {
        return Err(failed(&"ffmpeg does not compare it"));
    }
    let read = |path: &std::path::Path, name: &str, most: f64| -> Result<Vec<f64>, String> {
        let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
        let value = |line: &str| line.split(' ').find_map(|part| part.strip_prefix(name)?.parse::<f64>().ok());
        Ok(text.lines().filter_map(value).map(|value| value.min(most)).collect())
    };
    // What is the same to the last bit has no end of decibels.
    let both: Vec<(f64, f64)> = read(&ssim, "Y:", 1.0)?.into_iter().zip(read(&psnr, "psnr_y:", 99.0)?).collect();
    if both.len() != pictures {
        return Err(failed(&format!("ffmpeg compared {} of {pictures} pictures", both.len())));
    }
    Ok(both)
}
