//! Who has a place and who gives way, without a connection.

use super::*;
use tokio::sync::oneshot::error::TryRecvError;

fn places(connections: usize) -> Arc<Places> {
    Places::new(&Limits { connections, ..Limits::default() }, None)
}

fn take(places: &Arc<Places>, address: &str) -> Option<Place> {
    places.take(address.parse().expect("well-formed"))
}

fn is_cut(place: &mut Place) -> bool {
    place.cut.try_recv() == Err(TryRecvError::Closed)
}

/// How many of these were told to give way.
fn cut(places: &mut [Place]) -> usize {
    places.iter_mut().filter_map(|place| is_cut(place).then_some(())).count()
}

#[test]
fn one_network_has_an_eighth_and_its_own_oldest_gives_way_to_its_own_next() {
    let places = places(800);
    let mut here: Vec<_> = (0..100).map(|_| take(&places, "203.0.113.7").expect("an eighth")).collect();
    assert_eq!(cut(&mut here), 0);
    let mut more: Vec<_> = (0..300).map(|_| take(&places, "203.0.113.7").expect("one of its own gives way")).collect();
    assert_eq!((cut(&mut here), cut(&mut more)), (100, 200), "a hundred of them are open at any time");
    let mut neighbour = take(&places, "203.0.113.8").expect("another address is not concerned");
    assert!(!is_cut(&mut neighbour));
}

#[test]
fn a_proxy_that_is_named_is_not_one_of_those_behind_it() {
    let limits = Limits { connections: 800, connections_per_address: 400, ..Limits::default() };
    let places = Places::new(&limits, Some("203.0.113.7".parse().expect("well-formed")));
    let mut all: Vec<_> = (0..500).map(|_| take(&places, "::ffff:203.0.113.7").expect("its own gives way")).collect();
    assert_eq!(cut(&mut all), 100, "no more than one address may have at all");
}

#[test]
fn an_ipv6_subscriber_s_whole_56_is_one() {
    let places = places(800);
    let mut all: Vec<_> = (0..256)
        .map(|subnet| take(&places, &format!("2001:db8:1:1{subnet:02x}::1")).expect("one of its own gives way"))
        .collect();
    assert_eq!(cut(&mut all), 156, "an eighth of 800 stays");
    let mut next = take(&places, "2001:db8:1:200::1").expect("the next /56");
    assert!(!is_cut(&mut next));
}

#[test]
fn when_all_are_taken_the_oldest_idle_one_of_anybody_gives_way() {
    let places = places(80);
    let mut all: Vec<_> = (0..80).map(|n| take(&places, &format!("10.0.{n}.1")).expect("there is room")).collect();
    all[0].seat().asks();
    all[1].seat().asks();
    all[1].seat().is_answered();
    let _new = take(&places, "10.1.0.1").expect("somebody gives way");
    assert!(is_cut(&mut all[2]), "the first asks and the second has just asked");
    assert_eq!(cut(&mut all), 1);
    let _loopback = take(&places, "127.0.0.1").expect("the bound of all holds for loopback, too");
    assert_eq!(cut(&mut all), 2);
}

#[test]
fn who_asks_gives_way_after_the_idle_and_a_page_after_both_and_a_viewer_never() {
    let places = places(3);
    let standing = |place: &Place, page: bool, watched: bool| {
        place.seat().asks();
        if page {
            place.seat().opens_page();
        }
        place.seat().watched(watched);
    };
    let (mut viewer, mut page, mut asks) =
        (take(&places, "127.0.0.1").unwrap(), take(&places, "127.0.0.1").unwrap(), take(&places, "127.0.0.1").unwrap());
    standing(&viewer, true, true);
    standing(&page, true, false);
    standing(&asks, false, true);
    let second = take(&places, "127.0.0.1").expect("who asks makes room");
    assert!(is_cut(&mut asks) && !is_cut(&mut page) && !is_cut(&mut viewer), "only a page can be watched");
    second.seat().opens_page();
    let third = take(&places, "127.0.0.1").expect("then the page that was there first");
    assert!(is_cut(&mut page));
    for place in [&second, &third] {
        standing(place, true, true);
    }
    assert!(take(&places, "127.0.0.1").is_none(), "all are viewers': nobody gives way");
    assert!(!is_cut(&mut viewer));
    viewer.seat().watched(false);
    assert!(take(&places, "127.0.0.1").is_some() && is_cut(&mut viewer), "who watches no more is a page as others are");
}

#[test]
fn viewers_leave_less_to_share_and_count_against_the_bound_of_their_address() {
    let places = Places::new(&Limits { connections: 400, connections_per_address: 330, ..Limits::default() }, None);
    let viewers: Vec<_> = (0..320)
        .map(|_| take(&places, "203.0.113.7").expect("each watches"))
        .inspect(|place| {
            place.seat().opens_page();
            place.seat().watched(true);
        })
        .collect();
    let mut others: Vec<_> = (0..40).map(|_| take(&places, "203.0.113.8").expect("there is room")).collect();
    assert_eq!(cut(&mut others), 30, "an eighth of the 80 that are not viewers'");
    let mut here: Vec<_> = (0..20).map(|_| take(&places, "203.0.113.7").expect("its own gives way")).collect();
    assert_eq!(cut(&mut here), 10, "320 and 10 are as many as one address may have");
    drop(viewers);
}

#[test]
fn a_place_is_free_when_it_is_dropped_and_all_are_when_nobody_is_left() {
    let places = places(16);
    let all: Vec<_> = (0..100).map(|_| take(&places, "127.0.0.1").expect("one gives way")).collect();
    let counted = |places: &Places| {
        let taken = places.lock();
        (taken.open.len(), taken.leaving)
    };
    assert_eq!(counted(&places), (16, 84));
    drop(all);
    let taken = places.lock();
    assert_eq!((taken.open.len(), taken.order.len(), taken.by_network.len(), taken.leaving), (0, 0, 0, 0));
}

#[test]
fn that_a_crowd_is_gone_is_said_once() {
    let places = places(2000);
    let mut all: Vec<_> = (0..1000).map(|_| take(&places, "127.0.0.1").expect("there is room")).collect();
    let mut said = Vec::new();
    while let Some(place) = all.pop() {
        // What a place does when it is dropped, but for the telling.
        places.lock().remove(place.seat.id);
        places.lock().leaving += 1;
        if places.lock().emptied() {
            said.push(all.len());
        }
    }
    assert_eq!(said, [250], "three quarters are gone; the rest is no crowd");
}

#[test]
fn a_header_s_time_shrinks_as_the_house_fills() {
    let places = places(100);
    let (mut open, mut times) = (Vec::new(), vec![places.header_time()]);
    for _ in 0..100 {
        open.push(take(&places, "127.0.0.1").expect("there is room"));
        times.push(places.header_time());
    }
    assert_eq!((times[0], times[50]), (Duration::from_secs(10), Duration::from_secs(10)), "while half are free");
    assert_eq!(times[75], Duration::from_secs(6));
    assert_eq!(times[100], Duration::from_secs(2), "when all are taken");
    assert!(times.is_sorted_by(|earlier, later| earlier >= later));
    drop(open);
    assert_eq!(places.header_time(), Duration::from_secs(10));
}
