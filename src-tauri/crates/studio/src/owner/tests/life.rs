//! Going live, joins, kicks and the end.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use forward::Gone;
use protocol::{Command, ErrorCode, Event, LeaveReason, Outside, PageMessage, Phase, RefusalCode, ViewerId};
use server::Refused;
use std::time::{Duration, Instant};
use stream::{Rid, VideoCodec};

fn refusal(refused: Refused) -> RefusalCode {
    match refused {
        Refused::Refusal(refusal) => refusal.code,
        other => panic!("an offer of the test can be read: {other:?}"),
    }
}

fn phases(events: &[Event]) -> Vec<&Phase> {
    let mut phases = Vec::new();
    for event in events {
        if let Event::Phase { phase } = event {
            phases.push(phase);
        }
    }
    phases
}

#[test]
fn live_with_the_first_picture_and_not_before() {
    let mut world = World::offline(Written::default());
    world.command(Command::GoLive).expect("nothing runs");
    assert!(world.asked().contains(&"encode 1".to_owned()));
    assert_eq!(refusal(world.join(&browser(1), "h264").expect_err("not yet")), RefusalCode::NotLive);
    world.happened(Happened::FirstPicture(0));
    assert_eq!(phases(&world.told()), [&Phase::Starting], "a late word of an earlier broadcast");
    world.happened(Happened::FirstPicture(1));
    let told = world.told();
    assert!(matches!(phases(&told)[..], [Phase::Live { .. }]));
    assert!(matches!(told.last(), Some(Event::Live { port: 8787, .. })), "with the link, last: {told:?}");
    assert!(world.join(&browser(1), "h264").is_ok());
    assert_eq!(world.command(Command::GoLive).expect_err("once").code, ErrorCode::WrongState);
}

#[test]
fn without_a_picture_in_ten_seconds_it_failed_and_can_be_tried_again() {
    let mut world = World::offline(Written::default());
    world.command(Command::GoLive).expect("nothing runs");
    world.advance(Duration::from_millis(9_999));
    assert!(!world.asked().contains(&"stop encoding".to_owned()));
    world.advance(Duration::from_millis(1));
    assert_eq!(world.asked(), ["stop encoding"]);
    let told = world.told();
    assert!(matches!(phases(&told)[..], [Phase::Starting, Phase::Failed { .. }]));
    assert!(told.iter().any(|event| matches!(event, Event::Error { code: ErrorCode::EncoderFailed, .. })));
    world.command(Command::GoLive).expect("again");
    assert_eq!(world.asked(), ["encode 2"]);
    world.happened(Happened::FirstPicture(1));
    assert_eq!(phases(&world.told()), [&Phase::Starting], "the first broadcast's encoder came too late");
}

#[test]
fn a_join_gets_a_transport_and_who_gets_none_holds_no_place() {
    let mut world = World::live(Written { max_viewers: Some(1), ..Written::default() });
    assert!(matches!(world.join(&browser(1), "unfit"), Err(Refused::BadOffer(_))));
    assert!(matches!(world.join(&browser(1), "nothing"), Err(Refused::NoMedia(_))));
    let joined = world.join(&browser(1), "h264").expect("the one place is free");
    assert_eq!((joined.answer.as_str(), joined.etag.as_str(), joined.session.len()), ("v=0 answer", "first", 32));
    assert_eq!(world.asked(), ["join 3 F"], "two ids went to those whose offers were no good");
    let told = world.told();
    let [Event::FailedJoin { reason: unfit, .. }, Event::FailedJoin { reason: nothing, .. }] = &told[..] else {
        panic!("nobody watches yet, and two offers were no good: {told:?}")
    };
    assert!(unfit.contains("rtcp-mux") && nothing.contains("no media"), "{told:?}");
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(3))));
    assert!(matches!(&world.told()[0], Event::ViewerJoined { viewer } if viewer.id == ViewerId(3)));
    assert_eq!(refusal(world.join(&browser(2), "h264").expect_err("one of one")), RefusalCode::Full);
    assert!(world.leave(&joined));
    assert_eq!(world.asked(), ["close 3"]);
    let left = Event::ViewerLeft { viewer: ViewerId(3), reason: LeaveReason::Left };
    assert_eq!(world.told()[0], left);
    assert!(!world.leave(&joined), "the session is gone");
}

