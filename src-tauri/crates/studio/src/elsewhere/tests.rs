//! Who goes to a relay and how far each is, in virtual time.

use super::*;

const ONE: RelayId = RelayId(1);

fn far() -> IpAddr {
    [203, 0, 113, 7].into()
}

fn running() -> Elsewhere {
    let mut elsewhere = Elsewhere::default();
    elsewhere.runs(ONE, VideoCodec::H264);
    elsewhere
}

fn wishes(elsewhere: &mut Elsewhere) -> Vec<(RelayId, Wish)> {
    std::iter::from_fn(|| elsewhere.poll()).collect()
}

#[test]
fn who_fits_stays_and_who_does_not_goes_where_somebody_takes_it() {
    let now = Instant::now();
    let mut elsewhere = Elsewhere::default();
    let place = |elsewhere: &Elsewhere, fits| elsewhere.place(far(), || fits, |codec| codec == VideoCodec::H264, now);
    assert_eq!(place(&elsewhere, false), None, "there is no relay");
    elsewhere.runs(RelayId(3), VideoCodec::Vp8);
    assert_eq!(place(&elsewhere, false), None, "it could not be decoded");
    elsewhere.runs(ONE, VideoCodec::H264);
    assert_eq!((place(&elsewhere, true), place(&elsewhere, false)), (None, Some(ONE)));
    elsewhere.runs(RelayId(2), VideoCodec::H264);
    elsewhere.admit(ViewerId(1), ONE, far(), now);
    assert_eq!(place(&elsewhere, false), Some(RelayId(2)), "where fewest are");
    assert_eq!(elsewhere.stopped(ONE), [ViewerId(1)]);
    assert_eq!(elsewhere.stopped(RelayId(2)), []);
    assert_eq!(place(&elsewhere, false), None);
}

#[test]
fn who_loses_much_where_we_choose_is_sent_a_smaller_layer() {
    let mut now = Instant::now();
    let mut elsewhere = running();
    let (viewer, layer) = (ViewerId(1), |rid| vec![(ONE, Wish::Layer(ViewerId(1), rid))]);
    elsewhere.admit(viewer, ONE, far(), now);
    elsewhere.offered(viewer, now);
    elsewhere.answered(viewer, "v=0".into(), now);
    elsewhere.steps(ONE, vec![Rid::F, Rid::H]);
    wishes(&mut elsewhere);
    let mut said = 0;
    let mut loses = |elsewhere: &mut Elsewhere, now: &mut Instant| {
        for _ in 0..9 {
            *now += Duration::from_secs(2);
            said += 100;
            elsewhere.path(viewer, said, said, *now);
        }
    };
    loses(&mut elsewhere, &mut now);
    assert_eq!(wishes(&mut elsewhere), [], "it does not watch yet");
    elsewhere.flows(viewer, now);
    loses(&mut elsewhere, &mut now);
    assert_eq!(wishes(&mut elsewhere), layer(Rid::H), "there is none that is smaller");
    elsewhere.runs(ONE, VideoCodec::H264);
    loses(&mut elsewhere, &mut now);
    assert_eq!(wishes(&mut elsewhere), [], "its server looks itself");
    elsewhere.end(viewer);
    assert_eq!((elsewhere.paths.len(), wishes(&mut elsewhere).len()), (0, 1));
}

#[test]
fn everyone_goes_or_everyone_from_outside_where_that_is_wanted() {
    let mut elsewhere = running();
    elsewhere.set_hosts(vec!["2001:db8:1:1::20".parse().unwrap()]);
    let goes = |elsewhere: &Elsewhere, from: &str| {
        elsewhere.place(from.parse().unwrap(), || true, |_| true, Instant::now()).is_some()
    };
    elsewhere.set_from("all".parse().unwrap());
    assert!(goes(&elsewhere, "127.0.0.1") && goes(&elsewhere, "203.0.113.7"));
    elsewhere.set_from("outside".parse().unwrap());
    for inside in
        ["127.0.0.1", "192.168.1.4", "10.0.0.9", "::ffff:192.168.1.4", "fe80::1", "fd00::1", "2001:db8:1:1::7"]
    {
        assert!(!goes(&elsewhere, inside), "{inside}");
    }
    for outside in ["203.0.113.7", "2001:db8:1:2::7"] {
        assert!(goes(&elsewhere, outside), "{outside}");
    }
    let full = elsewhere.place([127, 0, 0, 1].into(), || false, |_| true, Instant::now());
    assert_eq!(full, Some(ONE), "who has no room here goes, too");
    assert!("everybody".parse::<RelayFrom>().is_err_and(|why| why.contains("full, outside or all")));
    assert_eq!(RelayFrom::Outside.to_string(), "outside");
}

