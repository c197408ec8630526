//! The thread `media-camera`: opens what was chosen, converts its pictures and puts the newest one into the slot.

use super::{
    Events,
    slot::{Pool, Slot},
    wanted::Wanted,
};
use crate::{
    CameraChoice, Cover, Event, VideoConfig,
    camera::Cameras,
    convert::{PictureConverter, Unreadable},
    frame::{Picture, RawPicture},
    pattern::PatternSource,
    slate::Slate,
    source::{Next, PictureSource, SourceError},
    title::Title,
};
use protocol::SourceState;
use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant},
};

/// What the camera thread is to deliver.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) camera: CameraChoice,
    pub(super) video: VideoConfig,
    /// What stands in the place of its picture.
    pub(super) cover: Option<Cover>,
}

/// What the thread that takes pictures from the camera runs on.
pub(super) struct CameraThread {
    pub(super) wanted: Arc<Wanted<Wish>>,
    pub(super) slot: Arc<Slot>,
    pub(super) events: Events,
    pub(super) open: Opener,
    /// A camera that failed is tried again this often.
    pub(super) retry: Duration,
    /// Shown in slates.
    pub(super) title: Arc<Title>,
}

/// Finds what was chosen.
pub(super) type Opener = Box<dyn Fn(&Wish) -> Meant + Send>;

/// What a choice means, and how it is opened.
pub(super) struct Meant {
    /// What it is called.
    pub(super) id: String,
    pub(super) open: Box<dyn FnOnce() -> Result<Box<dyn PictureSource>, SourceError>>,
}

/// A camera may deliver damaged pictures for so long before it counts as failed.
const DAMAGED: Duration = Duration::from_secs(2);

/// The real opener. `title` is shown in the pattern.
pub(super) fn opener(title: Arc<Title>) -> Opener {
    let cameras = Cameras::default();
    Box::new(move |wish| {
        let video = wish.video;
        let device = match &wish.camera {
            CameraChoice::Device(device) => Some(device.as_str()),
            CameraChoice::Default => None,
            CameraChoice::Pattern | CameraChoice::Off => {
                let title = title.clone();
                let open = move || Ok(Box::new(PatternSource::new(&video, title)) as Box<dyn PictureSource>);
                return Meant { id: wish.camera.to_string(), open: Box::new(open) };
            }
        };
        let meant = cameras.meant(device);
        // Where there is no camera at all, none has a name.
        let id = if meant.id().is_empty() { wish.camera.to_string() } else { meant.id().to_owned() };
        Meant { id, open: Box::new(move || meant.open(&video)) }
    })
}

