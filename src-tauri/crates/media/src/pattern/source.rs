use super::Pattern;
use crate::{
    VideoConfig,
    clock::{Ticker, unix},
    frame::{PixelFormat, RawPicture},
    source::{PictureSource, SourceError},
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The pattern as a camera: one picture at each tick of a steady clock.
#[derive(Debug)]
pub(crate) struct PatternSource {
    pattern: Pattern,
    ticker: Ticker,
    video: VideoConfig,
}

impl PatternSource {
    pub(crate) fn new(video: &VideoConfig, name: &str) -> Self {
        Self {
            pattern: Pattern::new(video.width, video.height, name),
            ticker: Ticker::new(video.fps, Instant::now()),
            video: *video,
        }
    }
}

impl PictureSource for PatternSource {
    fn next(&mut self, into: &mut RawPicture) -> Result<(), SourceError> {
        let (tick, number) = self.ticker.next();
        thread::sleep(tick.saturating_duration_since(Instant::now()));
        // Rounded: a tick on a whole second is to say so, whichever side of it the two clocks' comparison falls.
        let unix_ms = (unix(tick) + Duration::from_micros(500)).as_millis() as u64;
        self.pattern.draw(unix_ms, number, &mut into.data);
        (into.format, into.width, into.height) = (PixelFormat::I420, self.video.width, self.video.height);
        into.captured = tick;
        self.ticker.taken(Instant::now());
        Ok(())
    }

    fn format(&self) -> String {
        format!("{}x{}, {} fps", self.video.width, self.video.height, self.video.fps)
    }
}