#[test]
fn a_viewer_is_offered_answers_watches_and_is_taken_away() {
    let now = Instant::now();
    let (mut elsewhere, viewer) = (running(), ViewerId(7));
    elsewhere.admit(viewer, ONE, far(), now);
    assert!(!elsewhere.answered(viewer, "too early".into(), now) && !elsewhere.flows(viewer, now));
    assert!(elsewhere.offered(viewer, now) && !elsewhere.offered(viewer, now));
    assert!(elsewhere.answered(viewer, "v=0".into(), now));
    assert!(!elsewhere.answered(viewer, "twice".into(), now));
    assert_eq!(elsewhere.watching(ONE), 0);
    assert!(elsewhere.flows(viewer, now) && !elsewhere.flows(viewer, now));
    assert_eq!(elsewhere.watching(ONE), 1);
    let asked = [(ONE, Wish::Admit(viewer)), (ONE, Wish::Answer(viewer, "v=0".into()))];
    assert_eq!(wishes(&mut elsewhere), asked);
    elsewhere.end(viewer);
    elsewhere.end(viewer);
    assert_eq!(wishes(&mut elsewhere), [(ONE, Wish::Kick(viewer))]);
    assert!(!elsewhere.has(viewer));
}

#[test]
fn who_is_on_the_way_has_so_long_and_an_engine_that_offers_nothing_rests() {
    let start = Instant::now();
    let mut elsewhere = running();
    let (slow, silent) = (ViewerId(1), ViewerId(2));
    elsewhere.admit(slow, ONE, far(), start);
    elsewhere.offered(slow, start);
    assert_eq!(elsewhere.timeout(), Some(start + STEP_WITHIN));
    elsewhere.admit(silent, ONE, far(), start);
    assert_eq!(elsewhere.timeout(), Some(start + OFFERS_WITHIN));
    assert_eq!(elsewhere.expired(start + Duration::from_secs(3)), []);
    assert_eq!(elsewhere.expired(start + OFFERS_WITHIN), [silent]);
    elsewhere.end(silent);
    let later = start + STEP_WITHIN;
    let place = |elsewhere: &Elsewhere, at| elsewhere.place(far(), || false, |_| true, at);
    assert_eq!(place(&elsewhere, later), None);
    assert_eq!(elsewhere.expired(later), [slow], "who does not answer is gone");
    elsewhere.end(slow);
    assert_eq!(place(&elsewhere, start + OFFERS_WITHIN + REST), Some(ONE));
}

#[test]
fn an_engine_that_refuses_rests_but_not_for_what_a_viewer_answers() {
    let now = Instant::now();
    let mut elsewhere = running();
    let place = |elsewhere: &Elsewhere| elsewhere.place(far(), || false, |_| true, now);
    admit(&mut elsewhere, 1..3, far(), now);
    let (answers, asks) = (ViewerId(1), ViewerId(2));
    assert!(elsewhere.offered(answers, now) && elsewhere.answered(answers, "noise".into(), now));
    assert!(!elsewhere.refused(answers, now) && !elsewhere.refused(ViewerId(9), now));
    assert_eq!(place(&elsewhere), Some(ONE));
    assert!(elsewhere.refused(asks, now));
    assert_eq!(place(&elsewhere), None);
}

