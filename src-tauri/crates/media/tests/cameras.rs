//! Every kind of camera, through the whole pipeline: pictures arrive, or what is said is true. A kind is a file in `tests/support/cameras`.
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
use support::{NAME, with_camera};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Of the broadcast.
const SIZE: (usize, usize) = (640, 480);

/// What choosing a camera leads to.
enum Leads {
    /// Pictures, by that name and in that format, whose clock goes.
    Shows(&'static str, &'static str),
    /// An error with this code, whose sentence has these words.
    Fails(ErrorCode, &'static [&'static str]),
}
use Leads::{Fails, Shows};

/// A test a kind: its name, the kind, the choice, and what that leads to.
macro_rules! kinds {
    ($($name:ident: $kind:literal, $choice:literal => $leads:expr;)*) => {$(
        #[test]
        fn $name() {
            with_camera(stringify!($name), $kind, &[], |_| check($choice, &$leads));
        }
    )*};
}

kinds! {
    // Formats.
    yuyv: "yuyv", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    mjpeg: "mjpeg", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    nv12: "nv12", "default" => Shows("Cam Link 4K", "1280x720, 30 fps, NV12");
    uyvy: "uyvy", "default" => Shows("TC358743", "640x480, 30 fps, UYVY");
    yvyu: "yvyu", "default" => Shows("ov5640", "640x480, 30 fps, YVYU");
    yu12: "yu12", "default" => Shows("Droidcam", "640x480, 30 fps, YU12");
    several_formats: "usual", "default" => Shows(NAME, "640x480, 15 fps, NV12");
    grey: "grey", "default" => Shows("IR Camera", "640x480, 30 fps, GREY");
    y16: "y16", "default" => Shows("PureThermal", "640x480, 30 fps, Y16");
    rgb24: "rgb24", "default" => Shows("v4l2loopback", "636x480, 30 fps, RGB24");
    bgr24: "bgr24", "default" => Shows("hdmirx", "640x480, 30 fps, BGR24");
    planes_in_one: "planes-in-one", "default" => Shows("HD Webcam", "640x480, 30 fps, NV12");
    planes_in_two: "planes-in-two", "default" => Shows("HD Webcam", "636x480, 30 fps, NV12");
    planes_in_three: "planes-in-three", "default" => Shows("HD Webcam", "640x480, 30 fps, YU12");
    two_hundred_formats: "two-hundred-formats", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    h264_only: "h264-only", "default" => Fails(ErrorCode::DeviceFailed, &["H.264 USB Camera", "H264", "choose another"]);
    // What the last program left behind.
    left_in_h264: "left-in-h264", "default" => Shows("HD Pro Webcam C920", "640x480, 30 fps, YUYV");
    left_in_uyvy: "left-in-uyvy", "default" => Shows("USB Camera Module", "640x480, 30 fps, UYVY");
    left_in_uyvy_with_yuyv: "left-in-uyvy-with-yuyv", "default" => Shows("HDMI Capture", "640x480, 30 fps, YUYV");
    // Rates.
    rate_29_97: "rate-29.97", "default" => Shows("Cam Link 4K", "1280x720, 29.97 fps, NV12");
    rate_59_94: "rate-59.94", "default" => Shows("Cam Link 4K", "1280x720, 59.94 fps, YUYV");
    no_intervals: "no-intervals", "default" => Shows("stk1160", "640x480, 25 fps, YUYV");
    no_rate_call: "no-rate-call", "default" => Shows("em28xx", "640x480, YUYV");
    rate_refused: "rate-refused", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    stepwise_rates: "stepwise-rates", "default" => Shows("HD Webcam", "640x480, 15 fps, YUYV");
    continuous_rates: "continuous-rates", "default" => Shows("HD Webcam", "640x480, 15 fps, YUYV");
    rate_of_zero: "rate-of-zero", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    // Sizes.
    no_sizes: "no-sizes", "default" => Shows("usbtv", "720x480, 30 fps, YUYV");
    stepwise_sizes: "stepwise-sizes", "default" => Shows("mmal service 16.1", "640x480, 30 fps, YUYV");
    continuous_sizes: "continuous-sizes", "default" => Shows("v4l2loopback", "640x480, 30 fps, YU12");
    step_of_zero: "step-of-zero", "default" => Shows("Broken steps", "640x480, 30 fps, YUYV");
    only_size: "only-size", "default" => Shows("HD Webcam", "720x576, 30 fps, UYVY");
    padded_yuyv: "padded-yuyv", "default" => Shows("HD Webcam", "636x480, 30 fps, YUYV");
    padded_nv12: "padded-nv12", "default" => Shows("HD Webcam", "1366x768, 30 fps, NV12");
    padded_yu12: "padded-yu12", "default" => Shows("HD Webcam", "636x480, 30 fps, YU12");
    stride_of_nonsense: "stride-of-nonsense", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    stride_beyond_buffer: "stride-beyond-buffer", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    fields_apart: "fields-apart", "default" => Shows("ADV7180", "640x480, 30 fps, UYVY");
    fields_even_first: "fields-even-first", "default" => Shows("ADV7180", "640x480, 30 fps, UYVY");
    fields_odd_first: "fields-odd-first", "default" => Shows("ADV7180", "720x486, 30 fps, YUYV");
    fields_alternate: "fields-alternate", "default" => Shows("ADV7180", "720x576, 30 fps, UYVY");
    full_line: "full-line", "default" => Shows("HD Webcam", "320x240, 30 fps, YUYV");
    // Pictures that are late, or not as agreed.
    slow_first_picture: "slow-first-picture", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    slow_to_stream: "slow-to-stream", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    slow_pictures: "slow-pictures", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    mjpeg_1088: "mjpeg-1088", "default" => Shows("HD Webcam", "1920x1080, 30 fps, MJPEG");
    mjpeg_other_size: "mjpeg-other-size", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_no_end: "mjpeg-no-end", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_cut: "mjpeg-cut", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_late_start: "mjpeg-late-start", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_garbage: "mjpeg-garbage", "default" => Fails(ErrorCode::DeviceFailed, &["HD Webcam", "cannot be read", "choose another"]);
    mjpeg_no_tables: "mjpeg-no-tables", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_restarts: "mjpeg-restarts", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_progressive: "mjpeg-progressive", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_between: "mjpeg-between", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_tells_a_row: "mjpeg-tells-a-row", "default" => Shows("HD Webcam", "640x480, 30 fps, MJPEG");
    mjpeg_half_rows: "mjpeg-half-rows", "default" => Shows("Buz", "640x480, 30 fps, MJPEG");
    two_buffers: "two-buffers", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    two_buffers_and_no_more: "two-buffers-refuses", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    errors_at_times: "errors-at-times", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    again_and_again: "again-and-again", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    short_picture: "short-picture", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    // Names.
    name_not_utf8: "name-not-utf8", "default" => Shows("Kamera\u{fffd}\u{fffd}", "640x480, 30 fps, YUYV");
    no_name: "no-name", "default" => Shows("Camera video0", "640x480, 30 fps, YUYV");
    odd_names: "odd-names", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    by_id: "by-id", "/dev/v4l/by-id/usb-046d_HD_Webcam_C920_7F3A-video-index0" => Shows("HD Webcam C920", "640x480, 30 fps, YUYV");
    by_the_name_of_a_link: "by-id", "usb-046d_HD_Webcam_C920_7F3A-video-index0" => Shows("HD Webcam C920", "640x480, 30 fps, YUYV");
    by_a_link_of_ones_own: "by-id", "/dev/webcam" => Shows("HD Webcam C920", "640x480, 30 fps, YUYV");
    by_a_whole_name: "names-alike", "HD Webcam C920" => Shows("HD Webcam C920", "640x480, 30 fps, YUYV");
    // Which is meant.
    the_only_one_is_number_two: "video2", "default" => Shows("Integrated Camera", "640x480, 30 fps, YUYV");
    number_zero_is_the_first_there_is: "video2", "0" => Shows("Integrated Camera", "640x480, 30 fps, YUYV");
    number_one_is_none: "video2", "1" => Fails(ErrorCode::NoDevice, &["\"1\" was not found"]);
    number_two: "video2", "2" => Shows("Integrated Camera", "640x480, 30 fps, YUYV");
    metadata_node: "metadata-node", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    alike_by_serial: "alike", "HD Webcam (7F3A0002)" => Shows("HD Webcam (7F3A0002)", "640x480, 30 fps, YUYV");
    alike_by_bus: "alike-by-bus", "/dev/video2" => Shows("HD Webcam (usb-0000:00:14.0-2)", "640x480, 30 fps, YUYV");
    many_nodes: "many-nodes", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    no_permission: "no-permission", "default" => Fails(ErrorCode::DeviceDenied, &["Camera video0", "does not let Skylark"]);
    no_camera: "none", "default" => Fails(ErrorCode::NoDevice, &["not found"]);
    // Drivers that hang.
    the_first_hangs: "first-hangs", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    the_first_is_silent: "first-silent", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    the_first_sends_garbage: "first-garbage", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    the_first_sends_empty_pictures: "first-empty", "default" => Shows("HD Webcam", "640x480, 30 fps, YUYV");
    both_send_garbage: "both-garbage", "default" => Fails(ErrorCode::DeviceFailed, &["Second Camera", "cannot be read", "choose another"]);
    one_that_is_named_is_meant_whatever_it_sends: "first-garbage", "Garbage Camera" => Fails(ErrorCode::DeviceFailed, &["Garbage Camera", "cannot be read", "choose another"]);
    query_hangs: "query-hangs", "default" => Fails(ErrorCode::DeviceFailed, &["Hanging Camera", "does not answer"]);
    stream_hangs: "stream-hangs", "default" => Fails(ErrorCode::DeviceFailed, &["Hanging Camera", "does not answer"]);
}

