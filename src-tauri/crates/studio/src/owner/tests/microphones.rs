//! Microphones beside the first, each with its strip.

use super::world::World;
use crate::happened::Happened;
use crate::settings::Written;
use protocol::{Command, ErrorCode, Event, SourceState, Strip, StripId};

fn add(microphone: &str) -> Command {
    Command::AddMicrophone { microphone: microphone.into() }
}

fn set(strip: StripId, mute: Option<bool>, gate: Option<bool>, device: Option<&str>) -> Command {
    let (gain_db, channels, noise_suppression, gate_db) = (None, None, None, None);
    let device = device.map(str::to_owned);
    Command::SetStrip { strip, gain_db, mute, channels, noise_suppression, gate, gate_db, device, solo: None }
}

/// The strips that are there, with what each listens to, and whether it is muted.
fn strips(world: &World) -> Vec<(StripId, Option<String>, bool)> {
    let strips = world.owner.snapshot().strips.into_iter();
    strips.map(|Strip { strip, device, settings, .. }| (strip, device, settings.mute)).collect()
}

#[test]
fn a_microphone_is_added_with_a_strip_of_its_own_and_removed_with_it() {
    let mut world = World::live(Written::default());
    world.asked();
    world.command(add("Blue")).expect("it can be");
    let asked = world.asked();
    assert_eq!(asked[0], "more microphones Blue, none, none");
    assert!(asked.contains(&"keep settings".to_owned()), "{asked:?}");
    let told = world.told();
    assert!(
        matches!(&told[..], [Event::Strip(Strip { strip: StripId::Microphone2, device: Some(device), .. })] if device == "Blue"),
        "{told:?}"
    );
    world.command(set(StripId::Microphone2, None, Some(true), Some("Red"))).expect("another one, with a gate");
    let strip = world.owner.snapshot().strips[1].clone();
    assert_eq!((strip.strip, strip.device.as_deref(), strip.settings.gate), (StripId::Microphone2, Some("Red"), true));

    world.command(Command::RemoveMicrophone { strip: StripId::Microphone2 }).expect("it is there");
    world.told();
    assert_eq!(strips(&world).len(), 3, "the microphone, the desktop and the tone");
    world.happened(Happened::Media(media::Event::Strip(StripId::Microphone2, SourceState::Off)));
    assert_eq!(world.told(), [], "its device is closed, and nobody has its strip any more");
    world.command(add("Blue")).expect("it can be");
    assert!(!world.owner.snapshot().strips[1].settings.gate, "nothing is left of the strip before");
}

#[test]
fn four_can_be_each_once_and_what_cannot_be_is_refused_with_the_remedy() {
    let mut world = World::live(Written::default());
    for name in ["Blue", "Red", "Green"] {
        world.command(add(name)).expect(name);
    }
    let before = strips(&world);
    assert_eq!(before.len(), 6);
    let first = StripId::Microphone;
    for (command, words) in [
        (add("Yellow"), "remove one first"),
        (Command::SetMicrophone { microphone: "Blue".into() }, "has a strip already"),
        (set(StripId::Microphone4, None, None, Some("Blue")), "has a strip already"),
        (set(StripId::Microphone3, None, None, Some("tone")), "test tone has one of its own"),
        (set(StripId::Tone, None, None, Some("Blue")), "none to choose"),
        (set(StripId::Desktop, None, None, Some(" ")), "or everything"),
        (Command::RemoveMicrophone { strip: first }, "set_microphone with off"),
        (Command::RemoveMicrophone { strip: StripId::Tone }, "stays"),
    ] {
        let refused = world.command(command.clone()).expect_err("it cannot be");
        assert!(refused.code == ErrorCode::BadSetting && refused.message.contains(words), "{command:?}: {refused}");
    }
    assert_eq!(strips(&world), before, "nothing changed");
    world.command(Command::RemoveMicrophone { strip: StripId::Microphone3 }).expect("it is there");
    let refused = world.command(set(StripId::Microphone3, Some(true), None, None)).expect_err("it is gone");
    assert!(refused.message.contains("add_microphone"), "{refused}");
    world.command(add("Yellow")).expect("there is room again");
    assert_eq!(strips(&world)[2], (StripId::Microphone3, Some("Yellow".into()), false), "in the gap");
    world.command(set(first, None, None, Some("tone"))).expect("as set_microphone");
    assert_eq!(world.owner.snapshot().settings.microphone, "tone");
}

