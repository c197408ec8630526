//! The whole pipeline in real time, with the sources that need no device.
#![cfg(feature = "h264")]

use media::{CameraChoice, Cover, Event, MicrophoneChoice, Pipeline, VideoConfig, pattern};
use protocol::{ErrorCode, SourceState};
use std::{
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};
use stream::{AudioFrame, Frame, Profile, Rid, VideoCodec, VideoFrame};

/// Nothing here takes longer; a test that waits for what never comes fails with a sentence.
const PATIENCE: Duration = Duration::from_secs(20);

struct Studio {
    pipeline: Pipeline,
    events: Receiver<Event>,
}

impl Studio {
    fn open(camera: CameraChoice, microphone: MicrophoneChoice) -> Self {
        let (told, events) = channel();
        let video = VideoConfig::new(640, 360, 30, 800).expect("a usual size");
        let pipeline =
            Pipeline::open(camera, microphone, video, "pipeline test".into(), move |event| drop(told.send(event)));
        Self { pipeline, events }
    }

    fn live(&self) -> Receiver<Frame> {
        let (made, stream) = channel();
        self.pipeline.go_live(move |encoded| drop(made.send(encoded)));
        stream
    }

    fn event(&self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        until(&self.events, what, |event| wanted(&event).then_some(event))
    }
}

/// Takes from a channel until something is found.
fn until<T, U>(channel: &Receiver<T>, what: &str, mut find: impl FnMut(T) -> Option<U>) -> U {
    let end = Instant::now() + PATIENCE;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let item = channel.recv_timeout(left).unwrap_or_else(|_| panic!("there was no {what} in {PATIENCE:?}"));
        if let Some(found) = find(item) {
            return found;
        }
    }
}

fn pictures(
    stream: &Receiver<Frame>,
    what: &str,
    count: usize,
    wanted: impl Fn(&VideoFrame) -> bool,
) -> Vec<VideoFrame> {
    let mut found = Vec::new();
    until(stream, what, |encoded| {
        match encoded {
            Frame::Video(picture) if wanted(&picture) => found.push(picture),
            _ => {}
        }
        (found.len() == count).then_some(())
    });
    found
}

fn packets(stream: &Receiver<Frame>, count: usize) -> Vec<AudioFrame> {
    let mut found = Vec::new();
    until(stream, "sound", |encoded| {
        match encoded {
            Frame::Audio(packet) => found.push(packet),
            Frame::Video(_) => {}
        }
        (found.len() == count).then_some(())
    });
    found
}

fn is_running(event: &Event, wanted: &str) -> bool {
    matches!(event, Event::Camera(SourceState::Running { id, .. }) | Event::Microphone(SourceState::Running { id, .. }) if id == wanted)
}

#[test]
fn pattern_and_tone_give_every_layer_and_sound_in_order_of_time() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Tone);
    let before = Instant::now();
    let stream = studio.live();
    let mut video: [Vec<VideoFrame>; 3] = Default::default();
    let mut audio = Vec::new();
    until(&stream, "two seconds of picture and sound", |encoded| {
        match encoded {
            Frame::Video(picture) => video[picture.rid.index()].push(picture),
            Frame::Audio(packet) => audio.push(packet),
        }
        (video.iter().all(|layer| layer.len() >= 60) && audio.len() >= 100).then_some(())
    });
    for (layer, (width, height)) in video.iter().zip([(160, 90), (320, 180), (640, 360)]) {
        assert!(layer[0].keyframe, "the first picture of a broadcast can be decoded");
        assert!(
            layer
                .iter()
                .all(|picture| (picture.width, picture.height) == (width, height) && picture.codec == VideoCodec::H264)
        );
        assert!(layer.windows(2).all(|pair| pair[0].captured < pair[1].captured), "times grow");
    }
    // The newest picture may have been taken from just before.
    assert!(video[2][0].captured + Duration::from_millis(100) > before, "times are those of the capture");
    assert_eq!(audio[0].position, 0);
    for pair in audio.windows(2) {
        assert_eq!(pair[0].position + u64::from(pair[0].samples), pair[1].position, "no sample is missing");
        assert!(pair[0].captured < pair[1].captured, "times grow");
    }
    let (first, last) = (&audio[0], &audio[audio.len() - 1]);
    let (by_clock, by_samples) =
        (last.captured - first.captured, Duration::from_micros(last.position * 1_000_000 / 48_000));
    assert!(
        by_clock.abs_diff(by_samples) < Duration::from_millis(5),
        "{by_clock:?} by the clock, {by_samples:?} by samples"
    );
}