#[test]
fn who_watches_there_is_heard_of_or_gone() {
    let start = Instant::now();
    let (mut elsewhere, viewer) = (running(), ViewerId(7));
    elsewhere.admit(viewer, ONE, far(), start);
    elsewhere.heard_of(viewer, start + Duration::from_secs(1));
    assert_eq!(elsewhere.timeout(), Some(start + OFFERS_WITHIN), "asking alone brings nobody on");
    assert!(elsewhere.offered(viewer, start) && elsewhere.answered(viewer, String::new(), start));
    assert!(elsewhere.flows(viewer, start));
    let later = start + Duration::from_secs(40);
    elsewhere.heard_of(viewer, later);
    assert_eq!(elsewhere.expired(start + HEARD_WITHIN), []);
    assert_eq!(elsewhere.expired(later + HEARD_WITHIN), [viewer]);
}

/// On the way, from there.
fn admit(elsewhere: &mut Elsewhere, ids: std::ops::Range<u32>, from: IpAddr, now: Instant) {
    ids.for_each(|id| elsewhere.admit(ViewerId(id), ONE, from, now));
}

#[test]
fn where_too_many_of_one_address_are_on_the_way_its_oldest_makes_room() {
    let now = Instant::now();
    let mut elsewhere = running();
    admit(&mut elsewhere, 0..1, [203, 0, 113, 8].into(), now);
    let crowd = MOST_OF_ONE as u32;
    admit(&mut elsewhere, 1..1 + crowd, far(), now);
    let first = ViewerId(1);
    assert!(elsewhere.offered(first, now) && elsewhere.answered(first, String::new(), now));
    assert!(elsewhere.flows(first, now), "who watches is not on the way");
    admit(&mut elsewhere, 5000..5001, far(), now);
    assert_eq!(elsewhere.expired(now), [], "there is room");
    admit(&mut elsewhere, 5001..5003, far(), now);
    assert_eq!(
        elsewhere.expired(now),
        [ViewerId(2), ViewerId(3)],
        "not who watches, nor the neighbour, nor the newcomers"
    );
    assert!(!elsewhere.offered(ViewerId(2), now), "it is too late for it");
    let place = elsewhere.place(far(), || false, |_| true, now);
    assert_eq!(place, Some(ONE), "the engine is not to blame");
}

#[test]
fn a_school_that_comes_at_once_is_let_in_as_a_whole() {
    let now = Instant::now();
    let mut elsewhere = running();
    admit(&mut elsewhere, 0..300, far(), now);
    assert_eq!(elsewhere.expired(now), []);
}

#[test]
fn where_too_many_are_on_the_way_the_address_with_most_makes_room() {
    let now = Instant::now();
    let mut elsewhere = running();
    admit(&mut elsewhere, 0..1, [203, 0, 113, 8].into(), now);
    admit(&mut elsewhere, 1..101, far(), now);
    admit(&mut elsewhere, 101..MOST_ON_THE_WAY as u32, [127, 0, 0, 1].into(), now);
    assert_eq!(elsewhere.expired(now), []);
    admit(&mut elsewhere, 5000..5001, [203, 0, 113, 9].into(), now);
    assert_eq!(elsewhere.expired(now), [ViewerId(101)]);
}

#[test]
fn what_is_counted_is_what_there_is_and_nothing_is_left_of_who_went() {
    let now = Instant::now();
    let mut elsewhere = running();
    admit(&mut elsewhere, 0..10, far(), now);
    for viewer in (0..5).map(ViewerId) {
        assert!(elsewhere.offered(viewer, now) && elsewhere.answered(viewer, String::new(), now));
        assert!(elsewhere.flows(viewer, now));
        elsewhere.heard_of(viewer, now);
    }
    assert_eq!((elsewhere.watching(ONE), elsewhere.on_the_way.len(), elsewhere.due.len()), (5, 5, 10));
    (0..10).map(ViewerId).for_each(|viewer| elsewhere.end(viewer));
    assert!(elsewhere.seats.is_empty() && elsewhere.on_the_way.is_empty() && elsewhere.due.is_empty());
    assert_eq!(elsewhere.count(ONE), Count::default());
}