#[test]
fn what_of_an_offer_is_rejected_stands_with_its_viewer() {
    let mut world = World::live(Written::default());
    world.told();
    world.join(&browser(1), "silent").expect("its picture is sent");
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(1))));
    let told = world.told();
    assert!(
        matches!(&told[0], Event::ViewerJoined { viewer } if viewer.rejected[0].reason == "it has no Opus"),
        "{told:?}"
    );
}

#[test]
fn a_kick_closes_the_transport_tells_the_page_and_then_the_panel() {
    let mut world = World::live(Written::default());
    let (anna, viewer) = (browser(1), ViewerId(1));
    world.watch(&anna, viewer);
    let mut page = world.open_page(&anna);
    world.asked();
    world.told();
    world.command(Command::Kick { viewer, reason: Some("  ".into()) }).expect("she watches");
    assert_eq!(world.asked(), ["close 1"], "a kick is not kept");
    assert_eq!(page.hears(), Some(PageMessage::Removed { code: RefusalCode::Kicked, reason: None }), "blanks are none");
    let told = world.told();
    assert_eq!(told[0], Event::ViewerLeft { viewer, reason: LeaveReason::Kicked });
    assert!(matches!(&told[1], Event::Removed { viewer: removed } if removed.id == viewer), "{told:?}");
    assert_eq!(refusal(world.join(&anna, "h264").expect_err("kicked")), RefusalCode::Kicked);
    world.happened(Happened::Forward(forward::Event::Gone(viewer, Gone::Timeout)));
    assert_eq!(world.told(), [], "a late word of its transport tells nobody anything");
    let nobody = Command::Kick { viewer: ViewerId(99), reason: None };
    assert_eq!(world.command(nobody).expect_err("there is none").code, ErrorCode::UnknownViewer);
    world.command(Command::Ban { viewer, reason: None }).expect("a kick becomes a ban");
    assert_eq!(world.asked(), ["keep 1 bans"]);
}

#[test]
fn the_end_is_told_in_order_and_closes_every_transport() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    world.join(&browser(2), "h264").expect("the stream is open");
    let mut page = world.open_page(&browser(1));
    world.asked();
    world.told();
    world.command(Command::End).expect("it is live");
    assert_eq!(world.asked(), ["close 1", "close 2", "stop encoding"], "viewers before the encoders");
    assert_eq!(page.hears(), Some(PageMessage::Ended));
    let told = world.told();
    assert_eq!(phases(&told), [&Phase::Ending, &Phase::Offline]);
    let at = |wanted: &Event| told.iter().position(|event| event == wanted).expect("it is told");
    let left = at(&Event::ViewerLeft { viewer: ViewerId(1), reason: LeaveReason::Ended });
    assert!(0 < left && left < at(&Event::Ended) && at(&Event::Ended) == told.len() - 2, "{told:?}");
    assert_eq!(world.command(Command::End).expect_err("nothing is live").code, ErrorCode::WrongState);

    assert!(!world.owner.is_silent(), "an encoder has a picture at hand");
    world.command(Command::GoLive).expect("nobody waits for it");
    world.happened(Happened::EncodersStopped);
    assert!(!world.owner.is_silent(), "those of the second broadcast run");
    world.command(Command::End).expect("it is starting");
    world.happened(Happened::EncodersStopped);
    assert!(world.owner.is_silent());
}

