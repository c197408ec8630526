//! What a thread that takes pictures delivers, whatever its source does.

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
        let open =
            move || match attempt {
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
    let wanted = Arc::new(Wanted::new(Wish { cover: Some(Cover::BeRightBack), ..of(CameraChoice::Default, video) }));
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
    assert!(std::iter::repeat_with(next).take(3).any(|picture| picture.planes() == drawn(Slate::Starting).planes()));
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
