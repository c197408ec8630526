//! What the devices and the encoders tell.

use super::world::World;
use crate::happened::Happened;
use crate::settings::Written;
use media::Event as Media;
use protocol::{
    Command, Devices, ErrorCode, Event, SettingsChange, Source, SourceGiven, SourceKind, SourceName, SourceState,
};

#[test]
fn a_device_that_is_lost_is_an_error_and_the_broadcast_goes_on() {
    let mut world = World::live(Written::default());
    let state = SourceState::Failed { id: "0".into(), code: ErrorCode::DeviceLost, message: "pulled out".into() };
    world.happened(Happened::Media(Media::Camera(state.clone())));
    let error = Event::Error { code: ErrorCode::DeviceLost, message: "pulled out".into() };
    let source = |state: &SourceState| Event::Source {
        source: SourceName { kind: SourceKind::Camera, id: None },
        state: state.clone(),
    };
    assert_eq!(world.told(), [error, source(&state), Event::Camera { state: state.clone() }]);
    assert_eq!(world.owner.snapshot().camera, state);
    assert_eq!(world.asked(), Vec::<String>::new(), "a slate takes its place; nothing ends");
    let back = SourceState::Running { id: "0".into(), format: "1280x720".into() };
    world.happened(Happened::Media(Media::Camera(back.clone())));
    assert_eq!(world.told(), [source(&back), Event::Camera { state: back }]);
}

#[test]
fn an_encoder_that_fails_ends_a_start_and_not_a_broadcast() {
    let failed = || Happened::Media(Media::EncoderFailed("no encoder".into()));
    let mut world = World::live(Written::default());
    world.happened(failed());
    world.happened(failed());
    let error = [Event::Error { code: ErrorCode::EncoderFailed, message: "no encoder".into() }];
    assert_eq!(world.told(), error, "the same is told once");
    assert_eq!(world.asked(), Vec::<String>::new(), "it is started again by itself");

    let mut world = World::offline(Written::default());
    world.command(Command::GoLive).expect("nothing runs");
    world.asked();
    world.happened(failed());
    assert_eq!(world.asked(), ["stop encoding"]);
    assert!(world.told().contains(&error[0]));
}

#[test]
fn devices_are_listed_by_one_at_a_time_while_commands_are_carried_out() {
    let mut world = World::live(Written::default());
    let list = |world: &mut World| world.command(Command::ListDevices).expect("it can always be asked");
    list(&mut world);
    assert_eq!(world.asked(), ["list devices"]);
    list(&mut world);
    list(&mut world);
    world.command(Command::Lock { on: true }).expect("it is live");
    assert_eq!(world.told(), [Event::Lock { on: true }], "nobody waits for a driver that hangs");
    assert_eq!(world.asked(), Vec::<String>::new(), "one is inside already");

    let found =
        |name: &str| Devices { cameras: vec![Source { id: name.into(), label: name.into() }], ..Devices::default() };
    world.happened(Happened::Listed(found("first")));
    assert_eq!(world.told(), [Event::Devices { devices: found("first") }]);
    assert_eq!(world.asked(), ["list devices"], "once more, for those who asked later");
    world.happened(Happened::Listed(found("second")));
    assert_eq!(world.told(), [Event::Devices { devices: found("second") }]);
    assert_eq!(world.asked(), Vec::<String>::new());
    assert_eq!(world.owner.snapshot().devices, found("second"));
}

#[test]
fn devices_are_asked_for_again_after_what_lists_them_panicked() {
    let mut world = World::live(Written::default());
    world.command(Command::ListDevices).expect("it can always be asked");
    world.happened(Happened::NotListed);
    assert_eq!(world.asked(), ["list devices"]);
    assert_eq!(world.told(), [], "the panic is told by itself");
    world.command(Command::ListDevices).expect("it can always be asked");
    assert_eq!(world.asked(), ["list devices"]);
}

#[test]
fn what_could_not_be_written_is_told() {
    let mut world = World::live(Written::default());
    world.happened(Happened::Unwritten("the disk is full".into()));
    assert_eq!(world.told(), [Event::Error { code: ErrorCode::Storage, message: "the disk is full".into() }]);
}