#[test]
fn nothing_comes_before_go_live_and_nothing_after_the_end_and_it_can_go_live_again() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Tone);
    studio.event("running camera", |event| is_running(event, "pattern"));
    for _ in 0..2 {
        let stream = studio.live();
        let (mut first, mut sounds) = (Vec::new(), Vec::new());
        until(&stream, "picture and sound", |frame| {
            match frame {
                Frame::Video(picture) => first.push(picture),
                Frame::Audio(packet) => sounds.push(packet),
            }
            (first.len() >= 3 && !sounds.is_empty()).then_some(())
        });
        assert!(
            first[0].keyframe && first[0].rid == Rid::F,
            "it starts with a keyframe, and the top layer comes first"
        );
        assert_eq!(sounds[0].position, 0, "each broadcast counts its samples from the start");
        studio.pipeline.end();
        let late = stream.iter().take(100).count();
        assert!(late < 100, "what was at hand comes; then the sink is gone with the broadcast, and nothing can come");
    }
}

#[test]
fn a_keyframe_comes_for_the_layer_that_asked() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Off);
    let stream = studio.live();
    pictures(&stream, "first pictures", 9, |_| true);
    // Regular ones of the three layers are two thirds of a second apart: four requests cannot all be met by those.
    for _ in 0..4 {
        studio.pipeline.request_keyframe(VideoCodec::H264, Rid::Q);
        let next = pictures(&stream, "answer to a request", 9, |picture| picture.rid == Rid::Q);
        assert!(next.iter().any(|picture| picture.keyframe), "within a few pictures");
    }
}

#[test]
fn a_camera_that_is_not_there_is_told_with_a_remedy_and_a_slate_is_sent() {
    let studio = Studio::open(
        CameraChoice::Device("no such camera".into()),
        MicrophoneChoice::Device("no such microphone".into()),
    );
    let failed = |event: &Event| matches!(event, Event::Camera(SourceState::Failed { .. }));
    match studio.event("failed camera", failed) {
        Event::Camera(SourceState::Failed { code, message, .. }) => {
            assert_eq!(code, ErrorCode::NoDevice, "{message}");
            assert!(message.contains("no such camera") && message.contains("choose another"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    let stream = studio.live();
    assert!(pictures(&stream, "slate", 9, |picture| picture.rid == Rid::F)[0].keyframe);
    packets(&stream, 10);
    // Another choice is taken at once, live, in the same stream.
    studio.pipeline.set_shown(CameraChoice::Pattern);
    studio.pipeline.set_microphone(MicrophoneChoice::Tone);
    studio.event("running pattern", |event| is_running(event, "pattern"));
    let positions: Vec<u64> = packets(&stream, 100).iter().map(|packet| packet.position).collect();
    assert!(positions.windows(2).all(|pair| pair[1] == pair[0] + 960), "the sound has no seam: {positions:?}");
    let full = pictures(&stream, "pattern", 30, |picture| picture.rid == Rid::F);
    assert!(full.windows(2).all(|pair| pair[0].captured < pair[1].captured), "times grow across the switch");
}

#[test]
fn a_camera_that_is_switched_off_shows_a_slate_and_comes_back() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Off);
    studio.event("running pattern", |event| is_running(event, "pattern"));
    let area = (640, 360);
    let shown = studio.pipeline.preview(area, 0).expect("there is a picture");
    studio.pipeline.set_shown(CameraChoice::Off);
    studio.event("camera that is off", |event| *event == Event::Camera(SourceState::Off));
    let stream = studio.live();
    // The slate stands still: it is sent a few times a second, and again with keyframes.
    assert!(pictures(&stream, "slate", 3, |picture| picture.rid == Rid::F)[0].keyframe);
    let end = Instant::now() + PATIENCE;
    let slate = loop {
        match studio.pipeline.preview(area, shown.number) {
            // Pictures of the pattern may come until the camera's thread has changed over: the cells tell them apart.
            Some(other) if pattern::read(&other.planes, 640, 640, 360).is_none() => break other,
            _ => assert!(Instant::now() < end, "the slate is previewed too"),
        }
        std::thread::yield_now();
    };
    // It stands still, and is given once, however often it is asked for while the encoders are sent it again.
    pictures(&stream, "slate again", 3, |picture| picture.rid == Rid::F);
    assert_eq!(studio.pipeline.preview(area, slate.number), None, "a slate that stands still is no news");
    studio.pipeline.set_shown(CameraChoice::Pattern);
    studio.event("running pattern", |event| is_running(event, "pattern"));
    pictures(&stream, "pattern again", 30, |picture| picture.rid == Rid::F);
}

#[test]
fn a_card_stands_in_the_place_of_the_picture_and_the_sound_goes_on() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Tone);
    studio.event("running pattern", |event| is_running(event, "pattern"));
    let stream = studio.live();
    let first = pictures(&stream, "pattern", 3, |picture| picture.rid == Rid::F)[0].clone();
    for cover in [Cover::CameraOff, Cover::BeRightBack] {
        studio.pipeline.set_cover(Some(cover));
        if cover == Cover::CameraOff {
            studio.event("camera that is closed", |event| *event == Event::Camera(SourceState::Off));
        }
        // Another is remembered, and stays closed.
        studio.pipeline.set_shown(CameraChoice::Pattern);
        let card = pictures(&stream, "card", 10, |picture| picture.rid == Rid::F);
        assert!(card.iter().all(|picture| (picture.width, picture.height) == (first.width, first.height)));
        assert!(loudest(&packets(&stream, 20)) > SILENCE, "the tone is sent as before");
    }
    studio.pipeline.set_cover(None);
    studio.event("running pattern", |event| is_running(event, "pattern"));
    pictures(&stream, "pattern again", 30, |picture| picture.rid == Rid::F);
}

