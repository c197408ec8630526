//! What the devices and the encoders tell.

use super::world::World;
use crate::happened::Happened;
use crate::settings::Written;
use media::Event as Media;
use protocol::{Command, Devices, ErrorCode, Event, Source, SourceState};

#[test]
fn a_device_that_is_lost_is_an_error_and_the_broadcast_goes_on() {
    let mut world = World::live(Written::default());
    let state = SourceState::Failed { id: "0".into(), code: ErrorCode::DeviceLost, message: "pulled out".into() };
    world.happened(Happened::Media(Media::Camera(state.clone())));
    let error = Event::Error { code: ErrorCode::DeviceLost, message: "pulled out".into() };
    assert_eq!(world.told(), [error, Event::Camera { state: state.clone() }]);
    assert_eq!(world.owner.snapshot().camera, state);
    assert_eq!(world.asked(), Vec::<String>::new(), "a slate takes its place; nothing ends");
    let back = SourceState::Running { id: "0".into(), format: "1280x720".into() };
    world.happened(Happened::Media(Media::Camera(back.clone())));
    assert_eq!(world.told(), [Event::Camera { state: back }]);
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
        |name: &str| Devices { cameras: vec![Source { id: name.into(), label: name.into() }], microphones: vec![] };
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
