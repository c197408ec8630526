//! The camera through a V4L2 device of the project's own.

#[path = "../../tests/support/camera.rs"]
mod support;

use super::*;
use crate::{convert::PictureConverter, frame::Picture, pattern};
use std::time::{Duration, Instant, SystemTime};
use support::{NAME, with_camera};

fn open(name: &str, wanted: &VideoConfig) -> Result<Box<dyn PictureSource>, SourceError> {
    Cameras::default().meant(Some(name)).open(wanted)
}

fn hd() -> VideoConfig {
    VideoConfig::default()
}

/// The clock in a picture: milliseconds of the day's time, and the frame's number.
fn clock(raw: &mut RawPicture) -> Option<(u32, u16)> {
    let mut picture = Picture::black(raw.width, raw.height, raw.captured);
    PictureConverter::new()
        .convert(raw, &mut picture, &crate::fit::Fit::WHOLE)
        .expect("the camera's pictures can be converted");
    let (width, height) = (usize::from(picture.width), usize::from(picture.height));
    let reading = pattern::read(picture.planes()[0], width, width, height)?;
    Some((reading.unix_ms, reading.frame))
}

fn unix_ms() -> u32 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is past 1970").as_millis() as u32
}

/// Reads pictures and checks that each is new, on time, and what the camera saw.
fn check_stream(expected: &str) {
    let mut camera = open(NAME, &hd()).expect("the camera is free");
    assert_eq!(camera.format(), expected);
    let mut raw = RawPicture::new();
    let mut before: Option<(Instant, u16)> = None;
    let mut difference = u32::MAX;
    for _ in 0..10 {
        camera.next(&mut raw).expect("a picture");
        let (taken, frame) = clock(&mut raw).expect("the clock is readable in every picture");
        let shown = unix_ms().wrapping_sub(taken);
        let told = raw.captured.elapsed().as_millis() as u32;
        difference = difference.min(shown.abs_diff(told));
        if let Some((captured, number)) = before {
            assert!(raw.captured > captured && frame > number, "every picture is a new one");
        }
        before = Some((raw.captured, frame));
    }
    // A busy machine may stop us between two looks at the clock, but not ten times.
    assert!(difference < 5, "the time we tell is {difference} ms from the time the picture was taken");
}

#[test]
fn yuyv() {
    with_camera("camera::tests::yuyv", "usual", &["YUYV"], |_| check_stream("1280x720, 30 fps, YUYV"));
}

#[test]
fn nv12() {
    with_camera("camera::tests::nv12", "usual", &["NV12"], |_| check_stream("1280x720, 30 fps, NV12"));
}

#[test]
fn mjpeg() {
    with_camera("camera::tests::mjpeg", "usual", &["MJPG"], |_| check_stream("1280x720, 30 fps, MJPEG"));
}

#[test]
fn the_wanted_size_and_rate_are_chosen() {
    with_camera("camera::tests::the_wanted_size_and_rate_are_chosen", "usual", &[], |_| {
        let opened = |width, height, fps| {
            let wanted = VideoConfig { width, height, fps, ..hd() };
            open(NAME, &wanted).expect("the camera is free").format()
        };
        assert_eq!(opened(1280, 720, 30), "1280x720, 30 fps, NV12");
        assert_eq!(opened(640, 360, 15), "640x360, 15 fps, NV12");
        assert_eq!(opened(1920, 1080, 60), "1920x1080, 30 fps, NV12");
        assert_eq!(opened(320, 180, 10), "320x180, 15 fps, NV12");
    });
}

#[test]
fn listed_by_name_and_found_by_name_path_and_index() {
    with_camera("camera::tests::listed_by_name_and_found_by_name_path_and_index", "usual", &[], |control| {
        assert_eq!(list(), [protocol::Source { id: NAME.into(), label: NAME.into() }]);
        for name in [NAME, "0", "/dev/video0", "test cam"] {
            open(name, &hd()).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let missing = SourceError::NotFound(said!("device.camera", name = "Other"));
        assert_eq!(open("Other", &hd()).err(), Some(missing));
        control.set("unplugged");
        assert_eq!(list(), []);
    });
}

#[test]
fn several_who_list_at_one_time_hear_the_same() {
    with_camera("camera::tests::several_who_list_at_one_time_hear_the_same", "slow-to-wake", &[], |_| {
        let listings: Vec<_> = (0..4).map(|_| std::thread::spawn(list)).collect();
        for listing in listings {
            let cameras = listing.join().expect("listing has nothing to fail at");
            assert_eq!(cameras, [protocol::Source { id: "HD Webcam".into(), label: "HD Webcam".into() }]);
        }
    });
}

#[test]
fn busy_and_denied_are_told_apart() {
    with_camera("camera::tests::busy_and_denied_are_told_apart", "usual", &[], |control| {
        let subject = || said!("device.camera", name = NAME);
        control.set("busy");
        assert_eq!(open(NAME, &hd()).err(), Some(SourceError::Busy(subject())));
        control.set("denied");
        assert_eq!(open(NAME, &hd()).err(), Some(SourceError::Denied(subject())));
        control.set("ok");
        open(NAME, &hd()).expect("the camera is free again");
    });
}

#[test]
fn unplugged_is_lost_and_plugged_in_again_works() {
    with_camera("camera::tests::unplugged_is_lost_and_plugged_in_again_works", "usual", &[], |control| {
        let mut camera = open(NAME, &hd()).expect("the camera is free");
        let mut raw = RawPicture::new();
        camera.next(&mut raw).expect("a picture");
        control.set("unplugged");
        let lost = (0..10).find_map(|_| camera.next(&mut raw).err());
        assert_eq!(lost, Some(SourceError::Lost(said!("device.camera", name = NAME))));
        assert!(matches!(open(NAME, &hd()).err(), Some(SourceError::NotFound(_))));
        drop(camera);
        control.set("ok");
        check_stream("1280x720, 30 fps, NV12");
    });
}

#[test]
fn a_hanging_driver_does_not_hang_the_program() {
    with_camera("camera::tests::a_hanging_driver_does_not_hang_the_program", "usual", &[], |control| {
        let mut camera = open(NAME, &hd()).expect("the camera is free");
        let mut raw = RawPicture::new();
        camera.next(&mut raw).expect("a picture");
        control.set("stuck");
        let asked = Instant::now();
        // Pictures that were under way may still come.
        let failed = (0..10).find_map(|_| camera.next(&mut raw).err());
        assert!(matches!(failed, Some(SourceError::Failed(_))), "{failed:?}");
        drop(camera);
        assert!(asked.elapsed() < Duration::from_secs(5), "nobody waits for a driver");
    });
}
