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
    elsewhere.admit(ViewerId(1), ONE, far(), now).unwrap();
    assert_eq!(place(&elsewhere, false), Some(RelayId(2)), "where fewest are");
    assert_eq!(elsewhere.stopped(ONE), [ViewerId(1)]);
    assert_eq!(elsewhere.stopped(RelayId(2)), []);
    assert_eq!(place(&elsewhere, false), None);
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
    elsewhere.admit(viewer, ONE, far(), now).unwrap();
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
    elsewhere.admit(slow, ONE, far(), start).unwrap();
    elsewhere.offered(slow, start);
    assert_eq!(elsewhere.timeout(), Some(start + STEP_WITHIN));
    elsewhere.admit(silent, ONE, far(), start).unwrap();
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
fn who_watches_there_is_heard_of_or_gone() {
    let start = Instant::now();
    let (mut elsewhere, viewer) = (running(), ViewerId(7));
    elsewhere.admit(viewer, ONE, far(), start).unwrap();
    elsewhere.heard_of(viewer, start + Duration::from_secs(1));
    assert_eq!(elsewhere.timeout(), Some(start + OFFERS_WITHIN), "asking alone brings nobody on");
    assert!(elsewhere.offered(viewer, start) && elsewhere.answered(viewer, String::new(), start));
    assert!(elsewhere.flows(viewer, start));
    let later = start + Duration::from_secs(40);
    elsewhere.heard_of(viewer, later);
    assert_eq!(elsewhere.expired(start + HEARD_WITHIN), []);
    assert_eq!(elsewhere.expired(later + HEARD_WITHIN), [viewer]);
}

#[test]
fn who_is_on_the_way_is_bounded_of_one_address_and_of_all() {
    let now = Instant::now();
    let mut elsewhere = running();
    let mut admit = |n: u32, from: IpAddr| elsewhere.admit(ViewerId(n), ONE, from, now);
    for n in 0..MOST_OF_ONE as u32 {
        admit(n, far()).unwrap();
    }
    assert_eq!(admit(100, far()), Err(Crowded));
    for n in 0..(MOST_ON_THE_WAY - MOST_OF_ONE) as u32 {
        admit(1000 + n, [127, 0, 0, 1].into()).unwrap();
    }
    assert_eq!(admit(2000, [203, 0, 113, 8].into()), Err(Crowded));
    for n in 0..MOST_OF_ONE as u32 {
        let viewer = ViewerId(n);
        assert!(
            elsewhere.offered(viewer, now)
                && elsewhere.answered(viewer, String::new(), now)
                && elsewhere.flows(viewer, now)
        );
    }
    assert_eq!(elsewhere.admit(ViewerId(100), ONE, far(), now), Ok(()), "who watches is not on the way");
}
