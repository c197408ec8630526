//! Recording, as the owner asks for it and hears of it.

use super::world::World;
use crate::happened::Happened;
use crate::outputs::Dropped;
use crate::recording::{Reached, RecordingNews};
use crate::settings::Written;
use protocol::{Command, ErrorCode, Event, RecordingState as State};
use record::{Target, Told};
use std::time::Duration;

fn record(path: &str) -> Command {
    Command::Record { path: Some(path.into()) }
}

fn told(world: &mut World, number: u64, told: Told) {
    world.happened(Happened::Recording(RecordingNews::Told(number, told)));
}

/// The place of that recording is good.
fn checked(world: &mut World, number: u64, folder: &tempfile::TempDir) {
    let checked = Target::new(folder.path()).check(0);
    world.happened(Happened::Recording(RecordingNews::Checked(number, checked)));
}

fn states(events: Vec<Event>) -> Vec<State> {
    let state = |event| if let Event::Recording { recording } = event { Some(recording.state) } else { None };
    events.into_iter().filter_map(state).collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the system has room for a folder")
}

#[test]
fn a_place_is_looked_at_elsewhere_and_then_it_is_recorded_and_split_as_the_settings_say() {
    let written = Written { recording_minutes: Some(30), recording_megabytes: Some(4000), ..Written::default() };
    let (mut world, folder) = (World::live(written), folder());
    world.command(record("/v/Sunday.mp4")).expect("nothing is recorded");
    assert_eq!(world.asked(), [r#"check recording 1 Target { path: "/v/Sunday.mp4" } 312500"#], "2.5 Mbit/s");
    checked(&mut world, 1, &folder);
    assert_eq!(world.asked(), ["record 1 Split { after: Some(1800s), bytes: Some(4000000000) }"]);
    told(&mut world, 1, Told::Began("/v/Sunday.mp4".into(), None));
    assert_eq!(states(world.told()), [State::Starting, State::Waiting, State::Recording]);
    world.recorded(Some(Reached { duration: Duration::from_secs(1), bytes: 400_000, dropped: Dropped::default() }));
    world.second();
    assert_eq!(states(world.told()), [State::Recording]);
    world.asked();
    world.command(Command::Mark { text: Some(" The \n choir ".into()) }).expect("it is recorded");
    world.command(Command::StopRecording).expect("it is recorded");
    assert_eq!(world.asked(), ["mark The choir", "stop recording"]);
    told(&mut world, 1, Told::Finished(Duration::from_secs(1), 500_000));
    assert_eq!(states(world.told()), [State::Stopping, State::Stopped]);
}

#[test]
fn without_a_path_it_goes_where_the_settings_say_or_the_user_has_videos() {
    let mut world = World::live(Written::default());
    world.command(Command::Record { path: None }).expect("there is a home");
    assert!(world.asked()[0].contains("\"/home/anna/Videos/Skylark\""));
    let mut world =
        World::live(Written { recordings: Some("/mnt/v1.0".parse().expect("a whole path")), ..Written::default() });
    world.command(Command::Record { path: None }).expect("it is set");
    assert!(world.asked()[0].contains("\"/mnt/v1.0/\""), "a folder, whatever its name looks like");
}

#[test]
fn what_fails_is_said_once_and_the_broadcast_goes_on() {
    let (mut world, folder) = (World::live(Written::default()), folder());
    world.command(record("/v")).expect("nothing is recorded");
    world.happened(Happened::Recording(RecordingNews::Checked(1, Err("The disk is full.".into()))));
    let events = world.told();
    assert!(events.contains(&Event::Error { code: ErrorCode::Storage, message: "The disk is full.".into() }));
    assert_eq!(states(events), [State::Starting, State::Failed]);
    world.command(record("/v")).expect("it failed");
    checked(&mut world, 2, &folder);
    told(&mut world, 1, Told::Stopped("late".into(), Duration::ZERO, 0));
    assert_eq!(states(world.told()), [State::Starting, State::Waiting], "a late word of the first");
    told(&mut world, 2, Told::Began("/v/a.mp4".into(), None));
    world.asked();
    told(&mut world, 2, Told::Stopped("The disk is full.".into(), Duration::ZERO, 0));
    assert_eq!(world.asked(), ["stop recording"], "it is given nothing more");
    world.second();
    let told = world.told();
    assert!(told.iter().any(|event| matches!(event, Event::Stats { .. })), "it is live: {told:?}");
}

#[test]
fn each_broadcast_is_recorded_where_that_was_asked_for() {
    let (mut world, folder) = (World::offline(Written::default()), folder());
    world.record_always(folder.path());
    for number in 1..4 {
        checked(&mut world, number, &folder);
        world.command(Command::GoLive).expect("nothing runs");
        world.happened(Happened::FirstPicture(number));
        told(&mut world, number, Told::Began("/v/a.mp4".into(), None));
        world.command(Command::End).expect("it is live");
        told(&mut world, number, Told::Finished(Duration::from_secs(1), 500_000));
        world.happened(Happened::EncodersStopped);
    }
    let checks = |asked: Vec<String>| asked.iter().filter(|asked| asked.starts_with("check recording")).count();
    assert_eq!(checks(world.asked()), 4, "the next one waits already");
    // One that fails is tried again with the next broadcast; one that was stopped is not.
    world.happened(Happened::Recording(RecordingNews::Checked(4, Err("The disk is full.".into()))));
    for tried in [1, 0] {
        world.command(Command::GoLive).expect("nothing runs");
        assert_eq!(checks(world.asked()), 0);
        world.command(Command::End).expect("it is starting");
        world.happened(Happened::EncodersStopped);
        assert_eq!(checks(world.asked()), tried);
        // The second time there is nothing to stop.
        assert_eq!(world.command(Command::StopRecording).is_ok(), tried == 1);
    }
    world.owner.quit_recording();
    assert!(world.owner.is_silent(), "it never began, so nothing is waited for");
}
