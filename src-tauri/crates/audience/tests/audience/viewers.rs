//! A viewer's life: admitted, watching, gone.

use crate::stage::{LINK, Stage, browser, events};
use audience::{Input, Output, To, Visitor};
use protocol::{
    Event, FailureCode, LeaveReason, PageMessage, RejectedMedia, RelayId, Rid, Viewer, ViewerId, ViewerStats,
};

#[test]
fn joined_is_told_when_media_flows_and_not_before() {
    let mut stage = Stage::live();
    let viewer = stage.join(&browser(1, "::ffff:10.0.0.1")).expect("the stream is open");
    assert_eq!(stage.audience.viewers(), vec![], "admitted is not watching");
    assert_eq!(stage.audience.watching(), 0);
    stage.take();
    stage.advance(1500);
    let outputs = stage.input(Input::Connected { viewer });
    let shown = Viewer {
        id: viewer,
        address: "10.0.0.1".into(),
        browser: "Firefox, Linux".into(),
        guest: None,
        since_at: 1500,
        rejected: vec![],
        relay: None,
        held: None,
        stats: ViewerStats::default(),
    };
    assert_eq!(
        outputs,
        vec![
            Output::Event(Event::ViewerJoined { viewer: shown.clone() }),
            Output::Event(Event::Count { watching: 1, peak: 1 }),
            Output::Tell { to: To::All, message: PageMessage::Count { watching: 1 } },
        ]
    );
    assert_eq!(stage.audience.viewers(), vec![shown]);
    assert_eq!(stage.input(Input::Connected { viewer }), vec![], "told once");
}

#[test]
fn what_a_viewer_holds_stands_in_its_row_and_is_told_when_it_changes() {
    let mut stage = Stage::live();
    let viewer = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
    let held = |layer| Input::Held { viewer, layer };
    assert_eq!(stage.input(held(Some(Rid::H))), vec![], "nobody watches yet");
    let told = events(&stage.input(Input::Connected { viewer }));
    assert!(matches!(&told[0], Event::ViewerJoined { viewer } if viewer.held == Some(Rid::H)), "{told:?}");
    assert_eq!(stage.input(held(Some(Rid::H))), vec![], "that is known");
    assert_eq!(events(&stage.input(held(None))), [Event::Quality { viewer, layer: None }]);
    assert_eq!(stage.audience.viewers()[0].held, None);
    stage.input(Input::Gone { viewer, reason: LeaveReason::Left });
    assert_eq!(stage.input(held(Some(Rid::Q))), vec![], "it is gone");
}

#[test]
fn what_a_viewer_is_not_sent_stands_in_its_row() {
    let mut stage = Stage::live();
    let viewer = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
    let rejected = vec![RejectedMedia {
        media: "audio".into(),
        mid: "1".into(),
        reason: "it has no Opus".into(),
        by: words::Key::default(),
    }];
    assert_eq!(stage.input(Input::Answered { viewer, rejected: rejected.clone() }), vec![], "nobody watches yet");
    let told = events(&stage.input(Input::Connected { viewer }));
    assert!(matches!(&told[0], Event::ViewerJoined { viewer } if viewer.rejected == rejected), "{told:?}");
    assert_eq!(stage.audience.viewers()[0].rejected, rejected);
}

#[test]
fn an_offer_that_cannot_be_answered_is_told_with_its_sender_and_holds_nothing() {
    let mut stage = Stage::live();
    let visitor = browser(1, "10.0.0.1");
    let viewer = stage.join(&visitor).expect("the stream is open");
    let refused = |reason: &str| Event::FailedJoin {
        address: "10.0.0.1".into(),
        browser: "Firefox, Linux".into(),
        reason: reason.into(),
        by: words::Key::default(),
        code: None,
        arrived: None,
    };
    let told = stage.input(Input::OfferRefused { viewer, reason: "no Opus".into() });
    assert_eq!(events(&told), vec![refused("no Opus")]);
    assert_eq!(stage.input(Input::Connected { viewer }), vec![], "too late: it is gone");
    let told = stage.input(Input::BadOffer { visitor: visitor.clone(), reason: "no SDP".into() });
    assert_eq!(events(&told), vec![refused("no SDP")]);
    let bad = || Input::BadOffer { visitor: visitor.clone(), reason: "again".into() };
    let told: usize = (0..100).map(|_| stage.input(bad()).len()).sum();
    assert_eq!(told, 8, "ten at once are told, however many there are");
}