#[test]
fn each_is_muted_by_itself_and_all_together_and_nobody_is_heard_unawares() {
    let mut world = World::live(Written::default());
    world.command(add("Blue")).expect("it can be");
    let mute = |world: &mut World, strip, on| world.command(set(strip, Some(on), None, None)).expect("it can be");
    let heard = |world: &mut World| {
        let mixer = world.asked().into_iter().rfind(|asked| asked.starts_with("mixer ")).expect("it was told");
        ["microphone 0", "microphone2 -3"].map(|strip| mixer.contains(&format!("{strip} heard")))
    };
    let softer = Command::SetStrip {
        strip: StripId::Microphone2,
        gain_db: Some(-3.0),
        mute: None,
        channels: None,
        noise_suppression: None,
        gate: None,
        gate_db: None,
        device: None,
        solo: None,
    };
    world.command(softer).expect("it can be");
    world.asked();
    mute(&mut world, StripId::Microphone, true);
    assert_eq!(heard(&mut world), [false, true]);
    assert!(!world.owner.snapshot().controls.microphone_muted, "one of them is heard");
    world.command(Command::MuteMicrophone { on: true }).expect("it can be");
    assert_eq!(heard(&mut world), [false, false]);
    world.command(Command::MuteMicrophone { on: false }).expect("it can be");
    assert_eq!(heard(&mut world), [false, true], "the first is as it was");
    // The last one besides goes: what was muted is not heard by that.
    world.command(Command::RemoveMicrophone { strip: StripId::Microphone2 }).expect("it is there");
    assert!(world.owner.snapshot().controls.microphone_muted && strips(&world)[0].2);
    world.command(Command::MuteMicrophone { on: false }).expect("it can be");
    assert!(!strips(&world)[0].2, "its mute and that of all are one again");
}

#[test]
fn the_broadcaster_listens_to_what_was_chosen_and_nothing_of_that_is_kept() {
    let mut world = World::live(Written::default());
    world.asked();
    let listen = |output: Option<&str>| Command::SetHeadphones { output: output.map(str::to_owned) };
    world.command(listen(Some("Blue"))).expect("it can be");
    assert_eq!(world.asked(), ["headphones Some(\"Blue\")"], "and nothing is written");
    let told = |world: &mut World| match &world.told()[..] {
        [Event::Headphones(headphones)] => headphones.state.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&mut world), SourceState::Opening { id: "Blue".into() });
    let running = SourceState::Running { id: "Blue".into(), format: "48 kHz stereo".into() };
    world.happened(Happened::Media(media::Event::Headphones(running.clone())));
    assert_eq!((told(&mut world), &world.owner.snapshot().headphones.state), (running.clone(), &running));

    let strip = StripId::Desktop;
    let (gain_db, mute, channels, noise_suppression, gate, gate_db, device) =
        (None, None, None, None, None, None, None);
    let solo = |on| Command::SetStrip {
        strip,
        gain_db,
        mute,
        channels,
        noise_suppression,
        gate,
        gate_db,
        device: device.clone(),
        solo: Some(on),
    };
    world.command(solo(true)).expect("it can be");
    assert!(matches!(&world.told()[..], [Event::Strip(Strip { strip: StripId::Desktop, solo: true, .. })]));
    assert!(!world.asked().contains(&"keep settings".to_owned()), "nothing is written");
    world.command(solo(true)).expect("it is so already");
    assert_eq!(world.told(), []);

    world.command(listen(None)).expect("it can be");
    assert_eq!(told(&mut world), SourceState::Off);
    world.happened(Happened::Media(media::Event::Headphones(running)));
    assert_eq!(world.told(), [], "one that was chosen before is still being closed");
    let refused = world.command(listen(Some(" "))).expect_err("that is none");
    assert_eq!(refused.code, ErrorCode::BadSetting);
}

#[test]
fn one_program_is_heard_alone_and_everything_again() {
    let mut world = World::live(Written::default());
    let device = |world: &World| strips(world)[1].1.clone();
    for (said, is) in [("Firefox", Some("Firefox")), ("everything", None)] {
        world.asked();
        world.command(set(StripId::Desktop, None, None, Some(said))).expect("it can be");
        let asked = world.asked();
        assert_eq!(asked[0], format!("program {is:?}"));
        assert!(asked.contains(&"keep settings".to_owned()), "{asked:?}");
        assert_eq!(device(&world).as_deref(), is);
    }
}