#[test]
fn the_line_is_shared_and_room_that_appears_is_given_on() {
    // The top layer costs 2750 kbit/s, the half 650, the quarter 282.
    let mut world = World::live(Written { max_upload_kbps: Some(3500), ..Written::default() });
    let first = world.watch(&browser(1), ViewerId(1));
    world.watch(&browser(2), ViewerId(2));
    assert_eq!(world.asked(), ["join 1 F", "join 2 H"]);
    assert_eq!(refusal(world.join(&browser(3), "h264").expect_err("the line is full")), RefusalCode::Full);
    world.leave(&first);
    assert_eq!(world.asked(), ["close 1", "cap 2 F"]);
}

#[test]
fn a_join_takes_its_share_of_the_line_and_a_place_with_its_first_check() {
    let mut world = World::live(Written { max_upload_kbps: Some(3400), ..Written::default() });
    for n in 1..=40 {
        assert!(world.join(&browser(n), "v=0").is_ok(), "nothing was heard of those before");
    }
    assert!(world.asked().iter().all(|asked| asked.ends_with(" F")), "each is promised all of it");
    let heard_of = |world: &mut World, n| world.happened(Happened::Forward(forward::Event::Checked(ViewerId(n))));
    (38..=40).for_each(|n| heard_of(&mut world, n));
    assert_eq!(world.asked(), ["cap 39 H", "close 40"], "the first has what it was promised, the last nothing");
    heard_of(&mut world, 38);
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(38))));
    assert_eq!(world.asked(), Vec::<String>::new(), "a share is taken once");
    assert!(matches!(&world.told()[0], Event::ViewerJoined { viewer } if viewer.id == ViewerId(38)));
    assert_eq!(refusal(world.join(&browser(41), "v=0").expect_err("the line is full")), RefusalCode::Full);
}

#[test]
fn checks_alone_hold_no_share_of_the_line_that_another_one_could_have() {
    let mut world = World::live(Written { max_upload_kbps: Some(3400), ..Written::default() });
    let heard_of = |world: &mut World, n| world.happened(Happened::Forward(forward::Event::Checked(ViewerId(n))));
    for n in 1..=2 {
        world.join(&browser(n), "v=0").expect("there is room");
        heard_of(&mut world, n.into());
    }
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(2))));
    world.asked();
    assert_eq!(refusal(world.join(&browser(3), "v=0").expect_err("the line is full")), RefusalCode::Full);
    // The first sends checks, and no handshake.
    world.advance(Duration::from_secs(3));
    world.join(&browser(3), "v=0").expect("who has not begun by now makes room");
    assert_eq!(world.asked(), ["join 4 F"], "but only for whom something is heard of");
    heard_of(&mut world, 4);
    assert_eq!(world.asked(), ["close 1"]);
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(4))));
    world.advance(Duration::from_secs(30));
    assert_eq!(refusal(world.join(&browser(5), "v=0").expect_err("the line is full")), RefusalCode::Full);
}

#[test]
fn an_address_is_blocked_by_its_text() {
    let mut world = World::live(Written::default());
    let block = |address: &str| Command::Block { address: address.into() };
    world.command(block(" 203.0.113.1 ")).expect("it is one");
    assert_eq!(refusal(world.join(&browser(1), "v=0").expect_err("blocked")), RefusalCode::Kicked);
    for wrong in ["", "203.0.113", "203.0.113.1:80", "everybody", "127.0.0.1"] {
        let error = world.command(block(wrong)).expect_err("it cannot be blocked");
        assert_eq!(error.code, ErrorCode::BadAddress, "{wrong}");
    }
}

#[test]
fn a_viewer_of_vp8_has_no_smallest_layer_and_its_encoder_outlives_it_a_while() {
    let mut world = World::live(Written { max_upload_kbps: Some(300), ..Written::default() });
    assert_eq!(refusal(world.join(&browser(1), "vp8").expect_err("the half does not fit")), RefusalCode::Full);
    assert_eq!(world.asked(), ["join 1 Q Vp8", "close 1"]);
    for rids in [vec![Rid::H], vec![]] {
        world.happened(Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp8, rids }));
    }
    assert_eq!(world.asked(), ["layers Vp8 [H]"]);
    world.advance(Duration::from_secs(31));
    assert_eq!(world.asked(), ["layers Vp8 []"]);
}

