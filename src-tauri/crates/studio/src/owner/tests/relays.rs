//! Engines that the stream is handed to.

use super::world::{LINK, World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use audience::Visitor;
use protocol::{
    Command, ErrorCode, Event, LeaveReason, PageHello, PageMessage, RelayId, RelaySecrets, RelayState, SettingsChange,
    ViewerId,
};
use relay::{Said, State};
use sdp::Offer;
use server::{CounterOffer, LetIn, PatchError, Refused, Request};
use std::time::Duration;
use stream::{Profile, Rid, VideoCodec};
use tokio::sync::oneshot;

/// An offer of who decodes H.264.
const BROWSERS: &str = "v=0\r\na=ice-ufrag:ufrag\r\na=ice-pwd:password\r\na=fingerprint:sha-256 \
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\n";

const URL: &str = "whip+https://live.example.org/whip/key";

fn relay() -> Command {
    Command::Relay { url: URL.into(), secrets: RelaySecrets::default() }
}

fn answered(codec: VideoCodec) -> Happened {
    let state = State::Answered { codec, layers: vec![Rid::F], profile: Profile::Baseline };
    Happened::Relay(RelayId(1), state)
}

fn states(events: &[Event]) -> Vec<RelayState> {
    let state = |event: &Event| if let Event::Relay(relay) = event { Some(relay.state) } else { None };
    events.iter().filter_map(state).collect()
}

#[test]
fn it_begins_with_the_broadcast_and_ends_with_it_and_is_told_and_kept() {
    let mut world = World::offline(Written::default());
    world.command(relay()).expect("the URL can be read");
    assert_eq!(states(&world.told()), [RelayState::Stopped]);
    assert!(world.asked().iter().all(|asked| !asked.starts_with("open relay")), "nothing is live");
    world.command(Command::GoLive).expect("nothing runs");
    world.happened(Happened::FirstPicture(1));
    assert!(world.asked().contains(&"open relay 1 live.example.org".to_owned()));
    world.happened(Happened::Relay(RelayId(1), State::Connecting));
    assert_eq!(states(&world.told()), [RelayState::Connecting]);
    assert_eq!(world.owner.snapshot().relays[0].state, RelayState::Connecting);
    world.command(Command::End).expect("it runs");
    assert!(world.asked().contains(&"close relay 1".to_owned()));
    world.happened(Happened::Relay(RelayId(1), State::Stopped));
    assert_eq!(states(&world.told()), [RelayState::Stopped]);
    world.command(Command::StopRelay { relay: RelayId(1) }).expect("it is known");
    assert!(world.owner.snapshot().relays.is_empty());
    let unknown = world.command(Command::StopRelay { relay: RelayId(1) }).expect_err("it is gone");
    assert_eq!(unknown.code, ErrorCode::BadRelay);
}

#[test]
fn an_engine_that_takes_baseline_counts_as_a_viewer_who_does() {
    let mut world = World::live(Written::default());
    world.command(relay()).expect("the URL can be read");
    world.asked();
    world.happened(answered(VideoCodec::H264));
    assert_eq!(world.asked(), ["profile H264 Baseline"]);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    world.happened(Happened::Relay(RelayId(1), State::Waiting("gone".into())));
    assert!(world.asked().is_empty(), "it may come back");
    world.advance(Duration::from_secs(30));
    assert_eq!(world.asked(), ["profile H264 Main"]);
}

#[test]
fn what_only_an_engine_takes_is_encoded_for_it() {
    let mut world = World::live(Written::default());
    world.command(relay()).expect("the URL can be read");
    world.asked();
    world.happened(answered(VideoCodec::Vp8));
    assert_eq!(world.asked(), ["layers Vp8 [F]"]);
    world.happened(Happened::Forward(forward::Event::LayersWanted { codec: VideoCodec::Vp8, rids: vec![] }));
    world.happened(Happened::Relay(RelayId(1), State::Failed("no".into())));
    assert!(world.asked().is_empty(), "for a while");
    world.advance(Duration::from_secs(30));
    assert_eq!(world.asked(), ["layers Vp8 []"]);
}

const ONE: RelayId = RelayId(1);

impl World {
    /// Asks to join as who takes counter-offers.
    pub(super) fn join_anywhere(&mut self, visitor: &Visitor) -> oneshot::Receiver<Result<LetIn, Refused>> {
        let (reply, answer) = oneshot::channel();
        let (token, visitor) = (LINK.to_owned(), visitor.clone());
        let offer = Offer::parse(BROWSERS).expect("the test wrote it");
        self.owner.requested(
            Request::Join { token, visitor, offer, counter_offers: true, codec_changes: false, reply },
            self.now,
        );
        answer
    }

    /// Answers a counter-offer.
    pub(super) fn answer(&mut self, session: &str) -> oneshot::Receiver<Result<Option<String>, PatchError>> {
        let (reply, answered) = oneshot::channel();
        let (token, session, answer) = (LINK.to_owned(), session.to_owned(), "v=0 answer".to_owned());
        self.owner.requested(Request::Answer { token, session, answer, reply }, self.now);
        answered
    }
}

/// What the relay takes of the line, kbit/s: the top layer, and the sound.
const RELAYED_KBPS: u32 = 2750;

/// Live, with a Janus that runs, and so much of the line for viewers, kbit/s; 1: nothing, 0: no limit.
fn with_janus(for_viewers_kbps: u32) -> World {
    let mut world = World::live(Written::default());
    let command = Command::Relay { url: "janus+wss://live.example.org/1".into(), secrets: RelaySecrets::default() };
    world.command(command).expect("the URL can be read");
    world.happened(answered(VideoCodec::H264));
    world.happened(Happened::Relay(ONE, State::Running));
    let max_upload_kbps = Some(if for_viewers_kbps > 1 { RELAYED_KBPS + for_viewers_kbps } else { for_viewers_kbps });
    world.configure(SettingsChange { max_upload_kbps, ..SettingsChange::default() }).expect("it can be");
    world.asked();
    world.told();
    world
}

fn says(world: &mut World, viewer: u32, said: Said) {
    world.happened(Happened::AtRelay(ONE, ViewerId(viewer), said));
}

/// Lets one in at the relay, up to a picture: the session.
fn watches_there(world: &mut World, n: u8, viewer: u32) -> String {
    let mut answer = world.join_anywhere(&browser(n));
    assert_eq!(world.asked(), [format!("relay 1 Admit(ViewerId({viewer}))")]);
    says(world, viewer, Said::Offers("v=0 offer".into()));
    let Ok(Ok(LetIn::There(CounterOffer { session, offer }))) = answer.try_recv() else {
        panic!("it is offered something")
    };
    assert_eq!(offer, "v=0 offer");
    let mut taken = world.answer(&session);
    assert_eq!(world.asked(), [format!("relay 1 Answer(ViewerId({viewer}), \"v=0 answer\")")]);
    says(world, viewer, Said::Takes);
    assert_eq!(taken.try_recv(), Ok(Ok(None)));
    says(world, viewer, Said::Flows);
    session
}

#[test]
fn who_would_get_less_here_watches_at_a_relay_and_is_a_viewer_like_any_other() {
    let mut world = with_janus(4000);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    world.told();
    watches_there(&mut world, 2, 2);
    let told = world.told();
    assert!(
        matches!(&told[0], Event::ViewerJoined { viewer } if viewer.id == ViewerId(2) && viewer.relay == Some(ONE))
    );
    assert_eq!(world.owner.snapshot().watching, 2);
    world.second();
    let counted = |event: &Event| matches!(event, Event::Relay(relay) if relay.watching == Some(1));
    assert!(world.told().iter().any(counted));
    // Who takes no counter-offer is served as ever.
    world.join(&browser(3), "h264").expect("by a smaller layer");
    // A player that leaves is taken away there.
    world.asked();
    world.command(Command::Kick { viewer: ViewerId(2), reason: None }).expect("it watches");
    assert_eq!(world.asked(), ["relay 1 Kick(ViewerId(2))"]);
    assert!(matches!(world.told()[0], Event::ViewerLeft { viewer: ViewerId(2), reason: LeaveReason::Kicked }));
    let refused = world.join_anywhere(&browser(2)).try_recv().expect("at once");
    assert!(matches!(refused, Err(Refused::Refusal(refusal)) if refusal.code == protocol::RefusalCode::Kicked));
}

#[test]
fn who_watches_there_has_no_layer_to_choose_here() {
    let mut world = with_janus(1);
    let session = watches_there(&mut world, 1, 1);
    let mut page = world.open_page(&browser(1));
    world.says(&page, PageHello::Watching { session });
    world.asked();
    world.says(&page, PageHello::Quality { layer: Some(Rid::Q) });
    assert_eq!(page.hears(), Some(PageMessage::Quality { layer: None, layers: vec![] }));
    assert!(world.asked().is_empty());
}

#[test]
fn what_a_relay_takes_of_the_line_is_taken_from_who_came_last_and_given_back() {
    // Two of the largest, and one of the smallest.
    let mut world = World::live(Written { max_upload_kbps: Some(2 * RELAYED_KBPS + 500), ..Written::default() });
    for n in 1..=2 {
        world.watch(&browser(n), ViewerId(n.into()));
    }
    world.command(relay()).expect("the URL can be read");
    world.asked();
    world.happened(answered(VideoCodec::H264));
    assert_eq!(world.asked(), ["cap 2 Q", "profile H264 Baseline"], "nobody is sent away");
    world.happened(Happened::Relay(RelayId(1), State::Running));
    assert_eq!(world.asked(), Vec::<String>::new(), "once");
    world.happened(Happened::Relay(RelayId(1), State::Waiting("gone".into())));
    assert_eq!(world.asked(), ["cap 2 F"]);
}

#[test]
fn while_there_is_room_viewers_stay_here_unless_all_are_to_go() {
    let mut world = with_janus(0);
    let here = world.join_anywhere(&browser(1)).try_recv();
    assert!(matches!(here, Ok(Ok(LetIn::Here(_)))));
    let settings = SettingsChange { relay_from: Some("all".into()), ..SettingsChange::default() };
    world.configure(settings).expect("it can be");
    world.asked();
    watches_there(&mut world, 2, 2);
    let settings = SettingsChange { relay_from: Some("some".into()), ..SettingsChange::default() };
    assert!(world.configure(settings).is_err_and(|error| error.message.contains("full, outside or all")));
}

#[test]
fn who_leaves_who_is_gone_there_and_the_end_take_viewers_from_the_relay() {
    let mut world = with_janus(1);
    let session = watches_there(&mut world, 1, 1);
    world.told();
    assert!(world.leave_session(&session));
    assert_eq!(world.asked(), ["relay 1 Kick(ViewerId(1))"]);
    watches_there(&mut world, 2, 2);
    world.told();
    says(&mut world, 2, Said::Gone);
    assert!(matches!(world.told()[0], Event::ViewerLeft { viewer: ViewerId(2), reason: LeaveReason::Left }));
    world.asked();
    watches_there(&mut world, 3, 3);
    world.command(Command::End).expect("it runs");
    let asked = world.asked();
    assert!(
        asked.contains(&"relay 1 Kick(ViewerId(3))".to_owned()) && asked.contains(&"close relay 1".to_owned()),
        "{asked:?}"
    );
}

#[test]
fn viewers_of_a_relay_that_dies_come_back_here_as_many_as_fit() {
    let mut world = with_janus(4000);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    let session = watches_there(&mut world, 2, 2);
    let mut on_the_way = world.join_anywhere(&browser(3));
    world.told();
    world.happened(Happened::Relay(ONE, State::Waiting("gone".into())));
    let left = |event: &Event| matches!(event, Event::ViewerLeft { viewer: ViewerId(2), .. });
    assert!(world.told().iter().any(left));
    assert_eq!(on_the_way.try_recv(), Err(oneshot::error::TryRecvError::Closed), "nobody is kept waiting");
    assert!(!world.leave_session(&session), "its session is over");
    world.asked();
    let back = world.join_anywhere(&browser(2)).try_recv();
    assert!(matches!(back, Ok(Ok(LetIn::Here(_)))), "what the relay took of the line is theirs");
    assert_eq!(world.asked(), ["join 4 F"]);
    world.happened(Happened::Forward(forward::Event::Connected(ViewerId(4))));
    let moved = |event: &Event| matches!(event, Event::ViewerMoved { viewer: ViewerId(4), relay: None });
    assert!(world.told().iter().any(moved));
}

#[test]
fn a_relay_that_is_stopped_gives_its_viewers_back_at_once_and_takes_no_more() {
    let mut world = with_janus(4000);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    watches_there(&mut world, 2, 2);
    let mut on_the_way = world.join_anywhere(&browser(3));
    world.asked();
    world.told();
    world.command(Command::StopRelay { relay: ONE }).expect("it runs");
    let asked = world.asked();
    assert_eq!(asked, ["relay 1 Kick(ViewerId(2))", "relay 1 Kick(ViewerId(3))", "close relay 1"]);
    let left = |event: &Event| matches!(event, Event::ViewerLeft { viewer: ViewerId(2), .. });
    assert!(world.told().iter().any(left));
    assert_eq!(on_the_way.try_recv(), Err(oneshot::error::TryRecvError::Closed), "nobody is kept waiting");
    // It has yet to take leave.
    assert!(matches!(world.join_anywhere(&browser(3)).try_recv(), Ok(Ok(LetIn::Here(_)))));
}

#[test]
fn nobody_is_blamed_for_a_relay_that_dies_while_many_of_one_address_are_on_the_way() {
    let mut world = with_janus(1);
    let waiting: Vec<_> = (0..30).map(|_| world.join_anywhere(&browser(1))).collect();
    world.happened(Happened::Relay(ONE, State::Waiting("gone".into())));
    for mut answer in waiting {
        assert_eq!(answer.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
    assert!(!world.told().iter().any(|event| matches!(event, Event::Attempts { .. })));
}

#[test]
fn who_was_refused_is_told_when_a_relay_takes_viewers_again() {
    let mut world = with_janus(1);
    world.happened(Happened::Relay(ONE, State::Waiting("gone".into())));
    let full = world.join_anywhere(&browser(1)).try_recv().expect("at once");
    assert!(matches!(full, Err(Refused::Refusal(refusal)) if refusal.code == protocol::RefusalCode::Full));
    let mut page = world.open_page(&browser(1));
    world.happened(Happened::Relay(ONE, State::Connecting));
    world.happened(answered(VideoCodec::H264));
    assert_eq!(page.hears(), None);
    world.happened(Happened::Relay(ONE, State::Running));
    assert_eq!(page.hears(), Some(protocol::PageMessage::Room));
    world.asked();
    watches_there(&mut world, 1, 2);
}

#[test]
fn an_engine_that_refuses_or_offers_nothing_is_left_alone_and_who_never_answers_is_gone() {
    let mut world = with_janus(4000);
    world.watch(&browser(1), ViewerId(1));
    world.asked();
    let mut refused = world.join_anywhere(&browser(2));
    says(&mut world, 2, Said::Refuses("No such feed".into()));
    assert_eq!(refused.try_recv(), Ok(Err(Refused::Overloaded)), "it is asked to come again");
    assert!(matches!(world.join_anywhere(&browser(2)).try_recv(), Ok(Ok(LetIn::Here(_)))));
    world.advance(Duration::from_secs(10));
    world.asked();

    let mut never = world.join_anywhere(&browser(4));
    says(&mut world, 4, Said::Offers("v=0 offer".into()));
    let Ok(Ok(LetIn::There(CounterOffer { session, .. }))) = never.try_recv() else {
        panic!("it is offered something")
    };
    world.asked();
    world.advance(Duration::from_secs(10));
    assert_eq!(world.asked(), ["relay 1 Kick(ViewerId(4))"]);
    assert!(!world.leave_session(&session));
    says(&mut world, 4, Said::Flows);
    assert_eq!(world.owner.snapshot().watching, 1, "too late");
}

#[test]
fn an_answer_that_the_engine_does_not_take_is_its_viewers_trouble_and_keeps_nobody_else_out() {
    let mut world = with_janus(1);
    let mut answer = world.join_anywhere(&browser(1));
    says(&mut world, 1, Said::Offers("v=0 offer".into()));
    let Ok(Ok(LetIn::There(CounterOffer { session, .. }))) = answer.try_recv() else {
        panic!("it is offered something")
    };
    let mut taken = world.answer(&session);
    world.asked();
    says(&mut world, 1, Said::Refuses("Error processing SDP".into()));
    assert_eq!(taken.try_recv(), Ok(Err(PatchError::NotTaken)));
    assert!(!world.leave_session(&session), "its session is over");
    world.asked();
    watches_there(&mut world, 2, 2);
}

#[test]
fn a_place_is_taken_when_media_flows_from_the_engine_and_not_by_an_answer() {
    let mut world = with_janus(1);
    let settings = SettingsChange { max_viewers: Some(1), ..SettingsChange::default() };
    world.configure(settings).expect("it can be");
    world.asked();
    let mut answer = world.join_anywhere(&browser(1));
    says(&mut world, 1, Said::Offers("v=0 offer".into()));
    let Ok(Ok(LetIn::There(CounterOffer { session, .. }))) = answer.try_recv() else {
        panic!("it is offered something")
    };
    let _taken = world.answer(&session);
    says(&mut world, 1, Said::Takes);
    world.asked();
    watches_there(&mut world, 2, 2);
    assert_eq!(world.owner.snapshot().watching, 1, "the first has answered, and nothing more");
    says(&mut world, 1, Said::Flows);
    assert_eq!(world.asked(), ["relay 1 Kick(ViewerId(1))"], "it came too late for the last place");
    assert_eq!(world.owner.snapshot().watching, 1);
    let full = world.join_anywhere(&browser(3)).try_recv().expect("at once");
    assert!(matches!(full, Err(Refused::Refusal(refusal)) if refusal.code == protocol::RefusalCode::Full));
}

#[test]
fn an_engine_that_offers_in_two_steps_is_answered_twice_in_one_session() {
    let mut world = with_janus(1);
    let mut answer = world.join_anywhere(&browser(1));
    world.asked();
    says(&mut world, 1, Said::Offers("v=0 data".into()));
    let Ok(Ok(LetIn::There(CounterOffer { session, .. }))) = answer.try_recv() else {
        panic!("it is offered something")
    };
    let mut answered = world.answer(&session);
    says(&mut world, 1, Said::Offers("v=0 media".into()));
    assert_eq!(answered.try_recv(), Ok(Ok(Some("v=0 media".into()))));
    world.asked();
    let mut taken = world.answer(&session);
    assert_eq!(world.asked(), ["relay 1 Answer(ViewerId(1), \"v=0 answer\")"]);
    says(&mut world, 1, Said::Takes);
    assert_eq!(taken.try_recv(), Ok(Ok(None)));
    says(&mut world, 1, Said::Flows);
    says(&mut world, 1, Said::Offers("v=0 late".into()));
    assert_eq!(world.asked(), ["relay 1 Kick(ViewerId(1))"], "who watches is not asked any more");
}