impl CameraThread {
    pub(super) fn run(&self) {
        let (mut told, mut tried) = (None, None);
        let seen = Cell::new(false);
        while let Some((number, wish)) = self.wanted.current() {
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                seen.set(seen.get() || matches!(state, SourceState::Running { .. }));
                if told.as_ref() != Some(&state) {
                    if let SourceState::Failed { message, .. } = &state {
                        tracing::warn!("camera: {message}");
                    }
                    (self.events)(Event::Camera(state.clone()));
                    told = Some(state);
                }
            };
            let chosen_off = (wish.camera == CameraChoice::Off).then_some(Slate::Off);
            if let Some(slate) = wish.cover.map(Cover::slate).or(chosen_off) {
                tell(SourceState::Off);
                let drawn = self.show(slate, &wish.video);
                self.rest(slate, drawn, number, &wish.video, None);
                continue;
            }
            let Meant { mut id, open } = (self.open)(&wish);
            if tried.replace(number) != Some(number) {
                tell(SourceState::Opening { id: id.clone() });
            }
            let delivered = open().and_then(|source| {
                let (result, last) = self.deliver(number, &wish, source, &mut tell);
                id = last;
                result
            });
            if let Err(error) = delivered {
                // Nobody misses a picture that was never there.
                let slate = if seen.get() { Slate::Away } else { Slate::Starting };
                let drawn = self.show(slate, &wish.video);
                tell(SourceState::Failed { id, code: error.code(), message: error.to_string() });
                self.rest(slate, drawn, number, &wish.video, Some(self.retry));
            }
        }
    }

    /// Delivers pictures until another choice is made. With the result comes what the source was called in the end.
    fn deliver(
        &self,
        number: u64,
        wish: &Wish,
        mut source: Box<dyn PictureSource>,
        tell: &mut impl FnMut(SourceState),
    ) -> (Result<(), SourceError>, String) {
        let result = self.pictures(number, wish, source.as_mut(), tell);
        (result, source.id())
    }

    fn pictures(
        &self,
        number: u64,
        wish: &Wish,
        source: &mut dyn PictureSource,
        tell: &mut impl FnMut(SourceState),
    ) -> Result<(), SourceError> {
        let size = (wish.video.width, wish.video.height);
        let (mut raw, mut converter, mut pool) = (RawPicture::new(), PictureConverter::new(), Pool::default());
        let (mut running, mut damaged_since) = (false, None);
        while self.wanted.still(number) {
            threads::fault();
            match source.next(&mut raw)? {
                Next::Taken => {}
                Next::NotYet => {
                    self.show(Slate::Starting, &wish.video);
                    continue;
                }
                Next::Later => continue,
            }
            let delivered = Instant::now();
            let convert = |picture: &mut Picture| {
                converter.convert(&mut raw, picture)?;
                (picture.delivered, picture.converted) = (delivered, Instant::now());
                Ok::<(), Unreadable>(())
            };
            match pool.make(size, convert) {
                // It was taken after another choice was made: who switched the camera off is not seen on it.
                Ok(_) if !self.wanted.still(number) => {}
                Ok(picture) => {
                    damaged_since = None;
                    self.slot.put(picture);
                    if !std::mem::replace(&mut running, true) {
                        source.shows();
                        tell(SourceState::Running { id: source.id(), format: source.format() });
                    }
                }
                Err(damage) => {
                    let since = *damaged_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > DAMAGED {
                        source.unreadable(damage.to_string())?;
                        damaged_since = None;
                    }
                }
            }
        }
        Ok(())
    }

    /// Leaves a slate where it is, and shows it anew with each new title, until another choice is made, or for so long. `drawn`: how often
    /// the title had changed when it was drawn.
    fn rest(&self, slate: Slate, mut drawn: u64, number: u64, video: &VideoConfig, at_most: Option<Duration>) {
        let begun = Instant::now();
        while self.wanted.still(number) {
            let left = at_most.map_or(Duration::MAX, |at_most| at_most.saturating_sub(begun.elapsed()));
            self.wanted.wait_while(number, left, || self.title.changes() == drawn);
            if self.title.changes() == drawn {
                return;
            }
            drawn = self.show(slate, video);
        }
    }

    /// How often the title had changed when it was drawn.
    fn show(&self, slate: Slate, video: &VideoConfig) -> u64 {
        let changes = self.title.changes();
        self.slot.put(Arc::new(slate.draw(
            video.width,
            video.height,
            Instant::now(),
            &self.title.text(),
            self.title.language(),
        )));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::slot;
    use std::{sync::mpsc::channel, thread};
    use words::Language;

    /// A camera that is pulled out after ten pictures.
    struct Loose(PatternSource, u32);

    impl PictureSource for Loose {
        fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
            self.1 += 1;
            if self.1 > 10 { Err(SourceError::Lost("The camera \"loose\"".into())) } else { self.0.next(into) }
        }

        fn id(&self) -> String {
            "loose".into()
        }

        fn format(&self) -> String {
            "test".into()
        }
    }

    #[test]
    fn a_camera_that_comes_back_brings_the_picture_back() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let wish = Wish { camera: CameraChoice::Device("loose".into()), video, cover: None };
        let (wanted, slot) = (Arc::new(Wanted::new(wish)), Arc::new(Slot::default()));
        let ((told, events), attempts) = (channel(), std::sync::atomic::AtomicU32::new(0));
        let open = move |wish: &Wish| {
            let (attempt, video) = (attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed), wish.video);
            // There at first and from the fourth attempt on.
            let open = move || match attempt {
                1 | 2 => Err(SourceError::NotFound("The camera \"loose\"".into())),
                _ => Ok(Box::new(Loose(PatternSource::new(&video, Arc::new(Title::new("loose"))), 0))
                    as Box<dyn PictureSource>),
            };
            Meant { id: "loose".into(), open: Box::new(open) }
        };
        let camera = CameraThread {
            wanted: wanted.clone(),
            slot: slot.clone(),
            events: Arc::new(move |event| drop(told.send(event))),
            open: Box::new(open),
            retry: Duration::from_millis(10),
            title: Arc::new(Title::new("loose")),
        };
        let thread = thread::spawn(move || camera.run());
        let mut states = Vec::new();
        while states.len() < 5 {
            let event = events.recv_timeout(Duration::from_secs(10)).expect("the next state");
            if let Event::Camera(state) = event {
                states.push(match state {
                    SourceState::Opening { .. } => "opening".to_owned(),
                    SourceState::Running { format, .. } => format,
                    SourceState::Failed { code, .. } => format!("{code:?}"),
                    SourceState::Off => "off".into(),
                });
            }
        }
        assert_eq!(states, ["opening", "test", "DeviceLost", "NoDevice", "test"], "each is told once");
        assert!(
            matches!(slot.wait(20, Duration::from_secs(10)), slot::Next::New(..)),
            "10 pictures, 3 slates, and pictures again"
        );
        wanted.close();
        thread.join().expect("it ends when it is told to");
    }

    /// A camera that is switched off while its third picture is waited for.
    struct SwitchedOff(PatternSource, u32, Arc<Wanted<Wish>>);

    impl PictureSource for SwitchedOff {
        fn next(&mut self, into: &mut RawPicture) -> Result<Next, SourceError> {
            self.1 += 1;
            if self.1 == 3 {
                self.2.change(|wish| wish.cover = Some(Cover::CameraOff));
            }
            self.0.next(into)
        }

        fn id(&self) -> String {
            "switched".into()
        }

        fn format(&self) -> String {
            "test".into()
        }
    }

    #[test]
    fn no_picture_that_was_taken_after_the_camera_was_switched_off_is_shown() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let wish = Wish { camera: CameraChoice::Device("switched".into()), video, cover: None };
        let (wanted, slot) = (Arc::new(Wanted::new(wish)), Arc::new(Slot::default()));
        let switched = wanted.clone();
        let open = move |wish: &Wish| {
            let (video, switched) = (wish.video, switched.clone());
            let open = move || {
                let pattern = PatternSource::new(&video, Arc::new(Title::new("")));
                Ok(Box::new(SwitchedOff(pattern, 0, switched)) as Box<dyn PictureSource>)
            };
            Meant { id: "switched".into(), open: Box::new(open) }
        };
        let camera = CameraThread {
            wanted: wanted.clone(),
            slot: slot.clone(),
            events: Arc::new(drop),
            open: Box::new(open),
            retry: Duration::from_millis(10),
            title: Arc::new(Title::new("")),
        };
        let thread = thread::spawn(move || camera.run());
        let slot::Next::New(number, picture) = slot.wait(2, Duration::from_secs(10)) else { panic!("there is a card") };
        assert_eq!(number, 3, "it stands behind the two pictures from before");
        assert!(picture.planes() == Slate::Off.draw(320, 180, Instant::now(), "", Language::ENGLISH).planes());
        wanted.close();
        thread.join().expect("it ends when it is told to");
    }

    #[test]
    fn nobody_is_told_that_a_camera_comes_back_which_was_never_there() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let (wanted, slot) = (
            Arc::new(Wanted::new(Wish { camera: CameraChoice::Default, video, cover: None })),
            Arc::new(Slot::default()),
        );
        let open = |_: &Wish| {
            let open = || Err(SourceError::NotFound("A camera".into()));
            Meant { id: "none".into(), open: Box::new(open) }
        };
        let camera = CameraThread {
            wanted: wanted.clone(),
            slot: slot.clone(),
            events: Arc::new(drop),
            open: Box::new(open),
            retry: Duration::from_millis(10),
            title: Arc::new(Title::new("")),
        };
        let thread = thread::spawn(move || camera.run());
        let slot::Next::New(_, picture) = slot.wait(0, Duration::from_secs(10)) else { panic!("there is a slate") };
        let drawn = |slate: Slate| slate.draw(320, 180, Instant::now(), "", Language::ENGLISH);
        assert!(picture.planes() == drawn(Slate::Starting).planes());
        assert!(picture.planes() != drawn(Slate::Away).planes());
        wanted.close();
        thread.join().expect("it ends when it is told to");
    }
}
