//! Events as sentences, for a person who reads them in a terminal. What only a program would want is left out there.

use protocol::{
    Event, FindingCode, GuestLink, Knock, KnockEnd, LeaveReason, Outside, Recording, RecordingState, Rehearsal,
    Removal, RemovedViewer, SoundTrouble, SourceKind, SourceName, SourceState, UnfinishedRecording, Viewer,
};

/// The sentence of an event with its end of line, or nothing where it says a person nothing. `columns`: of the terminal, where it tells.
pub(super) fn words(event: &Event, columns: impl FnOnce() -> Option<usize>) -> Option<String> {
    let sentence = match event {
        Event::Live { watch, .. } => {
            // Broken into pieces no reader takes it, and the link is pushed away.
            let code = studio::qr_for_terminal(watch, columns()).map(|code| code + "\n").unwrap_or_default();
            return Some(format!("Live. Share this link: {watch}\n\n{code}Ctrl+C ends the broadcast.\n"));
        }
        Event::Ended => "The broadcast is over.".to_owned(),
        Event::ViewerJoined { viewer } => format!("{} watches.", name(viewer)),
        Event::ViewerMoved { viewer, relay: Some(relay) } => format!("Viewer {viewer} goes on at relay {relay}."),
        Event::ViewerMoved { viewer, relay: None } => format!("Viewer {viewer} goes on here."),
        Event::ViewerLeft { viewer, reason } => format!("Viewer {viewer} is gone: {}.", why(*reason)),
        Event::Count { watching, peak } => format!("{watching} watching, {peak} at most so far."),
        Event::Removed { viewer } => removed(viewer),
        Event::Forgiven { viewer } => format!("Viewer {viewer} may come in again."),
        Event::Attempts { address, count, .. } => {
            format!("{count} attempts to watch from {address} came to nothing.")
        }
        Event::Outside { outside } => waits(outside)?,
        Event::WaitingRoom { on: true } => "Who comes waits until you let them in.".to_owned(),
        Event::WaitingRoom { on: false } => "Nobody waits to be let in any more.".to_owned(),
        Event::Knock { viewer } => knocks(viewer),
        Event::KnockLeft { viewer, reason: KnockEnd::Left } => format!("{viewer} does not knock any more."),
        Event::GuestLink(GuestLink { name, watch, .. }) => format!("The link for {name} is: {watch}"),
        Event::GuestLinkEnded { name } => format!("The link for {name} is over."),
        Event::Passcode { on: true } => "Who comes is asked for the passcode.".to_owned(),
        Event::Passcode { on: false } => "Nobody is asked for a passcode any more.".to_owned(),
        Event::Lock { on: true } => "Locked: nobody new is let in.".to_owned(),
        Event::Lock { on: false } => "Unlocked: who has the link is let in.".to_owned(),
        Event::Links { links } => format!("The link is: {}", links.watch),
        Event::MuteMicrophone { on: true } => "The microphone is muted.".to_owned(),
        Event::MuteMicrophone { on: false } => "The microphone is not muted any more.".to_owned(),
        Event::CameraOff { on: true } => "The camera is off; a card is sent.".to_owned(),
        Event::CameraOff { on: false } => "The camera is not switched off any more.".to_owned(),
        Event::BeRightBack { on: true } => "You are away: a card and silence are sent.".to_owned(),
        Event::BeRightBack { on: false } => "You are back.".to_owned(),
        Event::Camera { state } => source("Camera", state)?,
        // A camera, and whatever stands in its place, is told as one.
        Event::Source { source: SourceName { kind: SourceKind::Screen, .. }, state } => source("Screen", state)?,
        Event::Source { source: SourceName { kind: SourceKind::Window, .. }, state } => source("Window", state)?,
        Event::Source { source: SourceName { kind: SourceKind::Image, .. }, state } => source("Image", state)?,
        Event::Microphone { state } => source("Microphone", state)?,
        Event::Sound { trouble } => sound(*trouble).to_owned(),
        Event::Recording { recording } => recorded(recording)?,
        Event::UnfinishedRecordings { files } if !files.is_empty() => unfinished(files),
        Event::RecordingMended { file, .. } => format!("{file} is whole now."),
        Event::Error { message, .. } => message.to_string(),
        // Figures once a second, answers to questions of programs, and what the sentences above have said already.
        _ => return None,
    };
    Some(plain(&sentence) + "\n")
}

