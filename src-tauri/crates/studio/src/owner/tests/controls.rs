//! What the broadcaster withholds, and who hears of it.

use super::world::{World, browser};
use crate::happened::Happened;
use crate::settings::Written;
use protocol::{Command, Controls, ErrorCode, Event, PageMessage, Strip, StripId, StripSettings, ViewerId};

/// The other strips as they are unless somebody says otherwise.
const OTHERS: &str = "desktop 0 muted stereo, tone 0 muted stereo";

fn microphone(mute: bool) -> Event {
    let settings = StripSettings { mute, ..StripSettings::usual(StripId::Microphone) };
    Event::Strip(Strip { strip: StripId::Microphone, settings, device: None, solo: false, state: None })
}

fn mixer(microphone: &str) -> String {
    format!("mixer microphone {microphone} auto, {OTHERS}")
}

#[test]
fn each_is_a_command_an_event_and_a_word_to_the_pages() {
    let mut world = World::live(Written::default());
    world.watch(&browser(1), ViewerId(1));
    let mut page = world.open_page(&browser(1));
    let away = Controls { microphone_muted: true, camera_off: true, be_right_back: true };
    let off = Controls { be_right_back: false, ..away };
    let muted = Controls { camera_off: false, ..off };
    let (silent, heard) = (mixer("0 muted"), mixer("0 heard"));
    for (command, event, controls, asked) in [
        (Command::MuteMicrophone { on: true }, Event::MuteMicrophone { on: true }, muted, vec![&*silent]),
        (Command::CameraOff { on: true }, Event::CameraOff { on: true }, off, vec!["cover Some(CameraOff)"]),
        (
            Command::BeRightBack { on: true },
            Event::BeRightBack { on: true },
            away,
            vec!["silent true", "cover Some(BeRightBack)"],
        ),
        (
            Command::BeRightBack { on: false },
            Event::BeRightBack { on: false },
            off,
            vec!["silent false", "cover Some(CameraOff)"],
        ),
        (Command::CameraOff { on: false }, Event::CameraOff { on: false }, muted, vec!["cover None"]),
        (
            Command::MuteMicrophone { on: false },
            Event::MuteMicrophone { on: false },
            Controls::default(),
            vec![&*heard],
        ),
    ] {
        world.asked();
        world.told();
        while page.hears().is_some() {}
        world.command(command.clone()).expect("it is live");
        let strip = match event {
            Event::MuteMicrophone { on } => vec![microphone(on)],
            _ => vec![],
        };
        let told: Vec<Event> = [event].into_iter().chain(strip).collect();
        assert_eq!((world.told(), world.asked()), (told, asked.into_iter().map(str::to_owned).collect()));
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
    assert_eq!(world.asked(), ["silent false", "cover None"], "and the microphone still muted");
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

#[test]
fn a_strip_is_changed_kept_and_told_and_nothing_else_with_it() {
    let mut world = World::live(Written::default());
    let set = |strip, gain_db, mute, channels| Command::SetStrip {
        strip,
        gain_db,
        mute,
        channels,
        noise_suppression: None,
        gate: None,
        gate_db: None,
        device: None,
        solo: None,
    };
    world.command(set(StripId::Desktop, Some(-6.02), Some(false), None)).expect("it can be");
    let settings = StripSettings { gain_db: -6.0, mute: false, ..StripSettings::usual(StripId::Desktop) };
    let told = Event::Strip(Strip {
        strip: StripId::Desktop,
        settings,
        device: None,
        solo: false,
        state: Some(protocol::SourceState::Off),
    });
    assert_eq!(world.told(), [told]);
    let asked = world.asked();
    assert_eq!(asked[0], "mixer microphone 0 heard auto, desktop -6 heard stereo, tone 0 muted stereo");
    assert!(asked.contains(&"keep settings".to_owned()), "{asked:?}");
    world.command(set(StripId::Desktop, Some(-6.0), None, None)).expect("it is so already");
    assert_eq!((world.told(), world.asked()), (vec![], vec![]));

    // The microphone's mute is the one there is: not kept, and told as it ever was.
    world.command(set(StripId::Microphone, None, Some(true), None)).expect("it can be");
    assert_eq!(world.told(), [Event::MuteMicrophone { on: true }, microphone(true)]);
    assert!(world.owner.snapshot().controls.microphone_muted);
    assert!(!world.asked().contains(&"keep settings".to_owned()), "nothing is written");

    let state = protocol::SourceState::Running { id: "desktop".into(), format: "48 kHz stereo".into() };
    world.happened(Happened::Media(media::Event::Strip(StripId::Desktop, state.clone())));
    assert_eq!(
        world.told(),
        [Event::Strip(Strip { strip: StripId::Desktop, settings, device: None, solo: false, state: Some(state) })]
    );

    for (gain_db, what) in [(21.0, "too loud"), (f32::NAN, "no number")] {
        let refused = world.command(set(StripId::Tone, Some(gain_db), Some(false), None)).expect_err(what);
        assert!(refused.code == ErrorCode::BadSetting && refused.message.contains("-40 to 20"), "{refused}");
    }
    assert_eq!((world.told(), world.asked()), (vec![], vec![]));
    let strips = world.owner.snapshot().strips;
    assert_eq!(strips.iter().map(|strip| strip.settings.mute).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn what_is_wrong_with_the_sound_is_told_and_known() {
    let mut world = World::live(Written::default());
    for trouble in [Some(protocol::SoundTrouble::Zeros), None] {
        world.happened(Happened::Media(media::Event::Sound(trouble)));
        assert_eq!(world.told(), [Event::Sound { trouble }]);
        assert_eq!(world.owner.snapshot().sound, trouble);
    }
}

#[test]
fn noise_is_taken_out_of_the_microphone_alone_and_a_preset_says_so_too() {
    let mut world = World::live(Written::default());
    let set = |strip, noise_suppression| {
        let (gain_db, mute, channels, gate, gate_db) = (None, None, None, None, None);
        Command::SetStrip {
            strip,
            gain_db,
            mute,
            channels,
            noise_suppression: Some(noise_suppression),
            gate,
            gate_db,
            device: None,
            solo: None,
        }
    };
    let is_on = |world: &World| world.owner.snapshot().strips[0].settings.noise_suppression;
    world.command(set(StripId::Microphone, true)).expect("it can be");
    assert_eq!(world.asked()[0], "mixer microphone 0 heard auto no noise, desktop 0 muted stereo, tone 0 muted stereo");
    let refused = world.command(set(StripId::Desktop, true)).expect_err("a film is no noise");
    assert!(refused.code == ErrorCode::BadSetting && refused.message.contains("microphone"), "{refused}");

    let mut made_for = |sound: &str| {
        let settings = protocol::SettingsChange { sound: Some(sound.to_owned()), ..Default::default() };
        world.command(Command::Configure { settings }).expect("there is such a preset");
        is_on(&world)
    };
    let found = ["music", "speech", "standard"].map(&mut made_for);
    assert_eq!(found, [false, true, true], "and for anything it stays as it is");
    world.command(set(StripId::Microphone, false)).expect("it can be had otherwise");
    assert!(!is_on(&world));
}

#[test]
fn who_goes_live_again_at_once_is_not_away_any_more() {
    for next in [Command::GoLive, Command::Rehearse { on: true }] {
        let mut world = World::live(Written::default());
        world.command(Command::BeRightBack { on: true }).expect("it is live");
        world.command(Command::End).expect("it is live");
        world.command(next).expect("the last one is over");
        world.happened(Happened::EncodersStopped);
        world.asked();
        world.happened(Happened::FirstPicture(2));
        assert!(!world.owner.snapshot().controls.be_right_back, "it ended with the broadcast");
        assert!(world.asked().starts_with(&["silent false".to_owned(), "cover None".to_owned()]));
    }
}

#[test]
fn a_gate_is_the_microphones_and_is_kept_with_what_opens_it() {
    let mut world = World::live(Written::default());
    let set = |strip, gate, gate_db| {
        let (gain_db, mute, channels, noise_suppression) = (None, None, None, None);
        Command::SetStrip { strip, gain_db, mute, channels, noise_suppression, gate, gate_db, device: None, solo: None }
    };
    world.command(set(StripId::Microphone, None, Some(-50.0))).expect("before it is on, too");
    world.command(set(StripId::Microphone, Some(true), None)).expect("it can be");
    let settings = StripSettings { gate: true, gate_db: -50.0, ..StripSettings::usual(StripId::Microphone) };
    assert_eq!(world.owner.snapshot().strips[0].settings, settings);
    assert!(world.asked().contains(&"keep settings".to_owned()), "it is written");
    let refused = world.command(set(StripId::Desktop, Some(true), None)).expect_err("a film is no voice");
    assert!(
        refused.code == ErrorCode::BadSetting && refused.message.contains("microphone's strip can have a gate"),
        "{refused}"
    );
    let refused = world.command(set(StripId::Microphone, Some(false), Some(0.0))).expect_err("too loud");
    assert!(refused.code == ErrorCode::BadSetting && refused.message.contains("-70 to -10"), "{refused}");
    assert_eq!(world.owner.snapshot().strips[0].settings, settings, "nothing changes where some of it cannot be");
}