#[test]
fn a_page_that_shows_nothing_says_why_and_what_arrived_here_is_said_with_it() {
    let mut stage = Stage::live();
    let (anna, lena) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"));
    let viewer = stage.join(&anna).expect("the stream is open");
    let says = |stage: &mut Stage, visitor: &Visitor, viewer, code| {
        let told =
            events(&stage.input(Input::PageFailed { token: LINK.to_owned(), visitor: visitor.clone(), viewer, code }));
        let [Event::FailedJoin { address, reason, code: Some(told), .. }] = &told[..] else { panic!("{told:?}") };
        assert_eq!((address, *told), (&visitor.address.to_string(), code));
        reason.clone()
    };
    let no_way = FailureCode::NoWay;
    assert!(says(&mut stage, &anna, Some(viewer), no_way).starts_with("nothing of it arrived"));
    assert!(says(&mut stage, &anna, None, no_way).starts_with("no way for UDP was found"));
    assert!(says(&mut stage, &lena, Some(viewer), no_way).starts_with("no way for UDP was found"), "that is not hers");
    stage.input(Input::Checked { viewer });
    assert!(says(&mut stage, &anna, Some(viewer), no_way).starts_with("it arrives at this computer"));
    assert!(says(&mut stage, &anna, Some(viewer), FailureCode::NoHandshake).contains("encrypted"));
    let failed = || Input::PageFailed {
        token: LINK.to_owned(),
        visitor: anna.clone(),
        viewer: None,
        code: FailureCode::NoWebrtc,
    };
    let told: usize = (0..100).map(|_| stage.input(failed()).len()).sum();
    assert_eq!(told, 5, "ten at once are told, with offers that could not be answered");
    assert_eq!(stage.audience.watching(), 0, "nobody is dropped or let in by it");
}

#[test]
fn gone_frees_everything_and_is_told_with_its_reason() {
    for reason in [LeaveReason::Left, LeaveReason::Timeout] {
        let mut stage = Stage::live();
        let viewer = stage.watch(&browser(1, "10.0.0.1"));
        stage.advance(2000);
        let outputs = stage.input(Input::Gone { viewer, reason });
        let left = Event::ViewerLeft { viewer, reason };
        assert_eq!(events(&outputs), vec![left, Event::Count { watching: 0, peak: 1 }]);
        assert!(!outputs.iter().any(|output| matches!(output, Output::Drop { .. })), "the transport is gone already");
        assert_eq!(stage.audience.viewers(), vec![]);
        assert_eq!(stage.input(Input::Gone { viewer, reason }), vec![], "told once");
    }
}

#[test]
fn a_join_that_never_connects_is_never_told() {
    let mut stage = Stage::live();
    for end in [|viewer| Input::JoinFailed { viewer }, |viewer| Input::Gone { viewer, reason: LeaveReason::Timeout }] {
        let viewer = stage.join(&browser(1, "10.0.0.1")).expect("the stream is open");
        assert_eq!(stage.input(end(viewer)), vec![], "nobody was told of it");
        assert_eq!(stage.input(Input::Connected { viewer }), vec![], "too late: it is gone");
    }
    assert_eq!(stage.audience.peak(), 0);
}

#[test]
fn ids_are_never_used_twice() {
    let mut stage = Stage::live();
    let mut seen = std::collections::HashSet::new();
    for round in 0..3 {
        for n in 0..3 {
            let viewer = stage.watch(&browser(n, "10.0.0.1"));
            assert!(seen.insert(viewer), "{viewer} of round {round} was used before");
        }
        stage.input(Input::End);
        stage.input(Input::GoLive);
    }
}