/// The link of a rehearsal that begins, and of what was found in it what is other than before; or that it is over.
pub(super) fn rehearsal(now: Option<&Rehearsal>, before: &[FindingCode]) -> Option<String> {
    let Some(Rehearsal { watch, findings, .. }) = now else { return Some("The rehearsal is over.\n".to_owned()) };
    if findings.is_empty() {
        let how = "Nobody sees it without this private link. {\"command\":\"go_live\"} goes live, Ctrl+C ends it.";
        return Some(format!("Rehearsal. Open this link, here or on a phone: {watch}\n\n{how}\n"));
    }
    let news = findings.iter().filter(|finding| !before.contains(&finding.code));
    let news: String = news.map(|finding| plain(&finding.message) + "\n").collect();
    (!news.is_empty()).then_some(news)
}

fn name(viewer: &Viewer) -> String {
    let guest = viewer.guest.as_ref().map(|guest| format!("{guest}, ")).unwrap_or_default();
    format!("Viewer {} ({guest}{}, {})", viewer.id, viewer.browser, viewer.address)
}

/// "7 (Anna, Firefox, Android, 10.0.0.7) knocks."
fn knocks(knock: &Knock) -> String {
    let Knock { id, name, browser, address, was_here, .. } = knock;
    let name = name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    let before = if *was_here { ", and was here before" } else { "" };
    format!("{id} ({name}{browser}, {address}) knocks{before}.")
}

/// "4 waiting. 2 turned away since you locked." Nothing where nobody is outside.
fn waits(Outside { waiting, turned_away, no_room }: &Outside) -> Option<String> {
    let told = [(waiting, "waiting."), (turned_away, "turned away since you locked."), (no_room, "found no room.")];
    let said: Vec<String> =
        told.into_iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn sound(trouble: Option<SoundTrouble>) -> &'static str {
    match trouble {
        Some(SoundTrouble::Zeros) => {
            "The microphone delivers nothing but silence: look for a switch on it, or whether the system mutes it, or choose another one."
        }
        Some(SoundTrouble::Silence) => {
            "Nothing has been heard for 10 seconds: speak up, or make the microphone louder."
        }
        Some(SoundTrouble::Clipping) => {
            "The microphone is too loud and sounds distorted: turn it down in the system's sound settings, or move away from it."
        }
        None => "The sound is well again.",
    }
}

fn why(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Left => "the page was closed",
        LeaveReason::Timeout => "nothing was heard any more",
        LeaveReason::Kicked => "kicked",
        LeaveReason::Banned => "banned",
        LeaveReason::Ended => "the broadcast ended",
    }
}

fn removed(viewer: &RemovedViewer) -> String {
    let how = match viewer.removal {
        Removal::Kicked => "is kicked, for this broadcast",
        Removal::Banned => "is banned, until you forgive it",
        Removal::Blocked => "is blocked by address, for this broadcast",
        Removal::Refused => "is not let in, for this broadcast",
    };
    format!("Viewer {} ({}, {}) {how}.", viewer.id, viewer.browser, viewer.address)
}

fn source(what: &str, state: &SourceState) -> Option<String> {
    match state {
        SourceState::Off => Some(format!("{what}: off.")),
        SourceState::Opening { .. } => None,
        SourceState::Running { id, format } => Some(format!("{what}: {id}, {format}.")),
        SourceState::Failed { message, .. } => Some(format!("{what}: {message}")),
    }
}