/// A picture that took the first encoder so long.
fn encoded(world: &World, ms: u64) {
    let taken = Instant::now();
    let picture = stream::VideoFrame {
        profile: stream::Profile::Baseline,
        codec: VideoCodec::H264,
        rid: Rid::Q,
        temporal: 0,
        keyframe: true,
        captured: taken,
        width: 2,
        height: 2,
        layer_sync: true,
        screen: false,
        way: stream::Way::at(taken),
        data: Default::default(),
    };
    let steps = &world.owner.meter.steps;
    let until_now = steps.encoding_us()[VideoCodec::H264 as usize];
    steps.count(&picture, taken, taken, Duration::from_micros(until_now) + Duration::from_millis(ms));
}

#[test]
fn a_second_encoder_is_said_and_refused_where_there_is_no_room_for_it() {
    let mut world = World::live(Written::default());
    let second = |world: &mut World, ms| {
        encoded(world, ms);
        world.advance(Duration::from_secs(1));
        world.second();
        world.asked();
        let told = world.told().into_iter().find_map(|event| match event {
            Event::Stats { stats } => Some(stats.second_encoder),
            _ => None,
        });
        told.expect("once a second")
    };
    assert!(!second(&mut world, 200));
    (0..3).for_each(|_| assert!(!second(&mut world, 950)));
    assert_eq!(world.join(&browser(1), "vp8"), Err(Refused::NoEncoder), "the first is at work nearly all of the time");
    assert_eq!(world.asked(), [""; 0]);
    world.watch(&browser(2), ViewerId(2));
    assert!(!second(&mut world, 200));
    world.watch(&browser(3), ViewerId(3));
    assert!(world.join(&browser(4), "vp8").is_ok(), "there is room now");
    let layers = |rids| Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp8, rids });
    world.happened(layers(vec![Rid::F]));
    (0..3).for_each(|_| assert!(second(&mut world, 950), "the panel is told"));
    assert!(world.join(&browser(5), "vp8").is_ok(), "it runs already");
    world.happened(layers(vec![]));
    world.advance(Duration::from_secs(31));
    assert!(!second(&mut world, 900), "and when it is over");
}

#[test]
fn who_has_no_h264_is_sent_vp9_where_there_is_time_for_it_and_vp8_where_there_is_not() {
    let mut world = World::live(Written::default());
    let busy = |world: &mut World, ms| {
        for _ in 0..4 {
            encoded(world, ms);
            world.advance(Duration::from_secs(1));
            world.second();
        }
        world.asked();
    };
    busy(&mut world, 600);
    assert!(world.join(&browser(1), "vp9").is_ok());
    assert_eq!(world.asked(), ["join 1 F Vp8"], "VP9 would take longer than a picture lasts");
    busy(&mut world, 300);
    assert!(world.join(&browser(2), "vp9").is_ok());
    assert_eq!(world.asked(), ["join 2 F Vp9"]);
    let rids = vec![Rid::F];
    world.happened(Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp9, rids }));
    busy(&mut world, 600);
    assert!(world.join(&browser(3), "vp9").is_ok());
    assert_eq!(world.asked(), ["join 3 F Vp9"], "it runs already");
    busy(&mut world, 950);
    assert!(world.join(&browser(4), "vp9").is_ok());
    assert_eq!(world.join(&browser(5), "vp8"), Err(Refused::NoEncoder), "who has only VP8 would start one more");
}

#[test]
fn screens_are_av1_for_who_says_that_it_takes_several_codecs_and_where_there_is_time_for_it() {
    let mut world = World::live(Written::default());
    for (browser_number, codec_changes, said) in [(1, true, "join 1 F Av1"), (2, false, "join 2 F")] {
        world.join_saying(super::world::LINK, &browser(browser_number), "h264", codec_changes).expect("there is room");
        assert_eq!(world.asked(), [said]);
    }
    for _ in 0..4 {
        encoded(&world, 600);
        world.advance(Duration::from_secs(1));
        world.second();
    }
    world.asked();
    world.join_saying(super::world::LINK, &browser(3), "h264", true).expect("there is room");
    assert_eq!(world.asked(), ["join 3 F"], "it would take longer than a picture lasts");
}

