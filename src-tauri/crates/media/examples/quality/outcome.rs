//! What one setting makes of one film at one rate.

use media::{
    VideoConfig,
    measuring::{Film, SETTINGS, Setting},
};
use std::fs;
use stream::{Rid, VideoFrame};

/// The encoded film, and what it cost.
pub(crate) struct Outcome {
    /// All layers' pictures.
    made: Vec<VideoFrame>,
    pictures: usize,
    fps: f64,
    /// CPU over that of the reference, measured right before and after.
    cpu: f64,
}

/// One layer's pictures: bytes, none where one was left out, and whether it is a keyframe.
type Sizes = Vec<(usize, bool)>;

impl Outcome {
    pub(crate) fn of(film: &Film, setting: &Setting, config: &VideoConfig, seconds: u32) -> Result<Outcome, String> {
        let count = seconds * config.fps;
        let picture = |number: u32| film.picture(number as usize);
        // A part of the film is enough for what the reference costs at this moment.
        let part = (count / 4).max(config.fps);
        let mut reference = 0.0;
        let mut measure = || -> Result<(), String> {
            let before = cpu_ns()?;
            SETTINGS[0].encode(config, part, picture)?;
            reference += (cpu_ns()? - before) / f64::from(2 * part);
            Ok(())
        };
        measure()?;
        let before = cpu_ns()?;
        let made = setting.encode(config, count, picture)?;
        let own = (cpu_ns()? - before) / f64::from(count);
        measure()?;
        Ok(Outcome { made, pictures: count as usize, fps: f64::from(config.fps), cpu: own / reference })
    }

    /// The top layer's pictures.
    pub(crate) fn top(&self) -> Vec<&VideoFrame> {
        self.made.iter().filter(|picture| picture.rid == Rid::F).collect()
    }

    /// Of the top layer.
    pub(crate) fn kbps(&self) -> f64 {
        self.mean(&self.sizes(Rid::F))
    }

    fn sizes(&self, rid: Rid) -> Sizes {
        let mut sizes = vec![(0, false); self.pictures];
        let start = self.made[0].captured;
        for picture in self.made.iter().filter(|picture| picture.rid == rid) {
            let at = ((picture.captured - start).as_secs_f64() * self.fps).round() as usize;
            sizes[at] = (picture.data.len(), picture.keyframe);
        }
        sizes
    }

    fn mean(&self, part: &[(usize, bool)]) -> f64 {
        part.iter().map(|(bytes, _)| *bytes as f64).sum::<f64>() * 8.0 * self.fps / 1000.0 / part.len() as f64
    }

    pub(crate) fn print(&self, film: &Film, setting: &Setting, rate: u32, config: &VideoConfig, worth: Option<f64>) {
        for rid in Rid::ALL.into_iter().rev() {
            let pictures: Vec<&VideoFrame> = self.made.iter().filter(|picture| picture.rid == rid).collect();
            let Some(last) = pictures.last() else { continue };
            let (sizes, wanted) = (self.sizes(rid), f64::from(config.layer_kbps(rid)));
            let second = self.fps as usize;
            // An encoder knows nothing of the film in its first second.
            let beside = |kbps: f64| 100.0 * (kbps / wanted - 1.0);
            let windows: Vec<f64> =
                sizes[second..].windows(2 * second).map(|window| beside(self.mean(window))).collect();
            let (least, most) =
                (windows.iter().copied().fold(f64::MAX, f64::min), windows.iter().copied().fold(f64::MIN, f64::max));
            let largest = |keyframe: bool| {
                let of = sizes[second..].iter().filter(|(_, is)| *is == keyframe).map(|(bytes, _)| *bytes);
                of.max().map_or(f64::NAN, |bytes| bytes as f64 * 8.0 * self.fps / 1000.0 / wanted)
            };
            let top = rid == Rid::F;
            println!(
                "| {} | {} | {rate} | {} | {:.0} | {least:+.0} to {most:+.0} % | {:.2} | {:.1} | {} | {} | {} | {} |",
                film.name,
                setting.name,
                format!("{rid:?}").to_lowercase(),
                self.mean(&sizes),
                largest(false),
                largest(true),
                last.height,
                self.pictures - pictures.len(),
                worth.filter(|_| top).map_or(String::new(), |worth| format!("{worth:.1}")),
                if top { format!("{:.2}", self.cpu) } else { String::new() },
            );
        }
    }
}

/// CPU time of this thread until now.
pub(crate) fn cpu_ns() -> Result<f64, String> {
    let read = fs::read_to_string("/proc/thread-self/schedstat").map_err(|error| error.to_string())?;
    read.split(' ').next().and_then(|first| first.parse().ok()).ok_or("Linux does not tell the CPU time".into())
}
