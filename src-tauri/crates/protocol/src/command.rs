//! What the panel and scripts may ask of the program.

use crate::{
    Channels, ChatFormat, ChatMode, MessageId, RelayId, RelaySecrets, Secret, SettingsChange, SourceGiven, StripId,
    ViewerId,
};
use serde::{Deserialize, Deserializer, Serialize};

/// What the broadcaster may ask: by a click in the panel, or by one JSON object a line on the stdin of
/// `skylark headless`: `{"command":"kick","viewer":7,"reason":"spoilers"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Start the broadcast; the link stays the one it was. Out of a rehearsal it is live at once.
    GoLive,
    /// Have everything run as live, for whoever has a private link that is made for this once and nobody else; or end that.
    Rehearse {
        /// Rehearsing.
        on: bool,
    },
    /// End the broadcast. The program stays, the link answers that nothing is live.
    End,
    /// End the broadcast and the program.
    Quit,
    /// Remove a viewer for this broadcast.
    Kick {
        /// Who.
        viewer: ViewerId,
        /// Shown to the viewer.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Remove a viewer, and refuse the browser and the address, until lifted.
    Ban {
        /// Who; a kicked viewer may be banned too.
        viewer: ViewerId,
        /// Shown to the viewer.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Refuse an address for this broadcast; who is watching from there stays, and may return.
    Block {
        /// As [`crate::Event::Attempts`] tells it; IPv6: the /64.
        address: String,
    },
    /// Undo a kick, a ban, a block or a refusal.
    Forgive {
        /// The id that was removed.
        viewer: ViewerId,
    },
    /// Let nobody new in, or again.
    Lock {
        /// Locked.
        on: bool,
    },
    /// Have who comes wait until somebody lets it in, or not any more. Those watching stay.
    WaitingRoom {
        /// There is one.
        on: bool,
    },
    /// Let one in who knocks.
    Admit {
        /// Who.
        viewer: ViewerId,
    },
    /// Let all in who knock now.
    AdmitAll,
    /// Of those who knock now, let those in who watched before, since the program was started.
    AdmitKnown,
    /// Do not let one in who knocks, for this broadcast.
    Refuse {
        /// Who.
        viewer: ViewerId,
        /// Shown to who knocks.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Make a link for one guest; answered by [`crate::Event::GuestLink`].
    MakeGuestLink {
        /// What the guest is called, in its row too: 32 characters.
        name: String,
        /// It ends after so many seconds; none: when it is revoked.
        #[serde(default)]
        expires_s: Option<u32>,
        /// So many devices may watch by it at one time, at least one; none: any number.
        #[serde(default)]
        devices: Option<u32>,
    },
    /// End a guest's link; who watches by it goes.
    RevokeGuestLink {
        /// As it was made.
        name: String,
    },
    /// Ask everybody who comes for a word, or nobody for any. Those watching stay.
    Passcode {
        /// The word; null: none.
        #[serde(deserialize_with = "said")]
        text: Option<Secret>,
    },
    /// Retire the watch link and make a new one. Those watching stay.
    NewLink,
    /// Put another of this machine's addresses into the link.
    SetAddress {
        /// One of [`crate::Links::addresses`].
        host: String,
    },
    /// Take the picture from something else, live or not.
    SetSource {
        /// In full, or as on the command line.
        source: SourceGiven,
    },
    /// Show a screen and a camera together, live or not.
    SetScene {
        /// As on the command line, or `off`.
        scene: String,
    },
    /// Show in full what stands small, and the other way around.
    SwapScene,
    /// The same as `set_source` for cameras, as it was called before there were other sources.
    SetCamera {
        /// `pattern`, `off`, a camera's name or its index.
        camera: String,
    },
    /// Switch the microphone, live or not.
    SetMicrophone {
        /// `tone`, `off` or a microphone's name.
        microphone: String,
    },
    /// Listen to one more microphone beside the first, live or not: it has a strip of its own.
    AddMicrophone {
        /// Its name.
        microphone: String,
    },
    /// Listen to one of those no more; its strip goes.
    RemoveMicrophone {
        /// Not the first.
        strip: StripId,
    },
    /// Change a strip of the mixer, live or not, and keep it; what is absent stays as it is.
    SetStrip {
        /// Which.
        strip: StripId,
        /// Decibels, -40 to 20; 0: as it comes.
        #[serde(default)]
        gain_db: Option<f32>,
        /// Not heard. Of a microphone that is the only one it is what `mute_microphone` says.
        #[serde(default)]
        mute: Option<bool>,
        /// `auto`, `left`, `right`, `mono`, `stereo`, or the number of an input.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "string | null"))]
        channels: Option<Channels>,
        /// Take noise that goes on and on out of a microphone's sound, which comes 20 ms later then.
        #[serde(default)]
        noise_suppression: Option<bool>,
        /// Shut a microphone off while nobody speaks.
        #[serde(default)]
        gate: Option<bool>,
        /// What opens the gate, dBFS, -70 to -10.
        #[serde(default)]
        gate_db: Option<f32>,
        /// Listen to another microphone: its name. Of the first it is the same as `set_microphone`; of the desktop it is a program that is to be
        /// heard alone, or `everything`.
        #[serde(default)]
        device: Option<String>,
        /// The broadcaster listens to it, and not to the whole mix. Viewers hear the same as before.
        #[serde(default)]
        solo: Option<bool>,
    },
    /// Listen to what viewers hear, or to the strips that are `solo`, on an output of this computer.
    SetHeadphones {
        /// `default`, the name of an output, or null: nobody listens.
        output: Option<String>,
    },
    /// Send silence in the place of all microphones' sound, or send it again.
    MuteMicrophone {
        /// Muted.
        on: bool,
    },
    /// Send a card with the title in the place of the camera's picture, or send that again. The sound goes on.
    CameraOff {
        /// Off.
        on: bool,
    },
    /// Send a card and silence for a while, or go on as before; while live. The chat goes on.
    BeRightBack {
        /// Away.
        on: bool,
    },
    /// Look for cameras, microphones, screens and windows again; answered by [`crate::Event::Devices`].
    ListDevices,
    /// Record the broadcast, from now on or from its beginning.
    Record {
        /// A file, or a folder; absent: the settings' folder.
        #[serde(default)]
        path: Option<String>,
    },
    /// End the recording; the broadcast goes on.
    StopRecording,
    /// Mark this moment of the recording: it becomes a chapter.
    Mark {
        /// The chapter's title.
        #[serde(default)]
        text: Option<String>,
    },
    /// Make a recording whole that was not finished.
    MendRecording {
        /// One of [`crate::Snapshot::unfinished_recordings`], or any other that Skylark began; absent: all of those.
        #[serde(default)]
        file: Option<String>,
    },
    /// Hand the stream to an engine as well, now and whenever it is live, until it is stopped or the program ends.
    Relay {
        /// `whip+https://HOST[:PORT]/PATH`, `janus+wss://HOST[:PORT]/ROOM`, `janus-rtp+https://HOST[:PORT]/NAME`,
        /// `livekit+wss://HOST[:PORT]/ROOM`, `mediasoup+https://HOST[:PORT]/NAME` or `jitsi+https://HOST[:PORT]/NAME`.
        url: String,
        /// What it is told and nobody else.
        #[serde(default)]
        secrets: RelaySecrets,
    },
    /// Take the stream away from an engine, and forget it.
    StopRelay {
        /// Which.
        relay: RelayId,
    },
    /// Change settings and keep them.
    Configure {
        /// What changes.
        settings: SettingsChange,
    },
    /// Write to everybody.
    Say {
        /// At most 500 characters.
        text: String,
        /// A message that it answers.
        #[serde(default)]
        reply_to: Option<MessageId>,
    },
    /// Take a message out of the chat.
    DeleteMessage {
        /// Which.
        message: MessageId,
    },
    /// Take all out that a viewer wrote.
    DeleteMessages {
        /// Who.
        viewer: ViewerId,
    },
    /// Undo a deletion.
    RestoreMessages {
        /// As [`crate::Event::ChatDeleted`] told them.
        messages: Vec<MessageId>,
    },
    /// Let a viewer read only.
    Mute {
        /// Who.
        viewer: ViewerId,
        /// For so long; none: until `unmute`.
        #[serde(default)]
        seconds: Option<u32>,
    },
    /// Let a viewer write: after a mute, and while only admitted names may.
    Unmute {
        /// Who.
        viewer: ViewerId,
    },
    /// Least time between two messages of a viewer.
    SlowMode {
        /// 0: off.
        seconds: u32,
    },
    /// Who may write.
    Chat {
        /// From now on.
        mode: ChatMode,
    },
    /// Have one message stand above all others, or none.
    Pin {
        /// Which; null: none.
        message: Option<MessageId>,
    },
    /// What viewers may not write: whole words, in any case and in common disguises.
    UnwantedWords {
        /// All of them; what was there before is not.
        words: Vec<String>,
    },
    /// Whether viewers may send links.
    LinksInChat {
        /// They may.
        on: bool,
    },
    /// Write the chat into a file; answered by [`crate::Event::ChatSaved`].
    SaveChat {
        /// A file that is not there yet; none: one in the data folder.
        #[serde(default)]
        path: Option<String>,
        /// As what.
        format: ChatFormat,
    },
    /// Tell how it went in the last hour; answered by [`crate::Event::History`].
    History {
        /// Only what came after this, milliseconds since the Unix epoch; none: all that is kept.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
        since: Option<u64>,
    },
    /// Write how it went in the last hour into a file, as comma-separated values; answered by [`crate::Event::HistorySaved`].
    SaveHistory {
        /// A file that is not there yet; none: one in the data folder.
        #[serde(default)]
        path: Option<String>,
    },
    /// Take a viewer's hand down.
    LowerHand {
        /// Who.
        viewer: ViewerId,
    },
}

/// A field that may be null and has to be there: who leaves the word out by mistake does not open the door.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_taken_away_by_null_only_and_never_printed() {
        let read = |line: &str| serde_json::from_str::<Command>(line);
        let none = read(r#"{"command":"passcode","text":null}"#).expect("null takes it away");
        assert_eq!(none, Command::Passcode { text: None });
        assert!(read(r#"{"command":"passcode"}"#).is_err());
        let some = read(r#"{"command":"passcode","text":"sesame"}"#).expect("a word");
        assert!(!format!("{some:?}").contains("sesame"));
    }
}
