//! The test pattern in the place of a camera.

use super::Pattern;
use crate::{
    CameraChoice, VideoConfig,
    clock::{Ticker, unix},
    frame::{PixelFormat, RawPicture},
    source::{Next, PictureSource, SourceError},
    title::Title,
};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// The pattern as a camera: one picture at each tick of a steady clock.
#[derive(Debug)]
pub(crate) struct PatternSource {
    pattern: Pattern,
    title: Arc<Title>,
    /// How often the title had changed when it was drawn.
    drawn: u64,
    ticker: Ticker,
    video: VideoConfig,
}

impl PatternSource {
    pub(crate) fn new(video: &VideoConfig, title: Arc<Title>) -> Self {
        let drawn = title.changes();
        Self {
            pattern: Pattern::new(video.width, video.height, &title.text(), title.language()),
            title,
            drawn,
            ticker: Ticker::new(video.fps, Instant::now()),
            video: *video,
        }
    }
}

impl PictureSource for PatternSource {
    fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
        let (tick, number) = self.ticker.next();
        thread::sleep(tick.saturating_duration_since(Instant::now()));
        // Rounded: a tick on a whole second is to say so, whichever side of it the two clocks' comparison falls.
        let unix_ms = (unix(tick) + Duration::from_micros(500)).as_millis() as u64;
        let changes = self.title.changes();
        if std::mem::replace(&mut self.drawn, changes) != changes {
            self.pattern.set_words(&self.title.text(), self.title.language());
        }
        self.pattern.draw(unix_ms, number, &mut into.data);
        (into.format, into.width, into.height) = (PixelFormat::I420, self.video.width, self.video.height);
        into.captured = tick;
        self.ticker.taken(Instant::now());
        Ok(Next::Taken)
    }

    fn id(&self) -> String {
        CameraChoice::Pattern.to_string()
    }

    fn format(&self) -> String {
        format!("{}x{}, {} fps", self.video.width, self.video.height, self.video.fps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern;

    #[test]
    fn one_picture_a_second_is_the_first_with_the_flash_and_lies_on_the_second() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let (mut source, mut raw) = (PatternSource::new(&video, Arc::new(Title::new("test"))), RawPicture::new());
        let mut flash_before = true;
        let mut onsets = Vec::new();
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(2200) && onsets.len() < 2 {
            source.next(&mut raw).expect("the pattern never fails");
            let reading = pattern::read(&raw.data, 320, 320, 180).expect("it can be read");
            if reading.flash && !flash_before {
                onsets.push((reading.unix_ms, unix(raw.captured)));
            }
            flash_before = reading.flash;
        }
        // A busy machine may leave out the tick that lies on the second: the next is then within the flash, and says so.
        for (unix_ms, captured) in onsets {
            let captured = captured + Duration::from_millis(2);
            assert!((captured.as_millis() as u32).wrapping_sub(unix_ms) <= 4, "the cells tell the time of the capture");
            assert!(captured.subsec_millis() < pattern::FLASH_MS, "it began within the first 100 ms");
        }
    }
}
