//! What the panel and scripts are told while the program runs.

use crate::{
    Capacity, ChatMode, Devices, ErrorCode, FailureCode, GuestLink, Headphones, HistoryPoint, Knock, KnockEnd,
    LeaveReason, Links, MessageId, Outside, Phase, Recording, Rehearsal, Relay, RelayId, RemovedViewer, Rid, Settings,
    SharedMessage, SoundTrouble, SourceName, SourceState, StreamStats, Strip, StripId, UnfinishedRecording, Viewer,
    ViewerId, ViewerStats,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use words::{Key, Said};

/// What happened. The panel gets a [`crate::Snapshot`] first and these after it; `skylark headless` prints one a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The broadcast runs and can be watched.
    Live {
        /// The link to share.
        watch: String,
        /// The WHEP endpoint.
        whep: String,
        /// TCP and UDP.
        port: u16,
    },
    /// The broadcast is over; the program goes on.
    Ended,
    /// The broadcast moved on to another state.
    Phase {
        /// Where it is now.
        phase: Phase,
    },
    /// A rehearsal began, or once a second: what was found about it. Who watches by its link is no viewer.
    Rehearsal {
        /// As it is now; null: it is over.
        rehearsal: Option<Rehearsal>,
    },
    /// Media flows to a new viewer.
    ViewerJoined {
        /// Who.
        viewer: Viewer,
    },
    /// Somebody who watched here or at a relay a moment ago watches elsewhere now. Told after [`Event::ViewerJoined`], as coming
    /// back makes a new viewer.
    ViewerMoved {
        /// Who it is now.
        viewer: ViewerId,
        /// Where it watches now; null: here.
        relay: Option<RelayId>,
    },
    /// A viewer is gone, and all it held is freed.
    ViewerLeft {
        /// Who.
        viewer: ViewerId,
        /// Why.
        reason: LeaveReason,
    },
    /// A viewer holds another layer than before, or none.
    Quality {
        /// Who.
        viewer: ViewerId,
        /// Which; null: what it is sent is chosen by what its line carries.
        layer: Option<Rid>,
    },
    /// How the viewers' connections do; once a second while any is there. Those that did not change may be missing.
    Viewers {
        /// By viewer.
        viewers: Vec<(ViewerId, ViewerStats)>,
    },
    /// How many are watching.
    Count {
        /// Now.
        watching: u32,
        /// The most at one time in this broadcast.
        peak: u32,
    },
    /// Somebody was removed.
    Removed {
        /// Who, how and why.
        viewer: RemovedViewer,
    },
    /// A kick, a ban or a block was undone.
    Forgiven {
        /// The id that was removed.
        viewer: ViewerId,
    },
    /// Somebody tries: many joins from an address came to nothing, because no check ever followed. Once in ten seconds of one
    /// address while it goes on, and once a second of any.
    Attempts {
        /// IP address, without port; IPv6: one of the /64 that is counted together.
        address: String,
        /// So many since it was last quiet.
        count: u32,
        /// [`crate::Command::Block`] can refuse it: it is not this computer's own.
        blockable: bool,
    },
    /// Somebody who may watch was shown nothing: because of the offer that was sent, or for what the page's browser came to. Ten at once and one
    /// a second are told.
    FailedJoin {
        /// IP address, without port.
        address: String,
        /// As in [`Viewer::browser`].
        browser: String,
        /// What is wrong, for people.
        reason: String,
        /// The reason by its key; none where the browser's code says it.
        #[serde(flatten)]
        by: Key,
        /// What the browser came to; none where it was the offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        code: Option<FailureCode>,
        /// Whether a connectivity check of its arrived here; none where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        arrived: Option<bool>,
    },
    /// Who waits or was turned away changed; once a second at most.
    Outside {
        /// As it is now.
        outside: Outside,
    },
    /// The lock changed.
    Lock {
        /// Locked: nobody new is let in.
        on: bool,
    },
    /// Who comes waits until somebody lets it in, or not any more.
    WaitingRoom {
        /// There is one.
        on: bool,
    },
    /// Somebody knocks; once more when it says another name.
    Knock {
        /// Who.
        viewer: Knock,
    },
    /// A knock is over.
    KnockLeft {
        /// Whose.
        viewer: ViewerId,
        /// How.
        reason: KnockEnd,
    },
    /// A guest's link was made, or is another one as the address in it changed.
    GuestLink(GuestLink),
    /// A guest's link is over: revoked, or its time has come.
    GuestLinkEnded {
        /// Whose.
        name: String,
    },
    /// Who comes is asked for a passcode, for another one, or not any more.
    Passcode {
        /// There is one.
        on: bool,
    },
    /// The link or the addresses changed.
    Links {
        /// As they are now.
        links: Links,
    },
    /// What the picture comes from, or a part of it, changed its state.
    Source {
        /// Which it is, as it was chosen.
        source: SourceName,
        /// As it is now.
        state: SourceState,
    },
    /// The camera changed its state; told beside [`Event::Source`].
    Camera {
        /// As it is now.
        state: SourceState,
    },
    /// The microphone changed its state.
    Microphone {
        /// As it is now.
        state: SourceState,
    },
    /// A strip of the mixer is other than before, or its device does otherwise.
    Strip(Strip),
    /// What the broadcaster listens on is another, or does otherwise.
    Headphones(Headphones),
    /// A microphone's strip is gone.
    StripRemoved {
        /// Which.
        strip: StripId,
    },
    /// Something is wrong with the sound though every device runs, or something else, or nothing any more.
    Sound {
        /// What; null: nothing.
        trouble: Option<SoundTrouble>,
    },
    /// The microphone was muted, or is not any more.
    MuteMicrophone {
        /// Muted.
        on: bool,
    },
    /// The camera was switched off, or is not any more.
    CameraOff {
        /// Off: a card with the title is sent.
        on: bool,
    },
    /// The broadcaster is away for a moment, or back.
    BeRightBack {
        /// Away: a card and silence are sent.
        on: bool,
    },
    /// The devices found.
    Devices {
        /// All of them.
        devices: Devices,
    },
    /// It goes otherwise with a relay than before.
    Relay(Relay),
    /// The settings changed.
    Settings {
        /// As they are now.
        settings: Box<Settings>,
    },
    /// Once a second while live.
    Stats {
        /// The stream as a whole.
        stats: StreamStats,
    },
    /// How many more could watch changed.
    Capacity {
        /// As it is now; null: nothing is known.
        capacity: Option<Capacity>,
    },
    /// How it went: what [`crate::Command::History`] asked for.
    History {
        /// A point for five seconds of a broadcast, the oldest first.
        points: Vec<HistoryPoint>,
    },
    /// How it went was written into a file.
    HistorySaved {
        /// Where.
        path: String,
        /// So many points.
        points: u32,
    },
    /// The recording changed; once a second while it is being written.
    Recording {
        /// As it is now.
        #[serde(flatten)]
        recording: Recording,
    },
    /// What can be mended changed.
    UnfinishedRecordings {
        /// All that can be.
        files: Vec<UnfinishedRecording>,
    },
    /// A recording that was not finished is whole now.
    RecordingMended {
        /// Which.
        file: String,
        /// How long it is.
        seconds: u32,
        /// How large it is.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        bytes: u64,
    },
    /// Somebody wrote something; also one that was deleted and is there again.
    Chat {
        /// What.
        message: SharedMessage,
    },
    /// Messages were taken out of the chat.
    ChatDeleted {
        /// Which.
        messages: Vec<MessageId>,
    },
    /// The chat's rules changed; first when a broadcast begins, with an empty chat.
    ChatState {
        /// Who may write.
        mode: ChatMode,
        /// Least time between two messages of a viewer, seconds.
        slow_s: u32,
        /// Viewers may send links.
        links: bool,
        /// What stands above all others.
        pinned: Option<SharedMessage>,
        /// What viewers may not write.
        unwanted_words: Vec<String>,
    },
    /// The chat was written into a file.
    ChatSaved {
        /// Where.
        path: String,
        /// So many messages.
        messages: u32,
    },
    /// How often people reacted in the last moment.
    Reactions {
        /// By emoji.
        counts: BTreeMap<String, u32>,
    },
    /// A viewer chose a name, or another one.
    Name {
        /// Who.
        viewer: ViewerId,
        /// With a number where another has it.
        name: String,
    },
    /// A viewer raised a hand, or it is down again.
    Hand {
        /// Who.
        viewer: ViewerId,
        /// Up.
        up: bool,
    },
    /// A viewer may read only.
    Muted {
        /// Who.
        viewer: ViewerId,
        /// Until then, milliseconds since the Unix epoch; none: until unmuted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional, type = "number"))]
        until: Option<u64>,
    },
    /// A viewer may write again.
    Unmuted {
        /// Who.
        viewer: ViewerId,
    },
    /// Something went wrong, or a command could not be carried out. Nothing that worked was lost by it.
    Error {
        /// What a program tells apart.
        code: ErrorCode,
        /// What a person reads: the cause and the remedy.
        #[serde(flatten)]
        message: Said,
    },
}
