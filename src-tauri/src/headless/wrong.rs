//! What is said about a line that is no command: what was expected, with an example.

use super::stdin::{MAX_LINE, Unread};
use protocol::Command;
use serde_json::{Map, Value};

/// Each command as it may be given, with all it can take.
const EXAMPLES: [(&str, &str); 54] = [
    ("go_live", r#"{"command":"go_live"}"#),
    ("end", r#"{"command":"end"}"#),
    ("quit", r#"{"command":"quit"}"#),
    ("rehearse", r#"{"command":"rehearse","on":true}"#),
    ("kick", r#"{"command":"kick","viewer":7,"reason":"spoilers"}"#),
    ("ban", r#"{"command":"ban","viewer":7,"reason":"spoilers"}"#),
    ("block", r#"{"command":"block","address":"203.0.113.7"}"#),
    ("forgive", r#"{"command":"forgive","viewer":7}"#),
    ("lock", r#"{"command":"lock","on":true}"#),
    ("waiting_room", r#"{"command":"waiting_room","on":true}"#),
    ("admit", r#"{"command":"admit","viewer":7}"#),
    ("admit_all", r#"{"command":"admit_all"}"#),
    ("admit_known", r#"{"command":"admit_known"}"#),
    ("refuse", r#"{"command":"refuse","viewer":7,"reason":"members only"}"#),
    ("make_guest_link", r#"{"command":"make_guest_link","name":"Anna","expires_s":7200,"devices":1}"#),
    ("revoke_guest_link", r#"{"command":"revoke_guest_link","name":"Anna"}"#),
    ("passcode", r#"{"command":"passcode","text":"three words together"}"#),
    ("new_link", r#"{"command":"new_link"}"#),
    ("set_address", r#"{"command":"set_address","host":"192.168.1.20"}"#),
    ("set_source", r#"{"command":"set_source","source":{"kind":"screen","id":"1"}}"#),
    ("set_scene", r#"{"command":"set_scene","scene":"screen+camera:bottom-right"}"#),
    ("swap_scene", r#"{"command":"swap_scene"}"#),
    ("set_camera", r#"{"command":"set_camera","camera":"pattern"}"#),
    ("set_microphone", r#"{"command":"set_microphone","microphone":"tone"}"#),
    ("add_microphone", r#"{"command":"add_microphone","microphone":"Blue Yeti"}"#),
    ("remove_microphone", r#"{"command":"remove_microphone","strip":"microphone2"}"#),
    ("set_strip", r#"{"command":"set_strip","strip":"desktop","gain_db":-6,"mute":false}"#),
    ("set_headphones", r#"{"command":"set_headphones","output":"default"}"#),
    ("mute_microphone", r#"{"command":"mute_microphone","on":true}"#),
    ("camera_off", r#"{"command":"camera_off","on":true}"#),
    ("be_right_back", r#"{"command":"be_right_back","on":true}"#),
    ("list_devices", r#"{"command":"list_devices"}"#),
    ("record", r#"{"command":"record","path":"/home/anna/Videos/Sunday.mp4"}"#),
    ("stop_recording", r#"{"command":"stop_recording"}"#),
    ("mark", r#"{"command":"mark","text":"The choir"}"#),
    ("mend_recording", r#"{"command":"mend_recording","file":"/home/anna/Videos/Sunday.mp4"}"#),
    ("relay", r#"{"command":"relay","url":"whip+https://example.org/whip/me","secrets":{"bearer":"…"}}"#),
    ("stop_relay", r#"{"command":"stop_relay","relay":1}"#),
    ("configure", r#"{"command":"configure","settings":{"title":"Match","max_viewers":50}}"#),
    ("say", r#"{"command":"say","text":"Welcome!","reply_to":1764412800007}"#),
    ("delete_message", r#"{"command":"delete_message","message":1764412800007}"#),
    ("delete_messages", r#"{"command":"delete_messages","viewer":7}"#),
    ("restore_messages", r#"{"command":"restore_messages","messages":[1764412800007]}"#),
    ("mute", r#"{"command":"mute","viewer":7,"seconds":60}"#),
    ("unmute", r#"{"command":"unmute","viewer":7}"#),
    ("slow_mode", r#"{"command":"slow_mode","seconds":10}"#),
    ("chat", r#"{"command":"chat","mode":"everyone"}"#),
    ("pin", r#"{"command":"pin","message":1764412800007}"#),
    ("unwanted_words", r#"{"command":"unwanted_words","words":["spoiler"]}"#),
    ("links_in_chat", r#"{"command":"links_in_chat","on":false}"#),
    ("save_chat", r#"{"command":"save_chat","path":"chat.txt","format":"text"}"#),
    ("history", r#"{"command":"history","since":1764412800000}"#),
    ("save_history", r#"{"command":"save_history","path":"evening.csv"}"#),
    ("lower_hand", r#"{"command":"lower_hand","viewer":7}"#),
];

/// The command of a line, or what is wrong with it, for a person.
pub(super) fn command(line: Result<String, Unread>) -> Result<Command, String> {
    let line = line.map_err(|unread| match unread {
        Unread::TooLong => format!("A line is longer than {} KiB, so none of it was read.", MAX_LINE / 1024),
        Unread::NotUtf8 => "A line is no UTF-8, so none of it was read. Write it in UTF-8.".to_owned(),
    })?;
    let whole = r#"A command is a JSON object on one line: {"command":"kick","viewer":7}"#;
    let object: Map<String, Value> =
        serde_json::from_str(&line).map_err(|_| format!("This line is no JSON object. {whole}"))?;
    let Some(name) = object.get("command").and_then(Value::as_str) else {
        return Err(format!("This line does not say which command it is. {whole}"));
    };
    let Some((_, example)) = EXAMPLES.iter().find(|(known, _)| *known == name) else {
        let known = EXAMPLES.map(|(known, _)| known).join(", ");
        return Err(format!("There is no command \"{}\". There are: {known}.", short(name)));
    };
    serde_json::from_value(Value::Object(object.clone())).map_err(|_| {
        let known: Map<String, Value> = serde_json::from_str(example).expect("the examples are commands");
        let odd = object.keys().find(|key| !known.contains_key(*key));
        let odd = odd.map(|key| format!(" It has no \"{}\".", short(key))).unwrap_or_default();
        format!("The command {name} is given like this: {example}.{odd}")
    })
}

/// As much of a stranger's word as fits into a message.
fn short(word: &str) -> String {
    word.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does not compile when a command comes that has no example.
    fn name(command: &Command) -> &'static str {
        match command {
            Command::GoLive => "go_live",
            Command::Rehearse { .. } => "rehearse",
            Command::End => "end",
            Command::Quit => "quit",
            Command::Kick { .. } => "kick",
            Command::Ban { .. } => "ban",
            Command::Block { .. } => "block",
            Command::Forgive { .. } => "forgive",
            Command::Lock { .. } => "lock",
            Command::WaitingRoom { .. } => "waiting_room",
            Command::Admit { .. } => "admit",
            Command::AdmitAll => "admit_all",
            Command::AdmitKnown => "admit_known",
            Command::Refuse { .. } => "refuse",
            Command::MakeGuestLink { .. } => "make_guest_link",
            Command::RevokeGuestLink { .. } => "revoke_guest_link",
            Command::Passcode { .. } => "passcode",
            Command::NewLink => "new_link",
            Command::SetAddress { .. } => "set_address",
            Command::SetSource { .. } => "set_source",
            Command::SetScene { .. } => "set_scene",
            Command::SwapScene => "swap_scene",
            Command::SetCamera { .. } => "set_camera",
            Command::SetMicrophone { .. } => "set_microphone",
            Command::AddMicrophone { .. } => "add_microphone",
            Command::RemoveMicrophone { .. } => "remove_microphone",
            Command::SetStrip { .. } => "set_strip",
            Command::SetHeadphones { .. } => "set_headphones",
            Command::MuteMicrophone { .. } => "mute_microphone",
            Command::CameraOff { .. } => "camera_off",
            Command::BeRightBack { .. } => "be_right_back",
            Command::ListDevices => "list_devices",
            Command::Record { .. } => "record",
            Command::StopRecording => "stop_recording",
            Command::Mark { .. } => "mark",
            Command::MendRecording { .. } => "mend_recording",
            Command::Relay { .. } => "relay",
            Command::StopRelay { .. } => "stop_relay",
            Command::Configure { .. } => "configure",
            Command::Say { .. } => "say",
            Command::DeleteMessage { .. } => "delete_message",
            Command::DeleteMessages { .. } => "delete_messages",
            Command::RestoreMessages { .. } => "restore_messages",
            Command::Mute { .. } => "mute",
            Command::Unmute { .. } => "unmute",
            Command::SlowMode { .. } => "slow_mode",
            Command::Chat { .. } => "chat",
            Command::Pin { .. } => "pin",
            Command::UnwantedWords { .. } => "unwanted_words",
            Command::LinksInChat { .. } => "links_in_chat",
            Command::SaveChat { .. } => "save_chat",
            Command::History { .. } => "history",
            Command::SaveHistory { .. } => "save_history",
            Command::LowerHand { .. } => "lower_hand",
        }
    }

    #[test]
    fn the_examples_are_commands() {
        for (known, example) in EXAMPLES {
            assert_eq!(command(Ok(example.to_owned())).as_ref().map(name), Ok(known));
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_our_own_words_with_an_example() {
        for (line, words) in [
            (
                "nonsense",
                r#"This line is no JSON object. A command is a JSON object on one line: {"command":"kick","viewer":7}"#,
            ),
            ("[]", r#"This line is no JSON object."#),
            ("{}", "does not say which command"),
            (r#"{"command":"dance"}"#, r#"There is no command "dance". There are: go_live, end,"#),
            (r#"{"command":"kick"}"#, r#"given like this: {"command":"kick","viewer":7,"reason":"spoilers"}."#),
            (r#"{"command":"kick","viewer":"Anna"}"#, r#"like this: {"command":"kick","viewer":7"#),
            (r#"{"command":"lock","on":true,"off":false}"#, r#"It has no "off"."#),
            (r#"{"command":"configure","settings":{"color":1}}"#, "The command configure is given like this"),
        ] {
            let said = command(Ok(line.to_owned())).expect_err(line);
            assert!(said.contains(words), "{line}: {said}");
            assert!(!said.contains("line 1 column"), "{said}");
        }
        assert_eq!(
            command(Err(Unread::TooLong)),
            Err("A line is longer than 64 KiB, so none of it was read.".to_owned())
        );
        assert!(command(Err(Unread::NotUtf8)).is_err_and(|said| said.contains("in UTF-8")));
    }
}