#[test]
fn peak_is_the_most_at_one_time() {
    let mut stage = Stage::live();
    let first = stage.watch(&browser(1, "10.0.0.1"));
    stage.watch(&browser(2, "10.0.0.1"));
    stage.input(Input::Gone { viewer: first, reason: LeaveReason::Left });
    stage.watch(&browser(3, "10.0.0.1"));
    assert_eq!((stage.audience.watching(), stage.audience.peak()), (2, 2));
}

#[test]
fn pages_are_told_the_count_at_once_and_then_once_a_second() {
    let mut stage = Stage::live();
    stage.advance(5000);
    stage.take();
    for n in 0..200 {
        stage.watch(&browser(n, "10.0.0.1"));
        stage.advance(4);
    }
    stage.advance(3000);
    let told = |output: &Output| match output {
        Output::Tell { to: To::All, message: PageMessage::Count { watching } } => Some(*watching),
        _ => None,
    };
    let told: Vec<u32> = stage.take().iter().filter_map(told).collect();
    assert_eq!(told, vec![1, 200], "200 joins in 0.8 s: the first at once, the rest when the second is over");
}

#[test]
fn stats_are_told_for_those_that_changed_with_the_latency_the_page_measured() {
    let mut stage = Stage::live();
    let (anna, boris) = (stage.watch(&browser(1, "10.0.0.1")), stage.watch(&browser(2, "10.0.0.1")));
    let stats = ViewerStats { bitrate_kbps: 2500, ..ViewerStats::default() };
    let admitted = stage.join(&browser(3, "10.0.0.1")).expect("the stream is open");
    let all = vec![(anna, stats), (boris, stats), (admitted, stats), (ViewerId(999), stats)];
    let outputs = stage.input(Input::Stats(all.clone()));
    assert_eq!(events(&outputs), vec![Event::Viewers { viewers: vec![(anna, stats), (boris, stats)] }]);
    assert_eq!(stage.input(Input::Stats(all.clone())), vec![], "nothing changed");

    stage.input(Input::Latency { viewer: anna, latency_ms: 61.5 });
    for nonsense in [f32::NAN, f32::INFINITY, -1.0, 1e9] {
        stage.input(Input::Latency { viewer: boris, latency_ms: nonsense });
    }
    let measured = ViewerStats { latency_ms: Some(61.5), ..stats };
    let outputs = stage.input(Input::Stats(all));
    assert_eq!(events(&outputs), vec![Event::Viewers { viewers: vec![(anna, measured)] }]);
    assert_eq!(stage.audience.viewers()[0].stats, measured, "a snapshot shows the same");
}

#[test]
fn who_comes_back_elsewhere_a_moment_later_has_moved() {
    let mut stage = Stage::live();
    let visitor = browser(1, "10.0.0.1");
    let watch = |stage: &mut Stage, relay: Option<RelayId>| {
        let viewer = stage.join(&visitor).expect("the stream is open");
        if let Some(relay) = relay {
            assert_eq!(stage.input(Input::Relayed { viewer, relay }), vec![], "nobody watches yet");
        }
        let told = events(&stage.input(Input::Connected { viewer }));
        assert_eq!(stage.audience.viewers()[0].relay, relay);
        let moved = told.iter().find_map(|event| match event {
            Event::ViewerMoved { viewer: who, relay } if *who == viewer => Some(*relay),
            _ => None,
        });
        stage.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
        moved
    };
    let relay = Some(RelayId(4));
    assert_eq!(watch(&mut stage, relay), None, "the first time");
    assert_eq!(watch(&mut stage, relay), None, "where it was");
    assert_eq!(watch(&mut stage, None), Some(None));
    assert_eq!(watch(&mut stage, relay), Some(relay));
    stage.advance(30_000);
    assert_eq!(watch(&mut stage, None), None, "that is long ago");
}
