//! The threads `media-camera` and `media-screen`: each opens what was chosen of its kind, converts its pictures and puts the newest one on
//! the stage.

use super::{
    Events,
    opener::{Meant, Opener},
    slot::Pool,
    stage::{Frame, Stage},
    wanted::Wanted,
};
use crate::{
    CameraChoice, Cover, Event, SourceChoice, VideoConfig,
    convert::{PictureConverter, Unreadable},
    frame::{Picture, RawPicture},
    scene::Role,
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

/// What such a thread is to deliver.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// None: nothing.
    pub(super) source: Option<SourceChoice>,
    pub(super) video: VideoConfig,
    /// What stands in the place of its picture.
    pub(super) cover: Option<Cover>,
}

/// What a thread that takes pictures runs on.
pub(super) struct SourceThread {
    pub(super) role: Role,
    pub(super) wanted: Arc<Wanted<Wish>>,
    pub(super) stage: Arc<Stage>,
    pub(super) events: Events,
    pub(super) open: Opener,
    /// What failed is tried again this often.
    pub(super) retry: Duration,
    /// Shown in slates.
    pub(super) title: Arc<Title>,
}

/// A camera may deliver damaged pictures for so long before it counts as failed.
const DAMAGED: Duration = Duration::from_secs(2);

impl SourceThread {
    pub(super) fn run(&self) {
        threads::ask_for(threads::Priority::Pictures);
        // Nobody asked for a screen yet, and there is none.
        let (mut told, mut tried) = ((self.role == Role::Screen).then_some(SourceState::Off), None);
        let seen = Cell::new(false);
        while let Some((number, wish)) = self.wanted.current() {
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                seen.set(seen.get() || matches!(state, SourceState::Running { .. }));
                if told.as_ref() != Some(&state) {
                    let (name, event): (_, fn(SourceState) -> Event) = match self.role {
                        Role::Camera => ("camera", Event::Camera),
                        Role::Screen => ("screen", Event::Screen),
                    };
                    if let SourceState::Failed { message, .. } = &state {
                        tracing::warn!("{name}: {message}");
                    }
                    (self.events)(event(state.clone()));
                    told = Some(state);
                }
            };
            let Some(source) = &wish.source else {
                tell(SourceState::Off);
                self.wanted.wait(number, Duration::MAX);
                continue;
            };
            let chosen_off = (*source == SourceChoice::Camera(CameraChoice::Off)).then_some(Slate::Off);
            if let Some(slate) = wish.cover.map(Cover::slate).or(chosen_off) {
                tell(SourceState::Off);
                let drawn = self.show(slate);
                self.rest(slate, drawn, number, None);
                continue;
            }
            let Meant { mut id, open } = (self.open)(&wish.video, source);
            if tried.replace(number) != Some(number) {
                tell(SourceState::Opening { id: id.clone() });
            }
            let delivered = open().and_then(|source| {
                let (result, last) = self.deliver(number, source, &mut tell);
                id = last;
                result
            });
            if let Err(error) = delivered {
                // Nobody misses a picture that was never there.
                let slate = match self.role {
                    _ if !seen.get() => Slate::Starting,
                    Role::Camera => Slate::Away,
                    Role::Screen => Slate::Hidden,
                };
                let drawn = self.show(slate);
                tell(SourceState::Failed { id, code: error.code(), message: error.to_string() });
                self.rest(slate, drawn, number, Some(self.retry));
            }
        }
    }

    /// Delivers pictures until another choice is made. With the result comes what the source was called in the end.
    fn deliver(
        &self,
        number: u64,
        mut source: Box<dyn PictureSource>,
        tell: &mut impl FnMut(SourceState),
    ) -> (Result<(), SourceError>, String) {
        let result = self.pictures(number, source.as_mut(), tell);
        (result, source.id())
    }

    fn pictures(
        &self,
        number: u64,
        source: &mut dyn PictureSource,
        tell: &mut impl FnMut(SourceState),
    ) -> Result<(), SourceError> {
        let mut frame = self.stage.frame(self.role);
        let (mut raw, mut converter, mut pool) = (RawPicture::new(), PictureConverter::new(), Pool::default());
        let (mut running, mut damaged_since) = (false, None);
        while self.wanted.still(number) {
            threads::fault();
            let next = source.next(&mut raw)?;
            let wanted = self.stage.frame(self.role);
            let is_other = std::mem::replace(&mut frame, wanted) != wanted;
            match next {
                Next::Taken => {}
                Next::NotYet => {
                    self.show(Slate::Starting);
                    continue;
                }
                Next::Later => {
                    if is_other {
                        source.again();
                    }
                    continue;
                }
            }
            let delivered = Instant::now();
            let Frame { size, fit } = frame;
            let convert = |picture: &mut Picture| {
                converter.convert(&mut raw, picture, &fit)?;
                (picture.delivered, picture.converted) = (delivered, Instant::now());
                picture.content = self.role.content();
                Ok::<(), Unreadable>(())
            };
            match pool.make(size, convert) {
                // It was taken after another choice was made: who switched the camera off is not seen on it.
                Ok(_) if !self.wanted.still(number) => {}
                Ok(picture) => {
                    damaged_since = None;
                    self.stage.put(self.role, picture);
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

    /// Leaves a slate where it is, and shows it anew with each new title or card and in each new frame, until another choice is made, or for so
    /// long. `drawn`: for what it was drawn.
    fn rest(&self, slate: Slate, mut drawn: Drawn, number: u64, at_most: Option<Duration>) {
        let begun = Instant::now();
        let is_drawn = |drawn: &Drawn| (self.title.changes(), self.stage.frame(self.role)) == *drawn;
        while self.wanted.still(number) {
            let left = at_most.map_or(Duration::MAX, |at_most| at_most.saturating_sub(begun.elapsed()));
            self.wanted.wait_while(number, left, || is_drawn(&drawn));
            if is_drawn(&drawn) {
                return;
            }
            drawn = self.show(slate);
        }
    }

    fn show(&self, slate: Slate) -> Drawn {
        let drawn @ (_, Frame { size: (width, height), .. }) = (self.title.changes(), self.stage.frame(self.role));
        let now = Instant::now();
        let picture = match self.title.card().filter(|_| slate.is_chosen()) {
            Some(card) => card.draw(width, height, now),
            None => slate.draw(width, height, now, &self.title.text(), self.title.language()),
        };
        self.stage.put(self.role, Arc::new(Picture { content: self.role.content(), ..picture }));
        drawn
    }
}

/// How often the title had changed when a slate was drawn, and for which frame.
type Drawn = (u64, Frame);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        card::Card,
        pattern::PatternSource,
        pipeline::slot::{self, Slot},
        scene::Layout,
    };
    use std::{sync::mpsc::channel, thread};
    use words::Language;

    fn alone(slot: &Arc<Slot>) -> Arc<Stage> {
        Arc::new(Stage::new(slot.clone(), Layout::Alone(Role::Camera), (320, 180), 30))
    }

    fn of(camera: CameraChoice, video: VideoConfig) -> Wish {
        Wish { source: Some(SourceChoice::Camera(camera)), video, cover: None }
    }

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
        let wish = of(CameraChoice::Device("loose".into()), video);
        let (wanted, slot) = (Arc::new(Wanted::new(wish)), Arc::new(Slot::default()));
        let ((told, events), attempts) = (channel(), std::sync::atomic::AtomicU32::new(0));
        let open = move |video: &VideoConfig, _: &SourceChoice| {
            let (attempt, video) = (attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed), *video);
            // There at first and from the fourth attempt on.
            let open = move || match attempt {
                1 | 2 => Err(SourceError::NotFound("The camera \"loose\"".into())),
                _ => Ok(Box::new(Loose(PatternSource::new(&video, Arc::new(Title::new("loose"))), 0))
                    as Box<dyn PictureSource>),
            };
            Meant { id: "loose".into(), open: Box::new(open) }
        };
        let camera = SourceThread {
            role: Role::Camera,
            wanted: wanted.clone(),
            stage: alone(&slot),
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
        let wish = of(CameraChoice::Device("switched".into()), video);
        let (wanted, slot) = (Arc::new(Wanted::new(wish)), Arc::new(Slot::default()));
        let switched = wanted.clone();
        let open = move |video: &VideoConfig, _: &SourceChoice| {
            let (video, switched) = (*video, switched.clone());
            let open = move || {
                let pattern = PatternSource::new(&video, Arc::new(Title::new("")));
                Ok(Box::new(SwitchedOff(pattern, 0, switched)) as Box<dyn PictureSource>)
            };
            Meant { id: "switched".into(), open: Box::new(open) }
        };
        let camera = SourceThread {
            role: Role::Camera,
            wanted: wanted.clone(),
            stage: alone(&slot),
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
    fn an_image_stands_where_the_broadcaster_wished_and_not_where_something_is_the_matter() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let slot = Arc::new(Slot::default());
        let wanted =
            Arc::new(Wanted::new(Wish { cover: Some(Cover::BeRightBack), ..of(CameraChoice::Default, video) }));
        let title = Arc::new(Title::new(""));
        title.set_card(Some(Card::white()));
        let open = |_: &VideoConfig, _: &SourceChoice| {
            let open = || Err(SourceError::NotFound("A camera".into()));
            Meant { id: "none".into(), open: Box::new(open) }
        };
        let camera = SourceThread {
            role: Role::Camera,
            wanted: wanted.clone(),
            stage: alone(&slot),
            events: Arc::new(drop),
            open: Box::new(open),
            retry: Duration::from_millis(10),
            title: title.clone(),
        };
        let thread = thread::spawn(move || camera.run());
        let mut last = 0;
        let mut next = || {
            let slot::Next::New(number, picture) = slot.wait(last, Duration::from_secs(10)) else { panic!("a card") };
            last = number;
            picture
        };
        let drawn = |slate: Slate| slate.draw(320, 180, Instant::now(), "", Language::ENGLISH);
        assert!(next().planes() == Card::white().draw(320, 180, Instant::now()).planes());
        title.set_card(None);
        wanted.wake();
        assert!(next().planes() == drawn(Slate::Back).planes(), "it was taken away");
        title.set_card(Some(Card::white()));
        wanted.change(|wish| wish.cover = None);
        // The camera that is not there may be tried before the card is drawn once more.
        assert!(
            std::iter::repeat_with(next).take(3).any(|picture| picture.planes() == drawn(Slate::Starting).planes())
        );
        wanted.close();
        thread.join().expect("it ends when it is told to");
    }

    #[test]
    fn nobody_is_told_that_a_camera_comes_back_which_was_never_there() {
        let video = VideoConfig::new(320, 180, 30, 250).expect("a small size");
        let (wanted, slot) = (Arc::new(Wanted::new(of(CameraChoice::Default, video))), Arc::new(Slot::default()));
        let open = |_: &VideoConfig, _: &SourceChoice| {
            let open = || Err(SourceError::NotFound("A camera".into()));
            Meant { id: "none".into(), open: Box::new(open) }
        };
        let camera = SourceThread {
            role: Role::Camera,
            wanted: wanted.clone(),
            stage: alone(&slot),
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