#[test]
fn a_source_is_taken_as_it_is_written_and_refused_with_what_can_be() {
    let mut world = World::live(Written::default());
    let set = |world: &mut World, source: SourceGiven| world.command(Command::SetSource { source });
    set(&mut world, SourceGiven::Short("screen:2".into())).expect("there may be one");
    assert_eq!(world.asked(), ["show screen:2", "candidates []", "keep settings"]);
    let named = SourceGiven::Named(SourceName { kind: SourceKind::Window, id: Some("Slides".into()) });
    set(&mut world, named).expect("there may be one");
    assert_eq!(world.asked(), ["show window:Slides", "candidates []", "keep settings"]);
    assert_eq!(world.owner.snapshot().settings.source, "window:Slides");
    let bad =
        [SourceGiven::Short("screens".into()), SourceGiven::Named(SourceName { kind: SourceKind::Image, id: None })];
    for bad in bad {
        let refused = set(&mut world, bad).expect_err("there is no such thing");
        assert_eq!(refused.code, ErrorCode::BadSetting);
        assert!(refused.message.contains("image:FILE"), "{}", refused.message);
    }
    assert_eq!(world.asked(), Vec::<String>::new());
    world.command(Command::SetCamera { camera: "pattern".into() }).expect("as before");
    assert_eq!(world.asked(), ["show pattern", "candidates []", "keep settings"]);
    assert_eq!(world.owner.snapshot().settings.source, "pattern");
}

#[test]
fn a_screen_that_is_chosen_once_more_is_another_one_where_the_desktop_asks() {
    let mut world = World::live(Written::default());
    let set = |world: &mut World, source: &str| {
        let source = SourceGiven::Short(source.into());
        world.command(Command::SetSource { source }).expect("there may be one");
        world.asked()
    };
    let is_again = |asked: Vec<String>| asked.iter().any(|asked| asked == "choose the screen again");
    assert!(!is_again(set(&mut world, "screen")), "it is chosen");
    assert!(is_again(set(&mut world, "screen")), "and chosen once more");
    assert!(!is_again(set(&mut world, "screen:2")), "this is another one");
    assert!(!is_again(set(&mut world, "window:Slides")));
    assert!(!is_again(set(&mut world, "window:Slides")), "a window is the one that is called so");
    assert!(!is_again(set(&mut world, "pattern")));
    assert!(!is_again(set(&mut world, "screen")), "the pattern was shown");
    set(&mut world, "pattern");
    world.command(Command::SetScene { scene: "screen+camera".into() }).expect("it can be");
    assert!(is_again(set(&mut world, "screen")), "the scene showed it");
    world.asked();
    let token = |text: &str| Some(media::ScreenToken::new(text.to_owned()));
    world.happened(Happened::Media(Media::ScreenToken(token("one"))));
    world.happened(Happened::Media(Media::ScreenToken(None)));
    assert_eq!(world.asked(), ["keep screen token one", "keep screen token none"]);
}

#[test]
fn an_image_is_looked_at_before_it_takes_the_place_of_anything() {
    let mut world = World::live(Written::default());
    let file = std::path::PathBuf::from("/home/anna/card.png");
    let set = |world: &mut World| {
        world.command(Command::SetSource { source: SourceGiven::Short("image:/home/anna/card.png".into()) })
    };
    set(&mut world).expect("it is looked at");
    assert_eq!(world.asked(), ["look at /home/anna/card.png"]);
    world.happened(Happened::LookedAtImage(file.clone(), Err("it is no image".into())));
    assert_eq!(world.told(), [Event::Error { code: ErrorCode::BadSetting, message: "it is no image".into() }]);
    assert_eq!(world.asked(), Vec::<String>::new(), "what was shown goes on");

    set(&mut world).expect("it is looked at");
    world.asked();
    world.happened(Happened::LookedAtImage(file.clone(), Ok(())));
    assert_eq!(world.asked(), ["show image:/home/anna/card.png", "candidates []", "keep settings"]);

    set(&mut world).expect("it is looked at");
    world.command(Command::SetSource { source: SourceGiven::Short("pattern".into()) }).expect("it needs nothing");
    world.asked();
    world.happened(Happened::LookedAtImage(file, Ok(())));
    assert_eq!(world.asked(), Vec::<String>::new(), "something else was chosen meanwhile");
}