#[test]
fn a_camera_of_one_picture_a_second_is_no_camera_that_has_failed() {
    with_camera("a_camera_of_one_picture_a_second_is_no_camera_that_has_failed", "one-a-second", &[], |_| {
        let (pipeline, events) = opened("default");
        let state = first_outcome(&events);
        assert!(matches!(&state, SourceState::Running { format, .. } if format == "640x480, 1 fps, YUYV"), "{state:?}");
        let mut seen = std::collections::BTreeSet::new();
        let end = Instant::now() + PATIENCE;
        while seen.len() < 5 {
            seen.extend(clock(&pipeline, SIZE));
            if let Some(Event::Camera(state)) = events.try_iter().find(|event| matches!(event, Event::Camera(_))) {
                panic!("{state:?} after {} pictures", seen.len());
            }
            assert!(Instant::now() < end, "{} pictures in {PATIENCE:?}", seen.len());
            thread::sleep(Duration::from_millis(10));
        }
    });
}

#[test]
fn a_camera_that_goes_over_to_another_size_is_seen_in_that() {
    with_camera("a_camera_that_goes_over_to_another_size_is_seen_in_that", "becomes-smaller", &[], |_| {
        let (pipeline, events) = opened("default");
        assert!(matches!(first_outcome(&events), SourceState::Running { .. }));
        // In the kind's file: after so many pictures.
        const BEFORE: u16 = 30;
        let end = Instant::now() + PATIENCE;
        let mut seen = [false; 2];
        while seen != [true; 2] {
            if let Some(reading) = reading(&pipeline, SIZE) {
                seen[usize::from(reading.frame >= BEFORE)] = true;
            }
            assert!(Instant::now() < end, "before and after: {seen:?}");
            thread::sleep(Duration::from_millis(10));
        }
        let failed = events.try_iter().any(|event| matches!(event, Event::Camera(SourceState::Failed { .. })));
        assert!(!failed, "it goes on");
    });
}

