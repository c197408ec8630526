//! The door as the broadcaster runs it: the passcode is told to nobody, who knocks has a name, guests have links.

use super::world::{LINK, World, browser};
use crate::happened::Happened;
use crate::reachability::Surroundings;
use crate::settings::Written;
use protocol::{Address, Command, ErrorCode, Event, KnockEnd, PageHello, PageMessage, Secret, ViewerId};
use reach::LocalAddress;

const WORD: &str = "three words together";

fn passcode(text: Option<&str>) -> Command {
    Command::Passcode { text: text.map(|text| Secret::from(text.to_owned())) }
}

#[test]
fn the_passcode_is_kept_and_told_to_nobody() {
    let mut world = World::live(Written::default());
    world.command(passcode(Some(WORD))).expect("a word can be");
    assert!(world.asked().contains(&"keep 0 bans".to_owned()), "it outlives the program");
    let told = world.told();
    assert!(told.contains(&Event::Passcode { on: true }), "{told:?}");
    let snapshot = world.owner.snapshot();
    assert!(snapshot.passcode);
    let shown = serde_json::to_string(&(&told, &snapshot)).expect("both are JSON");
    assert!(!shown.contains(WORD) && !format!("{told:?} {snapshot:?}").contains(WORD), "{shown}");
    for bad in ["", "  ", "two\nlines", &"x".repeat(129)] {
        let error = world.command(passcode(Some(bad))).expect_err("no passcode");
        assert_eq!(error.code, ErrorCode::BadPasscode);
        assert!(bad.trim().is_empty() || !error.message.contains(bad), "{error}");
    }
    assert!(world.owner.snapshot().passcode, "what cannot be changes nothing");
    world.command(passcode(None)).expect("it can be taken away");
    assert_eq!(world.told(), [Event::Passcode { on: false }]);
}

#[test]
fn a_page_that_waits_when_the_passcode_is_set_is_told_so_and_nothing_more() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    let (mut watches, mut waits) = (world.open_page(&browser(1)), world.open_page(&browser(2)));
    world.command(passcode(Some(WORD))).expect("a word can be");
    assert_eq!((waits.hears(), watches.hears()), (Some(PageMessage::Passcode), None));
    world.command(Command::BeRightBack { on: true }).expect("it is live");
    assert!(matches!(watches.hears(), Some(PageMessage::Controls(_))), "who watches goes on hearing");
    assert_eq!(waits.hears(), None);
}

#[test]
fn who_knocks_is_called_as_it_says_where_that_can_be_shown() {
    let mut world = World::live(Written::default());
    let mut page = world.open_page(&browser(2));
    world.command(Command::WaitingRoom { on: true }).expect("there can be one");
    assert_eq!(page.hears(), Some(PageMessage::Knocking));
    let says = |name: &str| PageHello::Name { name: name.to_owned() };
    world.says(&page, says("Host"));
    world.says(&page, says(" Anna\u{202e}\n "));
    assert_eq!(page.hears(), None);
    let [knock] = &world.owner.snapshot().knocks[..] else { panic!("one knocks") };
    assert_eq!((knock.name.as_deref(), knock.browser.as_str()), (Some("Anna"), "Firefox"), "{knock:?}");
    world.told();
    let viewer = knock.id;
    world.command(Command::Admit { viewer }).expect("it knocks");
    assert_eq!(world.told(), [Event::KnockLeft { viewer, reason: KnockEnd::Admitted }]);
    assert!(matches!(page.hears(), Some(PageMessage::State { live: true, .. })), "and comes in by itself");
    assert_eq!(world.command(Command::Admit { viewer }).expect_err("once").code, ErrorCode::UnknownViewer);
}

#[test]
fn a_guest_s_link_follows_the_address_and_not_the_watch_link() {
    let mut world = World::live(Written::default());
    let make = |name: &str| Command::MakeGuestLink { name: name.into(), expires_s: Some(60), devices: Some(1) };
    world.command(make(" Anna ")).expect("it can be made");
    let told = world.told();
    let [Event::GuestLink(link)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((link.name.as_str(), link.devices, link.expires_at), ("Anna", Some(1), Some(60_000)));
    assert!(link.watch.starts_with("http://127.0.0.1:8787/w/") && !link.watch.ends_with(LINK), "{}", link.watch);
    assert_eq!(link.whep, link.watch.replace("/w/", "/whep/"));
    assert_eq!(world.owner.snapshot().guest_links, std::slice::from_ref(link));
    assert!(world.asked().contains(&"keep 0 bans".to_owned()));
    for bad in [
        make("Anna"),
        make(""),
        make("Skylark"),
        Command::MakeGuestLink { name: "B".into(), expires_s: Some(0), devices: None },
    ] {
        assert_eq!(world.command(bad).expect_err("no link").code, ErrorCode::BadGuestLink);
    }
    world.command(Command::NewLink).expect("it can be made");
    assert!(
        !world.told().iter().any(|event| matches!(event, Event::GuestLink(_))),
        "it is none of the guest's business"
    );
    let ip = "192.168.1.20".parse().expect("well-formed");
    let address = Address { host: "192.168.1.20".into(), ..Address::default() };
    world.happened(Happened::LookedAround(Surroundings {
        here: vec![LocalAddress { ip, address }],
        default_route: Some(ip),
    }));
    let moved =
        world.told().into_iter().find_map(|event| if let Event::GuestLink(link) = event { Some(link) } else { None });
    let moved = moved.expect("there is a network now");
    assert_eq!(moved.watch, link.watch.replace("127.0.0.1", "192.168.1.20"));
    world.command(Command::RevokeGuestLink { name: "Anna".into() }).expect("it is there");
    assert_eq!(world.told(), [Event::GuestLinkEnded { name: "Anna".into() }]);
    assert!(world.command(Command::RevokeGuestLink { name: "Anna".into() }).is_err(), "once");
}