#[test]
fn a_card_is_read_before_it_takes_the_place_of_another() {
    let mut world = World::live(Written::default());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../icons/32x32.png");
    let card = || media::Card::read(std::path::Path::new(file));
    let set = |world: &mut World, card: &str| {
        let change = SettingsChange { card: Some(card.into()), title: Some("Match".into()), ..Default::default() };
        world.configure(change).expect("it is read");
        world.asked()
    };
    let shown = |world: &World| world.owner.snapshot().settings.card;
    assert_eq!(set(&mut world, file).last(), Some(&format!("read card {file}")));
    assert_eq!((shown(&world).as_str(), world.owner.snapshot().settings.title.as_str()), ("", "Match"));
    world.told();
    world.happened(Happened::CardRead(file.into(), Err("it is no image".into())));
    assert_eq!(world.told(), [Event::Error { code: ErrorCode::BadSetting, message: "it is no image".into() }]);
    assert_eq!((world.asked(), shown(&world)), (vec![], String::new()));

    set(&mut world, file);
    world.happened(Happened::CardRead(file.into(), card()));
    assert_eq!(world.asked(), ["card Some(Card(32x32))", "candidates []", "keep settings"]);
    assert_eq!(shown(&world), file);
    set(&mut world, "/home/anna/other.png");
    assert_eq!(set(&mut world, " ").last().map(String::as_str), Some("card None"));
    assert_eq!(shown(&world), "");
    world.happened(Happened::CardRead("/home/anna/other.png".into(), card()));
    assert_eq!((world.asked(), shown(&world)), (vec![], String::new()), "it was taken back meanwhile");
}

#[test]
fn a_card_of_an_earlier_run_is_read_at_the_start_and_stays_set_where_it_cannot_be() {
    let mut world = World::offline(Written { card: "/home/anna/card.png".parse().ok(), ..Written::default() });
    assert!(world.asked().contains(&"read card /home/anna/card.png".to_owned()));
    world.told();
    world.happened(Happened::CardRead("/home/anna/card.png".into(), Err("it is gone".into())));
    assert_eq!(world.told(), [Event::Error { code: ErrorCode::BadSetting, message: "it is gone".into() }]);
    assert_eq!(world.owner.snapshot().settings.card, "/home/anna/card.png", "it may come back");
    world.command(Command::CameraOff { on: true }).expect("it can be");
    assert!(world.asked().contains(&"read card /home/anna/card.png".to_owned()), "when it is to be shown");
}

#[test]
fn a_scene_is_set_swapped_and_left_and_its_camera_is_another() {
    let mut world = World::live(Written::default());
    let shown = |world: &World| {
        let settings = world.owner.snapshot().settings;
        (settings.scene, settings.source, settings.camera)
    };
    let said = |scene: &str, source: &str, camera: &str| (scene.to_owned(), source.to_owned(), camera.to_owned());
    let none = world.command(Command::SwapScene).expect_err("there is nothing to swap");
    assert_eq!(none.code, ErrorCode::WrongState);
    world.command(Command::SetSource { source: SourceGiven::Short("window:Slides".into()) }).expect("it may be there");
    world.command(Command::SetScene { scene: "screen+camera:top-left".into() }).expect("it can be");
    world.command(Command::SwapScene).expect("there is a scene");
    assert_eq!(shown(&world), said("screen+camera:top-left,swapped", "window:Slides", "default"));
    world.command(Command::SetCamera { camera: "pattern".into() }).expect("there is always a pattern");
    assert_eq!(shown(&world), said("screen+camera:top-left,swapped", "window:Slides", "pattern"), "the screen stays");
    let refused = world.command(Command::SetScene { scene: "screen+camera,size=3".into() });
    assert!(refused.expect_err("it is larger than the picture").message.contains("screen+camera"));
    world.asked();
    world.command(Command::SetScene { scene: "off".into() }).expect("it can be left");
    assert_eq!(world.asked(), ["show window:Slides", "candidates []", "keep settings"]);
    world.command(Command::SetScene { scene: "screen+camera".into() }).expect("it can be");
    world.command(Command::SetSource { source: SourceGiven::Short("off".into()) }).expect("there may be no picture");
    assert_eq!(shown(&world), said("off", "off", "off"), "nobody who wants no picture goes on showing the screen");
}
