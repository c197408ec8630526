//! How many more could watch, and how it went, as the panel is told.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use bytes::Bytes;
use forward::Gone;
use protocol::{
    Capacity, Command, ErrorCode, Event, HistoryPoint, KnownBy, Rid, SettingsChange, SharedLine, ViewerId, ViewerStats,
};
use std::time::{Duration, Instant};
use stream::{AudioFrame, VideoCodec, VideoFrame};

/// What the encoders make in a second, bytes: layers of 150, 500 and 2500 kbit/s, and sound of 96.
fn make(world: &World) {
    let at = Instant::now();
    for (rid, kbps) in [(Rid::Q, 150), (Rid::H, 500), (Rid::F, 2500)] {
        let frame = VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::H264,
            rid,
            temporal: 0,
            keyframe: true,
            captured: at,
            width: 2,
            height: 2,
            layer_sync: true,
            screen: false,
            way: stream::Way::at(at),
            data: Bytes::from(vec![0; kbps * 125]),
        };
        world.owner.meter.video(&frame);
    }
    world.owner.meter.audio(&AudioFrame {
        data: Bytes::from(vec![0; 96 * 125]),
        captured: at,
        position: 0,
        samples: 960,
    });
}

/// So many seconds, in which the program takes half a core, and viewers do like this.
fn pass(world: &mut World, seconds: u32, stats: &[(ViewerId, ViewerStats)]) -> Vec<Event> {
    for _ in 0..seconds {
        make(world);
        world.advance(Duration::from_secs(1));
        world.now.unix_ms += 1000;
        world.worked(Duration::from_millis(500));
        world.second();
        world.happened(Happened::Stats(stats.to_vec()));
    }
    world.told()
}

fn capacities(told: &[Event]) -> Vec<Option<Capacity>> {
    let capacity = |event: &Event| match event {
        Event::Capacity { capacity } => Some(capacity.clone()),
        _ => None,
    };
    told.iter().filter_map(capacity).collect()
}

fn messages(told: &[Event]) -> Vec<String> {
    capacities(told).into_iter().flatten().map(|capacity| capacity.message.message).collect()
}

fn well(viewers: std::ops::RangeInclusive<u32>) -> Vec<(ViewerId, ViewerStats)> {
    viewers.map(|viewer| (ViewerId(viewer), ViewerStats { bitrate_kbps: 2700, ..ViewerStats::default() })).collect()
}

fn points(world: &mut World, since: Option<u64>) -> Vec<HistoryPoint> {
    world.command(Command::History { since }).expect("it can always be asked");
    match world.told().pop() {
        Some(Event::History { points }) => points,
        other => panic!("that is the answer, and not {other:?}"),
    }
}

#[test]
fn what_the_cap_leaves_is_what_those_who_come_are_given() {
    let mut world = World::live(Written { max_upload_kbps: Some(6200), ..Written::default() });
    let told = pass(&mut world, 1, &[]);
    assert_eq!(messages(&told), ["Room for 2 more at 720p, 9 at 360p, 21 at 180p."]);
    assert_eq!(capacities(&pass(&mut world, 20, &[])), [], "it is told when it changes");
    world.watch(&browser(1), ViewerId(1));
    let two = world.watch(&browser(2), ViewerId(2));
    assert_eq!(world.asked().iter().filter(|asked| asked.ends_with(" F")).count(), 2);
    assert_eq!(messages(&pass(&mut world, 1, &[])), ["Room for 1 more at 360p, 2 at 180p."]);
    world.join(&browser(3), "h264").expect("there is room for a smaller one");
    assert_eq!(world.asked().last().map(String::as_str), Some("join 3 H"));
    assert_eq!(
        messages(&pass(&mut world, 1, &[])),
        ["The upload that is set is used up: nobody more can be let in."],
        "who is on the way has its place"
    );
    assert!(world.leave(&two));
    assert_eq!(messages(&pass(&mut world, 1, &[])).len(), 1, "and there is room again");
    let limit = SettingsChange { max_viewers: Some(1), ..SettingsChange::default() };
    world.configure(limit).expect("it can be");
    assert_eq!(messages(&pass(&mut world, 1, &[])), ["As many watch as may."]);
    let none = SettingsChange { max_upload_kbps: Some(0), ..SettingsChange::default() };
    world.configure(none).expect("it can be");
    assert_eq!(capacities(&pass(&mut world, 1, &[])), [None], "without a cap, and nothing measured");
    assert_eq!(world.owner.snapshot().capacity, None);
}