#[test]
fn a_muted_microphone_is_sent_as_silence_without_a_seam_and_measured_as_ever() {
    let studio = Studio::open(CameraChoice::Off, MicrophoneChoice::Tone);
    let stream = studio.live();
    let heard = packets(&stream, 50);
    assert!(loudest(&heard) > SILENCE, "a tone takes more: {}", loudest(&heard));
    studio.pipeline.set_silent(true);
    // What was encoded before, and what the encoder looks ahead.
    let before = until(&stream, "silence", |frame| match frame {
        Frame::Audio(packet) if packet.data.len() <= SILENCE => Some(packet.position),
        _ => None,
    });
    let silent = packets(&stream, 100);
    assert!(loudest(&silent) <= SILENCE, "two seconds, with two beeps in them: {}", loudest(&silent));
    assert!(studio.pipeline.levels().rms.iter().all(|rms| *rms > 0.05), "the meter shows that somebody speaks");
    let positions = [before].into_iter().chain(silent.iter().map(|packet| packet.position)).collect::<Vec<_>>();
    assert!(positions.windows(2).all(|pair| pair[1] == pair[0] + 960), "no packet is missing");
    studio.pipeline.set_silent(false);
    until(&stream, "sound again", |frame| match frame {
        Frame::Audio(packet) if packet.data.len() > SILENCE => Some(()),
        _ => None,
    });
}

/// A packet of silence is no longer, bytes; one of the tone is many times as long.
const SILENCE: usize = 12;

fn loudest(packets: &[AudioFrame]) -> usize {
    packets.iter().map(|packet| packet.data.len()).max().unwrap_or_default()
}

#[test]
fn another_size_starts_with_a_keyframe_in_the_same_stream() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Off);
    let stream = studio.live();
    pictures(&stream, "picture", 3, |picture| picture.rid == Rid::F);
    studio.pipeline.set_video(VideoConfig::new(1280, 720, 30, 2500).expect("a usual size"));
    let larger = pictures(&stream, "larger picture", 3, |picture| (picture.width, picture.height) == (1280, 720));
    assert!(larger[0].keyframe);
}

#[test]
fn another_profile_begins_with_a_keyframe_in_every_layer_and_nothing_of_the_one_before_comes_after_it() {
    let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Off);
    let stream = studio.live();
    assert!(pictures(&stream, "picture", 9, |_| true).iter().all(|picture| picture.profile == Profile::Main));
    for profile in [Profile::Baseline, Profile::Main] {
        studio.pipeline.set_profile(VideoCodec::H264, profile);
        for rid in [Rid::F, Rid::H, Rid::Q] {
            let first =
                pictures(&stream, "other profile", 1, |picture| picture.rid == rid && picture.profile == profile);
            assert!(first[0].keyframe, "{rid:?} begins anew");
        }
        let after = pictures(&stream, "pictures of it", 30, |_| true);
        assert!(after.iter().all(|picture| picture.profile == profile && !picture.keyframe), "once, and no other");
    }
}

#[test]
fn a_codec_on_demand_is_made_while_it_is_wanted() {
    for codec in [VideoCodec::Vp9, VideoCodec::Vp8] {
        let studio = Studio::open(CameraChoice::Pattern, MicrophoneChoice::Off);
        studio.pipeline.set_layers(codec, &[Rid::F]);
        let stream = studio.live();
        let made = |picture: &VideoFrame| picture.codec == codec;
        let full = pictures(&stream, "picture of it", 10, made);
        assert!(full[0].keyframe && full.iter().all(|picture| picture.rid == Rid::F), "the full layer only");
        studio.pipeline.set_layers(codec, &[Rid::F, Rid::H]);
        let half = pictures(&stream, "half", 5, |picture| made(picture) && picture.rid == Rid::H);
        assert!(half[0].keyframe && half[0].width == 320, "it starts with a keyframe of its own");
        studio.pipeline.request_keyframe(codec, Rid::H);
        pictures(&stream, "keyframe", 1, |picture| made(picture) && picture.rid == Rid::H && picture.keyframe);
        studio.pipeline.set_layers(codec, &[]);
        while stream.try_recv().is_ok() {}
        let others = pictures(&stream, "H.264", 60, |_| true);
        assert!(others.iter().all(|picture| picture.codec == VideoCodec::H264), "none once nobody wants it");
    }
}

#[test]
fn levels_follow_the_sound() {
    let studio = Studio::open(CameraChoice::Off, MicrophoneChoice::Tone);
    let end = Instant::now() + PATIENCE;
    while studio.pipeline.levels().rms.iter().any(|rms| *rms < 0.05) {
        assert!(Instant::now() < end, "the tone is not heard: {:?}", studio.pipeline.levels());
        std::thread::yield_now();
    }
}