#[test]
fn main_is_encoded_until_one_comes_who_takes_baseline_and_again_a_while_after_all_such_have_left() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    let joined = world.join(&browser(2), "baseline").expect("there is room");
    assert_eq!(world.asked(), ["join 2 F"], "nothing was heard of it yet");
    world.happened(Happened::Forward(forward::Event::Checked(ViewerId(2))));
    assert_eq!(world.asked(), ["profile H264 Baseline"], "while it shakes hands");
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(2))));
    world.join(&browser(3), "baseline").expect("there is room");
    world.happened(Happened::Forward(forward::Event::Checked(ViewerId(3))));
    assert!(world.leave(&joined));
    world.advance(Duration::from_secs(60));
    world.asked();
    world.happened(Happened::Forward(forward::Event::Gone(ViewerId(3), forward::Gone::Failed)));
    world.advance(Duration::from_secs(29));
    assert_eq!(world.asked(), [""; 0], "it may come back");
    world.advance(Duration::from_secs(2));
    assert_eq!(world.asked(), ["profile H264 Main"]);
    world.command(Command::End).expect("it is live");
    world.asked();
    world.advance(Duration::from_secs(60));
    assert_eq!(world.asked(), [""; 0]);
}

#[test]
fn a_viewers_keyframe_is_one_wish_among_those_of_all_outputs() {
    let mut world = World::live(Written::default());
    let (codec, rid) = (VideoCodec::H264, Rid::F);
    world.happened(Happened::Forward(forward::Event::KeyframeWanted { codec, rid }));
    assert_eq!(world.asked(), ["wish H264 F"]);
    world.happened(Happened::KeyframeWanted(codec, rid));
    assert_eq!(world.asked(), ["keyframe H264 F"]);
}

#[test]
fn one_look_around_and_one_question_for_stats_at_a_time() {
    let mut world = World::live(Written::default());
    for _ in 0..3 {
        world.advance(Duration::from_secs(1));
        world.second();
    }
    assert_eq!(world.asked(), ["look around", "stats"], "who does not answer is not asked again");
    world.happened(Happened::LookedAround(Default::default()));
    world.happened(Happened::Stats(vec![]));
    world.second();
    assert_eq!(world.asked(), ["look around", "stats"]);
    let stats = world.told().into_iter().filter(|event| matches!(event, Event::Stats { .. })).count();
    assert_eq!(stats, 4, "the broadcast's own figures wait for nobody");
}

#[test]
fn who_waits_and_who_was_turned_away_is_told_once_a_second_before_going_live_too() {
    let mut world = World::offline(Written::default());
    let page = world.open_page(&browser(1));
    let outside = |world: &mut World| {
        world.second();
        let told = world.told().into_iter();
        told.filter_map(|event| if let Event::Outside { outside } = event { Some(outside) } else { None }).next_back()
    };
    outside(&mut world);
    let waits = Outside { waiting: 1, turned_away: 0, no_room: 0 };
    assert_eq!(outside(&mut world), Some(waits));
    assert_eq!(world.owner.snapshot().outside, waits, "a panel that opens now is told the same");
    world.command(Command::GoLive).expect("nothing runs");
    world.happened(Happened::FirstPicture(1));
    world.command(Command::Lock { on: true }).expect("it locks");
    assert_eq!(refusal(world.join(&browser(2), "h264").expect_err("it is locked")), RefusalCode::Locked);
    assert_eq!(outside(&mut world), Some(Outside { turned_away: 1, ..waits }));
    world.command(Command::Lock { on: false }).expect("it opens");
    assert_eq!(outside(&mut world), Some(waits), "whom a lock kept out that is gone");
    drop(page);
}