#[test]
fn without_a_cap_nothing_is_said_before_something_went_through() {
    let mut world = World::live(Written::default());
    assert_eq!(capacities(&pass(&mut world, 30, &[])), []);
    for n in 1..=4 {
        world.watch(&browser(n as u8), ViewerId(n));
    }
    let told = capacities(&pass(&mut world, 11, &well(1..=4)));
    let known = told.last().cloned().flatten().expect("it was carried");
    assert_eq!((known.known_by, known.line, known.carries_kbps), (KnownBy::Carried, SharedLine::Uplink, 11_000));
    assert_eq!(
        known.message.message,
        "The line carries 11.0 Mbit/s at least; whether there is room for more is not known."
    );
    for n in 2..=4 {
        world.happened(Happened::Forward(forward::Event::Gone(ViewerId(n), Gone::Closed)));
    }
    pass(&mut world, 11, &well(1..=1));
    let known = world.owner.snapshot().capacity.expect("it is known");
    assert_eq!(
        known.room.iter().map(|room| (room.height, room.more)).collect::<Vec<_>>(),
        [(720, 2), (360, 12), (180, 28)]
    );
    world.command(Command::End).expect("it is live");
    assert_eq!(capacities(&pass(&mut world, 1, &[])), [None]);
}

#[test]
fn what_is_measured_is_told_with_each_point_and_no_more_often() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    let mut told = 0;
    for second in 0..50 {
        let stats = ViewerStats { bitrate_kbps: 2000 + 100 * second, ..ViewerStats::default() };
        told += capacities(&pass(&mut world, 1, &[(ViewerId(1), stats)])).len();
    }
    assert!((9..=11).contains(&told), "{told} times in 50 seconds");
}

#[test]
fn who_watches_on_this_computer_is_on_no_line() {
    let mut world = World::live(Written::default());
    let here = audience::Visitor::new(None, [127, 0, 0, 1].into(), "Firefox/140.0");
    world.watch(&here, ViewerId(1));
    assert_eq!(capacities(&pass(&mut world, 30, &well(1..=1))), []);
}

#[test]
fn how_it_went_is_told_when_somebody_asks() {
    let mut world = World::live(Written::default());
    world.now.unix_ms = 1_796_000_000_000;
    world.watch(&browser(1), ViewerId(1));
    let told = pass(&mut world, 31, &well(1..=1));
    assert!(!told.iter().any(|event| matches!(event, Event::History { .. })), "nobody asked");
    let all = points(&mut world, None);
    assert_eq!(all.len(), 6);
    let last = all[5];
    assert_eq!((last.watching, last.encoded_kbps, last.fps, last.left_out), (1, 2596, 1.0, 0));
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f32;
    assert!((last.cpu - 0.5 / cores).abs() < 0.001, "half a core of {cores}: {}", last.cpu);
    assert_eq!(points(&mut world, Some(all[4].at)), [last]);
    world.command(Command::End).expect("it is live");
    pass(&mut world, 10, &[]);
    assert_eq!(points(&mut world, None), all, "it is there after the broadcast, and nothing is added to it");
}

#[test]
fn it_is_saved_once_at_a_time() {
    let mut world = World::live(Written::default());
    pass(&mut world, 11, &[]);
    world.asked();
    let save = || Command::SaveHistory { path: Some("/tmp/evening.csv".into()) };
    world.command(save()).expect("nothing is being saved");
    assert_eq!(world.asked(), ["save 2 points Some(\"/tmp/evening.csv\")"]);
    assert_eq!(world.command(save()).map_err(|error| error.code), Err(ErrorCode::WrongState));
    world.happened(Happened::HistorySaved(Ok(("/tmp/evening.csv".into(), 2))));
    assert_eq!(world.told(), [Event::HistorySaved { path: "/tmp/evening.csv".into(), points: 2 }]);
    world.command(save()).expect("again");
    world.happened(Happened::HistorySaved(Err("it is there already".into())));
    assert!(matches!(&world.told()[..], [Event::Error { code: ErrorCode::Storage, .. }]));
}