/// Where it is recorded to, and what was, once each.
fn recorded(recording: &Recording) -> Option<String> {
    let Recording { state, file, seconds, bytes, .. } = recording;
    let file = file.as_deref()?;
    match state {
        RecordingState::Recording if *bytes == 0 => Some(format!("Recording to {file}.")),
        RecordingState::Stopped => {
            Some(format!("Recorded to {file}: {}:{:02} min, {} MB.", seconds / 60, seconds % 60, bytes / 1_000_000))
        }
        _ => None,
    }
}

fn unfinished(files: &[UnfinishedRecording]) -> String {
    let names: Vec<&str> = files.iter().map(|unfinished| unfinished.file.as_str()).collect();
    format!("Not finished: {}. They play; {{\"command\":\"mend_recording\"}} makes them whole.", names.join(", "))
}

/// Without what a terminal would take for an order: names of devices and browsers are strangers' words.
fn plain(sentence: &str) -> String {
    sentence.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorCode;

    fn live() -> Event {
        let watch = "http://192.168.1.20:8787/w/q5Qe3mXbNn1hT9wV0zYc4A".to_owned();
        Event::Live { whep: watch.replace("/w/", "/whep/"), watch, port: 8787 }
    }

    fn said(event: &Event) -> Option<String> {
        words(event, || None)
    }

    #[test]
    fn live_is_a_sentence_with_the_link_and_the_code_and_fits_on_a_screen() {
        let said = said(&live()).expect("it is said");
        let code = studio::qr_for_terminal("http://192.168.1.20:8787/w/q5Qe3mXbNn1hT9wV0zYc4A", None).expect("it fits");
        assert!(
            said.starts_with("Live. Share this link: http://192.168.1.20:8787/w/q5Qe3mXbNn1hT9wV0zYc4A\n"),
            "{said}"
        );
        assert!(said.ends_with("\nCtrl+C ends the broadcast.\n"), "{said}");
        assert!(said.contains(&code), "{said}");
        assert_eq!(words(&live(), || Some(80)).as_ref(), Some(&said));
        let narrow = words(&live(), || Some(20)).expect("it is said");
        assert_eq!(narrow, said.replace(&format!("{code}\n"), ""), "a code of more columns than there are is none");
        assert!(said.lines().count() <= 26, "{} lines", said.lines().count());
        assert!(!said.contains("svg") && !said.contains('{'), "{said}");
    }

    #[test]
    fn what_happens_is_said_in_a_line_and_figures_are_not() {
        let count = Event::Count { watching: 2, peak: 5 };
        assert_eq!(said(&count).as_deref(), Some("2 watching, 5 at most so far.\n"));
        assert_eq!(said(&Event::Viewers { viewers: Vec::new() }), None);
        let outside = |waiting, turned_away| Event::Outside { outside: Outside { waiting, turned_away, no_room: 0 } };
        assert_eq!(said(&outside(4, 2)).as_deref(), Some("4 waiting. 2 turned away since you locked.\n"));
        assert_eq!(said(&outside(0, 0)), None);
        let running = SourceState::Running { id: "pattern".into(), format: "1280x720, 30 fps".into() };
        let camera = said(&Event::Camera { state: running });
        assert_eq!(camera.as_deref(), Some("Camera: pattern, 1280x720, 30 fps.\n"));
        assert_eq!(said(&Event::MuteMicrophone { on: true }).as_deref(), Some("The microphone is muted.\n"));
        assert_eq!(said(&Event::Sound { trouble: None }).as_deref(), Some("The sound is well again.\n"));
    }

    #[test]
    fn a_stranger_s_words_give_the_terminal_no_orders() {
        let message = "There is no camera \"\x1b]0;owned\x07\".".into();
        let said = said(&Event::Error { code: ErrorCode::BadCommand, message }).expect("it is said");
        assert_eq!(said, "There is no camera \"\u{fffd}]0;owned\u{fffd}\".\n");
    }
}
