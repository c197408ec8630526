//! A recording's life, and what is said of it.

use super::*;
use protocol::RecordingState as State;

fn state(recording: &Recording) -> State {
    recording.shown().state
}

#[test]
fn a_life() {
    let mut recording = Recording::default();
    assert_eq!(recording.stop().expect_err("nothing is recorded").code, ErrorCode::WrongState);
    let first = recording.start().expect("nothing is recorded");
    assert_eq!(state(&recording), State::Starting);
    assert_eq!(recording.start().expect_err("one at a time").code, ErrorCode::WrongState);
    assert!(recording.can_begin(first, None));
    assert_eq!(state(&recording), State::Waiting);
    assert!(recording.can_mark().is_err(), "there is no moment yet");
    recording.began(first, "/v/a.mp4".into(), None);
    let reached = Reached { duration: Duration::from_millis(12_900), bytes: 4_000_000, dropped: Dropped::default() };
    assert!(recording.reached(reached) && !recording.reached(reached), "it is told once");
    assert_eq!((recording.shown().seconds, recording.shown().bytes), (12, 4_000_000));
    let length = Duration::from_millis(13_100);
    recording.stop().expect("it is recorded");
    assert_eq!(recording.start().expect_err("the disk is at work").code, ErrorCode::WrongState);
    assert!(recording.is_busy());
    assert!(
        recording.finished(first, length, 4_100_000) && !recording.finished(first, length, 4_100_000),
        "it ends once"
    );
    let shown = recording.shown();
    assert_eq!((shown.state, shown.file.as_deref(), shown.seconds), (State::Stopped, Some("/v/a.mp4"), 13));
    let second = recording.start().expect("it ended");
    recording.began(first, "/v/late.mp4".into(), None);
    assert!(!recording.failed(first, "late".into()) && !recording.can_begin(first, None), "words of the one before");
    assert!(recording.failed(second, "The disk is full.".into()));
    assert_eq!(recording.shown().message.as_deref(), Some("The disk is full."));
}

#[test]
fn one_that_is_called_off_before_it_begins_never_does() {
    let mut recording = Recording::default();
    let number = recording.start().expect("nothing is recorded");
    recording.stop().expect("it was to begin");
    assert_eq!(state(&recording), State::Off);
    assert!(!recording.can_begin(number, None) && !recording.is_on());
}

#[test]
fn what_is_missing_is_said_in_numbers_and_that_the_broadcast_has_it() {
    let mut recording = Recording::default();
    let number = recording.start().expect("nothing is recorded");
    recording.can_begin(number, None);
    recording.began(number, "/v/a.mp4".into(), None);
    let dropped = Dropped { pictures: 45, sounds: 30 };
    recording.reached(Reached { dropped, ..Reached::default() });
    let said = recording.shown().message.expect("something is missing");
    assert!(said.contains("45 pictures and 0.6 s of sound") && said.contains("nothing from the broadcast"), "{said}");
    recording.stop().expect("it is recorded");
    recording.finished(number, Duration::ZERO, 0);
    assert_eq!(recording.shown().message, Some(said), "it is still said when it ended");
}

#[test]
fn what_cannot_be_mended_now_may_be_later_and_what_never_can_is_forgotten() {
    let mut recording = Recording::default();
    assert!(recording.to_mend(None).is_err());
    let found = ["/v/a.mp4", "/v/b.mp4", "/v/c.mp4"].map(|file| Unfinished { file: file.into(), bytes: 7 });
    recording.found(found.to_vec());
    assert_eq!(recording.to_mend(None).expect("three are").len(), 3);
    let files = |recording: &Recording| recording.unfinished().into_iter().map(|one| one.file).collect::<Vec<_>>();
    let mended = Mended { file: "/v/a.mp4".into(), duration: Duration::from_secs(61), bytes: 7 };
    let (events, error) = recording.mended("/v/a.mp4".as_ref(), Ok(mended));
    assert!(matches!(&events[..], [Event::RecordingMended { seconds: 61, .. }, Event::UnfinishedRecordings { .. }]));
    assert_eq!(error, None);
    let (events, error) = recording.mended("/v/b.mp4".as_ref(), Err(MendError::Disk("It can only be read.".into())));
    assert_eq!((events, error.as_deref()), (vec![], Some("It can only be read.")));
    assert_eq!(files(&recording), ["/v/b.mp4", "/v/c.mp4"]);
    let (_, error) = recording.mended("/v/c.mp4".as_ref(), Err(MendError::Gone("/v/c.mp4".into())));
    assert!(error.is_some_and(|error| error.contains("not there any more")));
    assert_eq!(files(&recording), ["/v/b.mp4"]);
}
