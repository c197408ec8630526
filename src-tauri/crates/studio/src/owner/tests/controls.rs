//! What the broadcaster withholds, and who hears of it.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use protocol::{Command, Controls, ErrorCode, Event, PageMessage, ViewerId};

#[test]
fn each_is_a_command_an_event_and_a_word_to_the_pages() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    let mut page = world.open_page(&browser(1));
    let away = Controls { microphone_muted: true, camera_off: true, be_right_back: true };
    let off = Controls { be_right_back: false, ..away };
    let muted = Controls { camera_off: false, ..off };
    for (command, event, controls, asked) in [
        (Command::MuteMicrophone { on: true }, Event::MuteMicrophone { on: true }, muted, vec!["silent true"]),
        (Command::CameraOff { on: true }, Event::CameraOff { on: true }, off, vec!["cover Some(CameraOff)"]),
        (Command::BeRightBack { on: true }, Event::BeRightBack { on: true }, away, vec!["cover Some(BeRightBack)"]),
        (Command::BeRightBack { on: false }, Event::BeRightBack { on: false }, off, vec!["cover Some(CameraOff)"]),
        (Command::CameraOff { on: false }, Event::CameraOff { on: false }, muted, vec!["cover None"]),
        (
            Command::MuteMicrophone { on: false },
            Event::MuteMicrophone { on: false },
            Controls::default(),
            vec!["silent false"],
        ),
    ] {
        world.asked();
        world.told();
        while page.hears().is_some() {}
        world.command(command.clone()).expect("it is live");
        assert_eq!((world.told(), world.asked()), (vec![event], asked.into_iter().map(str::to_owned).collect()));
        assert_eq!(page.hears(), Some(PageMessage::Controls(controls)));
        assert_eq!(world.owner.snapshot().controls, controls, "for a panel that opens later");
        world.command(command).expect("it is so already");
        assert_eq!((world.told(), world.asked(), page.hears()), (vec![], vec![], None));
    }
    assert_eq!(world.owner.snapshot().watching, 1, "nobody was lost by it");
}

#[test]
fn a_microphone_stays_muted_and_nobody_is_waited_for_when_it_is_over() {
    let mut world = World::offline(Written::default());
    let refused = world.command(Command::BeRightBack { on: true }).expect_err("nobody waits");
    assert_eq!(refused.code, ErrorCode::WrongState);
    world.command(Command::MuteMicrophone { on: true }).expect("before going live, too");
    let mut world = World::live(Written::default());
    world.command(Command::MuteMicrophone { on: true }).expect("it is live");
    world.command(Command::BeRightBack { on: true }).expect("it is live");
    world.asked();
    world.told();
    world.command(Command::End).expect("it is live");
    assert!(!world.asked().contains(&"cover None".to_owned()), "a recording has its last moment yet to come");
    world.told();
    world.happened(Happened::EncodersStopped);
    assert_eq!(world.told(), [Event::BeRightBack { on: false }]);
    assert_eq!(world.asked(), ["cover None"], "and still silent");
    let left = Controls { microphone_muted: true, ..Controls::default() };
    assert_eq!(world.owner.snapshot().controls, left, "who was muted is not heard unawares");
}

#[test]
fn who_is_away_from_the_next_broadcast_is_not_brought_back_by_the_end_of_the_last() {
    let mut world = World::live(Written::default());
    world.command(Command::End).expect("it is live");
    world.command(Command::GoLive).expect("the last one is over");
    world.happened(Happened::FirstPicture(2));
    world.command(Command::BeRightBack { on: true }).expect("it is live");
    world.happened(Happened::EncodersStopped);
    assert!(world.owner.snapshot().controls.be_right_back, "the microphone is not heard unawares");
}