/// What the last rows are that a cut JPEG has whole: the bytes that come are two thirds, and the rows of the clock take more of them than
/// the others.
const WHOLE_ROWS: usize = SIZE.1 / 3;

#[test]
fn the_upper_rows_of_a_cut_jpeg_are_what_the_camera_sees() {
    with_camera("the_upper_rows_of_a_cut_jpeg_are_what_the_camera_sees", "mjpeg-cut", &[], |_| {
        let (pipeline, events) = opened("default");
        assert!(matches!(first_outcome(&events), SourceState::Running { .. }));
        let end = Instant::now() + PATIENCE;
        loop {
            let image = pipeline.preview((SIZE.0 as u16, SIZE.1 as u16), 0);
            if let Some(image) = image.filter(|image| (image.width.into(), image.height.into()) == SIZE)
                && let Some(reading) = pattern::read(&image.planes, SIZE.0, SIZE.0, SIZE.1)
            {
                return are_bars(&image.planes, usize::from(reading.frame));
            }
            assert!(Instant::now() < end, "the preview never shows what the camera sees");
            thread::sleep(Duration::from_millis(10));
        }
    });
}

/// The upper rows, left of the clock, are the bars of the camera's picture of this number (`fakecam/src/scene.rs`).
fn are_bars(luma: &[u8], number: usize) {
    const BARS: [u8; 8] = [180, 162, 131, 112, 84, 65, 35, 16];
    const PIXELS_A_PICTURE: usize = 4;
    // Of 96 fields the clock stands right of this one; and a bar's edge is soft.
    const LEFT_OF_THE_CLOCK: usize = SIZE.0 * 72 / 96;
    const EDGE: usize = 8;
    let bar = |x: usize| BARS[(x + number * PIXELS_A_PICTURE) % SIZE.0 * BARS.len() / SIZE.0];
    let within = (EDGE..LEFT_OF_THE_CLOCK).filter(|x| bar(x - EDGE) == bar(x + EDGE));
    let mut compared = 0;
    for x in within {
        for y in 0..WHOLE_ROWS {
            let is = luma[y * SIZE.0 + x];
            assert!(is.abs_diff(bar(x)) <= 8, "{is} where {} is at column {x} of row {y}", bar(x));
            compared += 1;
        }
    }
    assert!(compared > LEFT_OF_THE_CLOCK * WHOLE_ROWS / 2, "most of it");
}

