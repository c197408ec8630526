//! A camera through the whole pipeline: what it sees is shown and encoded, also after it was unplugged and plugged in.
#![cfg(target_os = "linux")]

#[path = "support/camera.rs"]
mod support;

use media::{CameraChoice, Event, MicrophoneChoice, Pipeline, VideoConfig, pattern};
use protocol::{ErrorCode, SourceState};
use std::{
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant, SystemTime},
};
use stream::{Frame, Rid};
use support::{NAME, with_camera};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

fn open() -> (Pipeline, Receiver<Event>) {
    let (told, events) = channel();
    let camera = CameraChoice::Device(NAME.into());
    let video = VideoConfig::new(640, 360, 30, 800).expect("a usual size");
    let pipeline =
        Pipeline::open(camera, MicrophoneChoice::Off, video, "camera test".into(), move |event| drop(told.send(event)));
    (pipeline, events)
}

/// Waits for the camera's next state that is `wanted`.
fn state(events: &Receiver<Event>, what: &str, wanted: impl Fn(&SourceState) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let event = events.recv_timeout(end.saturating_duration_since(Instant::now()));
        match event.unwrap_or_else(|_| panic!("the camera was not {what} in {PATIENCE:?}")) {
            Event::Camera(state) if wanted(&state) => return,
            _ => {}
        }
    }
}

fn running(state: &SourceState) -> bool {
    matches!(state, SourceState::Running { id, format } if id == NAME && format == "640x360, 30 fps, NV12")
}

fn failed(code: ErrorCode) -> impl Fn(&SourceState) -> bool {
    move |state| matches!(state, SourceState::Failed { code: found, .. } if *found == code)
}

/// The camera's clock in the preview; none where it shows anything else.
fn clock(pipeline: &Pipeline) -> Option<u32> {
    let image = pipeline.preview((640, 360), 0)?;
    let (width, height) = (image.width.into(), image.height.into());
    pattern::read(&image.planes, width, width, height).map(|reading| reading.unix_ms)
}

fn until(what: &str, mut found: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !found() {
        assert!(Instant::now() < end, "{what}, and did not in {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The preview's clock goes, and is right.
fn until_it_is_seen(pipeline: &Pipeline) {
    until("the preview should show what the camera sees now", || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is past 1970").as_millis() as u32;
        clock(pipeline).is_some_and(|shown| now.wrapping_sub(shown) < 1000)
    });
}

#[test]
fn it_is_seen_and_goes_and_comes_back_in_the_same_broadcast() {
    with_camera("it_is_seen_and_goes_and_comes_back_in_the_same_broadcast", "usual", &[], |control| {
        let (pipeline, events) = open();
        state(&events, "running", running);
        let (made, stream) = channel();
        pipeline.go_live(move |encoded| drop(made.send(encoded)));
        until_it_is_seen(&pipeline);

        control.set("unplugged");
        state(&events, "lost", failed(ErrorCode::DeviceLost));
        until("a slate should take the camera's place", || clock(&pipeline).is_none());

        control.set("ok");
        state(&events, "running again", running);
        until_it_is_seen(&pipeline);
        drop(pipeline);

        let mut times = stream.into_iter().filter_map(|encoded| match encoded {
            Frame::Video(picture) if picture.rid == Rid::F => Some(picture.captured),
            _ => None,
        });
        let first = times.next().expect("pictures were encoded");
        let (_, longest) = times.fold((first, Duration::ZERO), |(before, longest), captured| {
            assert!(captured > before, "the broadcast's time goes on");
            (captured, longest.max(captured - before))
        });
        assert!(longest < Duration::from_secs(2), "viewers saw no picture for {longest:?}: the slate is one, too");
    });
}

#[test]
fn a_busy_camera_is_used_once_it_is_free() {
    with_camera("a_busy_camera_is_used_once_it_is_free", "usual", &[], |control| {
        control.set("busy");
        let (pipeline, events) = open();
        state(&events, "busy", failed(ErrorCode::DeviceBusy));
        control.set("ok");
        state(&events, "running", running);
        until_it_is_seen(&pipeline);
    });
}

#[test]
fn the_size_of_the_broadcast_changes_while_it_runs() {
    with_camera("the_size_of_the_broadcast_changes_while_it_runs", "usual", &["MJPG"], |_| {
        let (pipeline, events) = open();
        let is = |format: &'static str| move |state: &SourceState| matches!(state, SourceState::Running { format: found, .. } if found == format);
        state(&events, "running", is("640x360, 30 fps, MJPEG"));
        pipeline.set_video(VideoConfig::new(1280, 720, 15, 1500).expect("a usual size"));
        state(&events, "running at the new size", is("1280x720, 15 fps, MJPEG"));
        until_it_is_seen(&pipeline);
    });
}
