//! Who waits, and who was turned away.

use super::*;
use protocol::Outside;

impl World {
    fn outside(&mut self) -> Option<Outside> {
        self.door.outside(&self.audience)
    }

    /// After two looks, which is when a page counts.
    fn settled(&mut self) -> Outside {
        self.outside();
        self.outside();
        self.door.outside_told()
    }

    fn knock(&mut self, visitor: &Visitor) -> Option<RefusalCode> {
        let (token, visitor) = (LINK.to_owned(), visitor.clone());
        self.ask(|reply| Request::Knock { token, visitor, reply }).err().map(|refusal| refusal.code)
    }

    fn watch(&mut self, page: u64, visitor: &Visitor) -> ViewerId {
        let session = self.join(visitor).expect("the stream is open").session;
        let viewer = *self.transports.open.last().expect("it was made");
        self.ask(|reply| Request::PageSaid { page: PageId(page), hello: PageHello::Watching { session }, reply });
        self.input(Input::Connected { viewer });
        self.door.connected(viewer);
        viewer
    }
}

#[test]
fn a_page_on_its_way_to_a_picture_does_not_wait_and_one_that_stays_outside_does() {
    let mut world = World::live();
    let told: Vec<_> = (1..=3).map(|n| world.open_page(n.into(), &browser(n)).1).collect();
    assert_eq!(world.outside(), None, "they have only come");
    world.watch(1, &browser(1));
    let two = Outside { waiting: 2, turned_away: 0, no_room: 0 };
    assert_eq!(world.outside(), Some(two));
    assert_eq!(world.outside(), None, "it is told when it changes");
    let viewer = world.watch(2, &browser(2));
    assert_eq!(world.settled().waiting, 1);
    world.input(Input::Gone { viewer, reason: LeaveReason::Timeout });
    world.door.close(viewer);
    assert_eq!(world.outside(), None, "it may be back in a moment");
    assert_eq!(world.outside().map(|outside| outside.waiting), Some(2));
    for page in 1..=3 {
        let closed = Request::PageClosed { page: PageId(page) };
        world.door.answer(closed, &mut world.audience, &mut world.transports, world.now);
    }
    assert_eq!(world.outside(), Some(Outside::default()));
    drop(told);
}

#[test]
fn somebody_with_many_tabs_waits_once_and_not_at_all_while_one_of_them_watches() {
    let mut world = World::live();
    let told: Vec<_> = (1..=4).map(|page| world.open_page(page, &browser(1)).1).collect();
    assert_eq!(world.settled().waiting, 1);
    world.watch(3, &browser(1));
    assert_eq!(world.settled().waiting, 0);
    drop(told);
}

#[test]
fn before_going_live_all_who_came_wait_and_who_was_removed_does_not() {
    let mut world = World::live();
    let told: Vec<_> = (1..=2).map(|n| world.open_page(n.into(), &browser(n)).1).collect();
    let viewer = world.watch(1, &browser(1));
    world.input(Input::Ban { viewer, reason: None });
    world.input(Input::End);
    assert_eq!(world.settled().waiting, 1, "the other one");
    world.input(Input::Forgive { viewer });
    assert_eq!(world.settled().waiting, 2);
    drop(told);
}

#[test]
fn who_is_turned_away_counts_once_until_the_lock_changes() {
    let mut world = World::live();
    world.input(Input::Lock(true));
    for _ in 0..3 {
        assert_eq!(world.knock(&browser(1)), Some(RefusalCode::Locked));
        assert_eq!(world.knock(&browser(2)), Some(RefusalCode::Locked));
    }
    let (token, visitor) = (LINK.to_owned(), browser(2));
    assert!(world.ask(|reply| Request::Page { token, visitor, reply }).is_err(), "and its page");
    assert_eq!(world.outside(), Some(Outside { waiting: 0, turned_away: 2, no_room: 0 }));
    world.input(Input::Lock(false));
    world.door.lock_changed();
    assert_eq!(world.outside(), Some(Outside::default()));
}

#[test]
fn who_finds_no_room_counts_until_the_next_broadcast_and_a_false_link_never() {
    let mut world = World::live();
    world.input(Input::SetMaxViewers(1));
    let told = world.open_page(1, &browser(1)).1;
    world.watch(1, &browser(1));
    assert_eq!(world.knock(&browser(2)), Some(RefusalCode::Full));
    assert!(world.join(&browser(3)).is_err());
    let (token, visitor) = ("another".to_owned(), browser(4));
    assert!(world.ask(|reply| Request::Knock { token, visitor, reply }).is_err());
    assert_eq!(world.settled(), Outside { waiting: 0, turned_away: 0, no_room: 2 });
    world.door.broadcast_begins();
    assert_eq!(world.settled(), Outside::default());
    drop(told);
}