/// A pipeline of this camera, and what it tells.
fn opened(choice: &str) -> (Pipeline, Receiver<Event>) {
    let (told, events) = channel();
    let camera: CameraChoice = choice.parse().expect("any text is a choice");
    let video = VideoConfig::new(SIZE.0 as u16, SIZE.1 as u16, 15, 800).expect("a usual size");
    let tell = move |event| drop(told.send(event));
    (Pipeline::open(camera, MicrophoneChoice::Off, video, "camera test".into(), tell), events)
}

fn check(choice: &str, leads: &Leads) {
    let (pipeline, events) = opened(choice);
    let state = first_outcome(&events);
    match (leads, &state) {
        (Shows(id, format), SourceState::Running { id: is, format: has }) => {
            assert_eq!((is.as_str(), has.as_str()), (*id, *format));
            until_the_clock_goes(&pipeline, size(format));
        }
        (Fails(code, words), SourceState::Failed { code: is, message, .. }) => {
            assert_eq!(is, code, "{message}");
            assert!(words.iter().all(|word| message.contains(word)), "{words:?} in: {message}");
        }
        _ => panic!("{state:?}"),
    }
}

/// The camera's first state that is no beginning.
fn first_outcome(events: &Receiver<Event>) -> SourceState {
    let end = Instant::now() + PATIENCE;
    loop {
        let event = events.recv_timeout(end.saturating_duration_since(Instant::now()));
        match event.unwrap_or_else(|_| panic!("the camera did neither run nor fail in {PATIENCE:?}")) {
            Event::Camera(SourceState::Opening { .. }) => {}
            Event::Camera(state) => return state,
            _ => {}
        }
    }
}

/// The preview shows what the camera sees now, and then what it sees later.
fn until_the_clock_goes(pipeline: &Pipeline, camera: (usize, usize)) {
    let end = Instant::now() + PATIENCE;
    let mut first = None;
    loop {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is past 1970").as_millis() as u32;
        let shown = clock(pipeline, camera).filter(|shown| now.wrapping_sub(*shown) < 1000);
        match (first, shown) {
            (None, Some(_)) => first = shown,
            (Some(first), Some(shown)) if shown != first => return,
            _ => {}
        }
        assert!(Instant::now() < end, "the preview does not show what the camera sees");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The camera's clock in the preview; none where it shows anything else. A picture of another shape than the broadcast's stands between
/// bars.
fn clock(pipeline: &Pipeline, camera: (usize, usize)) -> Option<u32> {
    reading(pipeline, camera).map(|reading| reading.unix_ms)
}

fn reading(pipeline: &Pipeline, camera: (usize, usize)) -> Option<pattern::Reading> {
    let image = pipeline.preview((SIZE.0 as u16, SIZE.1 as u16), 0)?;
    let (width, height) = (usize::from(image.width), usize::from(image.height));
    let inner = window(camera, (width, height));
    pattern::read(&image.planes[inner[1] * width + inner[0]..], width, inner[2], inner[3])
}

/// Left, top, width and height of the largest picture of that shape in another.
fn window((width, height): (usize, usize), (into_width, into_height): (usize, usize)) -> [usize; 4] {
    let (fit_width, fit_height) = match width * into_height >= height * into_width {
        true => (into_width, height * into_width / width),
        false => (width * into_height / height, into_height),
    };
    [(into_width - fit_width) / 2, (into_height - fit_height) / 2, fit_width, fit_height]
}

/// The size at the start of "640x480, 30 fps, YUYV".
fn size(format: &str) -> (usize, usize) {
    let size = format.split(',').next().and_then(|size| size.split_once('x')).expect("a size");
    (size.0.parse().expect("a width"), size.1.parse().expect("a height"))
}
