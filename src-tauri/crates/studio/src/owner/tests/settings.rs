//! What changed settings ask for, and the links.

use super::world::{LINK, World, browser};
use crate::happened::Happened;
use crate::reachability::Surroundings;
use crate::settings::Written;
use protocol::{Address, Command, ErrorCode, Event, SettingsChange, ViewerId};
use reach::LocalAddress;

fn surroundings(ip: &str) -> Surroundings {
    let address = Address { host: ip.into(), ..Address::default() };
    let ip = ip.parse().expect("the tests' addresses are well-formed");
    Surroundings { here: vec![LocalAddress { ip, address }], default_route: Some(ip) }
}

#[test]
fn each_setting_goes_to_whom_it_concerns_and_all_of_them_into_the_file() {
    let mut world = World::live(Written::default());
    let change = SettingsChange {
        size: Some("640x360".into()),
        max_viewers: Some(7),
        title: Some("Match".into()),
        ..SettingsChange::default()
    };
    world.configure(change.clone()).expect("all of it can be");
    let asked = world.asked();
    assert_eq!((asked[0].as_str(), asked.last().map(String::as_str)), ("video 640x360 30", Some("keep settings")));
    assert_eq!(asked[1], "level 30", "answers say what is sent from now on");
    assert!(asked.contains(&"title Match".into()), "the pattern and the slates show it: {asked:?}");
    assert!(matches!(&world.told()[..], [Event::Settings { settings }] if settings.title == "Match"));
    world.configure(change).expect("again");
    assert!(!world.asked().contains(&"keep settings".to_owned()), "the file says so already");
    assert_eq!(world.told(), []);
    world.command(Command::SetCamera { camera: "pattern".into() }).expect("there is always a pattern");
    world.command(Command::SetMicrophone { microphone: "tone".into() }).expect("there is always a tone");
    let asked = world.asked();
    assert!(asked.contains(&"show pattern".into()) && asked.contains(&"microphone tone".into()), "{asked:?}");
}

#[test]
fn slates_speak_the_language_that_is_set() {
    let mut world = World::live(Written::default());
    world.asked();
    world.configure(SettingsChange { language: Some("de".into()), ..SettingsChange::default() }).expect("there is one");
    assert!(world.asked().contains(&"language de".into()));
    let unknown = SettingsChange { language: Some("tlh".into()), ..SettingsChange::default() };
    assert!(world.configure(unknown).is_err_and(|error| error.message.contains("auto or one of en, de")));
}

#[test]
fn what_cannot_be_changes_nothing() {
    let mut world = World::live(Written::default());
    let change = SettingsChange { fps: Some(500), title: Some("Match".into()), ..SettingsChange::default() };
    let error = world.configure(change).expect_err("too fast");
    assert!(error.code == ErrorCode::BadSetting && error.message.starts_with("fps: "), "{error}");
    assert_eq!((world.asked(), world.told()), (vec![], vec![]));
}

#[test]
fn a_lower_cap_lowers_who_came_last() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    world.watch(&browser(2), ViewerId(2));
    world.asked();
    let change = SettingsChange { max_upload_kbps: Some(3500), ..SettingsChange::default() };
    world.configure(change).expect("a cap can be");
    assert_eq!(world.asked()[0], "cap 2 H");
}

#[test]
fn the_links_follow_the_network_the_choice_and_the_token() {
    let mut world = World::live(Written::default());
    world.happened(Happened::LookedAround(surroundings("192.168.1.20")));
    let watch = |events: Vec<Event>| match events.into_iter().find(|event| matches!(event, Event::Links { .. })) {
        Some(Event::Links { links }) => links.watch,
        _ => panic!("the links changed"),
    };
    assert_eq!(watch(world.told()), format!("http://192.168.1.20:8787/w/{LINK}"));
    assert_eq!(world.asked(), ["candidates [192.168.1.20:8787]"]);
    world.happened(Happened::LookedAround(surroundings("192.168.1.20")));
    assert_eq!((world.asked(), world.told()), (vec![], vec![]), "nothing changed");
    let error = world.command(Command::SetAddress { host: "10.9.9.9".into() }).expect_err("it is not here");
    assert!(error.message.contains("192.168.1.20"), "{error}");
    world.command(Command::SetAddress { host: "192.168.1.20".into() }).expect("it is here");
    assert!(world.asked().contains(&"keep settings".to_owned()));
    world.command(Command::NewLink).expect("there is always another");
    assert!(world.asked().contains(&"keep 0 bans".to_owned()));
    assert!(!watch(world.told()).ends_with(LINK));
}

#[test]
fn the_public_name_is_asked_for_until_it_is_known_and_viewers_are_told_its_addresses() {
    let mut world = World::live(Written::default());
    let change = SettingsChange { public: Some("live.example.org:9000".into()), ..SettingsChange::default() };
    world.configure(change).expect("a name can be");
    let resolve = |asked: Vec<String>| -> Option<u64> {
        let asked = asked.iter().find_map(|asked| asked.strip_prefix("resolve "))?.split(' ').next()?.parse().ok()?;
        Some(asked)
    };
    let question = resolve(world.asked()).expect("it is asked for at once");
    world.told();
    world.happened(Happened::Resolved(question, Err("no such name".into())));
    let told = world.told();
    assert!(
        matches!(&told[..], [Event::Error { code: ErrorCode::UnknownName, message }] if message.contains("live.example.org")),
        "{told:?}"
    );
    world.second();
    assert_eq!(resolve(world.asked()), None, "not so soon");
    world.advance(std::time::Duration::from_secs(1));
    world.second();
    let question = resolve(world.asked()).expect("a second later");
    world.happened(Happened::Resolved(question, Ok(vec!["203.0.113.5:9000".parse().expect("well-formed")])));
    assert_eq!(world.asked(), ["candidates [203.0.113.5:9000]"], "the next answers have it");
    world.advance(std::time::Duration::from_secs(59));
    world.second();
    assert_eq!(resolve(world.asked()), None);
    world.advance(std::time::Duration::from_secs(1));
    world.second();
    let question = resolve(world.asked()).expect("names change");
    world.happened(Happened::Resolved(question, Ok(vec!["203.0.113.6:9000".parse().expect("well-formed")])));
    assert_eq!(world.asked(), ["candidates [203.0.113.6:9000]"]);
    assert!(!world.told().iter().any(|event| matches!(event, Event::Error { .. })));
}
