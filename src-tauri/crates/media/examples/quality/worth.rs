//! What a picture is worth: VMAF where an ffmpeg has it, else PSNR; and bits for the same worth.

use super::outcome::Outcome;
use media::measuring::Film;
use std::{
    env, fs,
    io::Write,
    process::{Command, Stdio},
};
use stream::{VideoCodec, VideoFrame};

/// Compares what was encoded with the film.
pub(crate) struct Meter {
    ffmpeg: String,
    vmaf: bool,
}

impl Meter {
    /// The ffmpeg that `VMAF_FFMPEG` names, if it measures VMAF; else the system's.
    pub(crate) fn find() -> Result<Meter, String> {
        let named = env::var("VMAF_FFMPEG").unwrap_or_default();
        for ffmpeg in [&*named, "ffmpeg"].into_iter().filter(|name| !name.is_empty()) {
            let Ok(said) = Command::new(ffmpeg).args(["-v", "error", "-filters"]).output() else { continue };
            let filters = String::from_utf8_lossy(&said.stdout);
            return Ok(Meter { ffmpeg: ffmpeg.into(), vmaf: filters.contains(" libvmaf ") });
        }
        Err("there is no ffmpeg to measure with: install it, or say --rate-only".into())
    }

    /// How it is called in tables.
    pub(crate) fn name(&self) -> &'static str {
        if self.vmaf { "VMAF" } else { "PSNR" }
    }

    /// Of the top layer, in the film's size.
    pub(crate) fn worth(&self, film: &Film, outcome: &Outcome) -> Result<f64, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", film.name);
        let pictures = outcome.top();
        let mut encoded = tempfile::NamedTempFile::new().map_err(|error| failed(&error))?;
        let format = write(&pictures, encoded.as_file_mut()).map_err(|error| failed(&error))?;
        // Decoded first: where the size of pictures changes ffmpeg begins its comparison anew.
        let decoded = tempfile::NamedTempFile::new().map_err(|error| failed(&error))?;
        let (scale, size) =
            (format!("scale={}:{}:flags=bicubic", film.width, film.height), format!("{}x{}", film.width, film.height));
        let raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p"];
        let done = Command::new(&self.ffmpeg)
            .args(["-nostdin", "-v", "error", "-y", "-f", format, "-i"])
            .arg(encoded.path())
            .args(["-fps_mode", "passthrough", "-vf", &scale])
            .args(raw)
            .arg(decoded.path())
            .status()
            .map_err(|error| failed(&error))?;
        if !done.success() {
            return Err(failed(&"ffmpeg does not decode it"));
        }
        let filter = if self.vmaf { "libvmaf=n_threads=2" } else { "psnr" };
        let mut ffmpeg = Command::new(&self.ffmpeg)
            .args(["-v", "info", "-nostats"])
            .args([&raw[..], &["-s", &size, "-r", "30", "-i"]].concat())
            .arg(decoded.path())
            .args([&raw[..], &["-s", &size, "-r", "30", "-i", "-"]].concat())
            .args(["-lavfi", &format!("[0:v][1:v]{filter}"), "-f", "null", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let mut input = ffmpeg.stdin.take().expect("it is piped");
        let start = pictures[0].captured;
        for picture in &pictures {
            let number = ((picture.captured - start).as_secs_f64() * 30.0).round() as usize;
            // It may have heard enough.
            if input.write_all(film.picture(number)).is_err() {
                break;
            }
        }
        drop(input);
        let ended = ffmpeg.wait_with_output().map_err(|error| failed(&error))?;
        let said = String::from_utf8_lossy(&ended.stderr);
        let (before, after) = if self.vmaf { ("VMAF score: ", "") } else { ("average:", " ") };
        let found = said.rsplit_once(before).map(|(_, rest)| rest.lines().next().unwrap_or_default());
        let value =
            found.map(|rest| if after.is_empty() { rest } else { rest.split(after).next().unwrap_or_default() });
        value
            .and_then(|value| value.trim().parse().ok())
            .ok_or_else(|| failed(&format!("ffmpeg says nothing of its {}: {said}", self.name())))
    }
}

/// Pictures as ffmpeg reads them, and what it calls that.
pub(crate) fn write(pictures: &[&VideoFrame], file: &mut fs::File) -> std::io::Result<&'static str> {
    let first = pictures[0];
    if first.codec == VideoCodec::H264 {
        pictures.iter().try_for_each(|picture| file.write_all(&picture.data))?;
        return Ok("h264");
    }
    let name: &[u8] = match first.codec {
        VideoCodec::Av1 => b"AV01",
        VideoCodec::Vp9 => b"VP90",
        VideoCodec::H264 | VideoCodec::Vp8 => b"VP80",
    };
    let mut header = [b"DKIF\0\0\x20\0", name].concat();
    header.extend([first.width, first.height].map(u16::to_le_bytes).concat());
    header.extend([30, 1, pictures.len() as u32, 0].map(u32::to_le_bytes).concat());
    file.write_all(&header)?;
    for (at, picture) in pictures.iter().enumerate() {
        file.write_all(&(picture.data.len() as u32).to_le_bytes())?;
        file.write_all(&(at as u64).to_le_bytes())?;
        file.write_all(&picture.data)?;
    }
    Ok("ivf")
}

/// How many more bits the second takes than the first for what is worth the same (Bjøntegaard's delta, with straight lines between the
/// logarithms of the rates): -0.3 is three tenths fewer. None where they have nothing in common. Points are kbit/s and worth.
pub(crate) fn bd_rate(first: &[(f64, f64)], second: &[(f64, f64)]) -> Option<f64> {
    const PARTS: u32 = 100;
    let worth = |points: &[(f64, f64)], pick: fn(f64, f64) -> f64, from: f64| {
        points.iter().map(|(_, worth)| *worth).fold(from, pick)
    };
    let low = worth(first, f64::min, f64::MAX).max(worth(second, f64::min, f64::MAX));
    let high = worth(first, f64::max, f64::MIN).min(worth(second, f64::max, f64::MIN));
    if high - low < 0.5 {
        return None;
    }
    let mut sum = 0.0;
    for part in 0..=PARTS {
        let at = low + (high - low) * f64::from(part) / f64::from(PARTS);
        sum += log_rate(second, at)? - log_rate(first, at)?;
    }
    Some((sum / f64::from(PARTS + 1)).exp() - 1.0)
}

fn log_rate(points: &[(f64, f64)], worth: f64) -> Option<f64> {
    let mut points = points.to_vec();
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    let pair = points.windows(2).find(|pair| pair[0].1 <= worth + 1e-9 && worth <= pair[1].1 + 1e-9)?;
    let part = if pair[1].1 > pair[0].1 { (worth - pair[0].1) / (pair[1].1 - pair[0].1) } else { 0.0 };
    Some(pair[0].0.ln() + part * (pair[1].0.ln() - pair[0].0.ln()))
}
