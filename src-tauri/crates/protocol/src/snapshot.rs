//! All that the panel shows, as it is at one moment.

use crate::{
    Capacity, ChatSnapshot, Controls, ErrorCode, GuestLink, Knock, Links, Recording, Rehearsal, Relay, RemovedViewer,
    Settings, SoundTrouble, StreamStats, StripId, StripSettings, UnfinishedRecording, Viewer,
};
use serde::{Deserialize, Serialize};
use words::Said;

/// Everything a panel that just opened needs; [`crate::Event`]s carry on from here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Snapshot {
    /// Where the broadcast is.
    pub phase: Phase,
    /// The rehearsal; null where none runs.
    #[serde(default)]
    pub rehearsal: Option<Rehearsal>,
    /// The links; none only before the port is open.
    pub links: Option<Links>,
    /// Who is watching.
    pub viewers: Vec<Viewer>,
    /// Who was removed, the latest first.
    pub removed: Vec<RemovedViewer>,
    /// Now.
    pub watching: u32,
    /// The most at one time in this broadcast.
    pub peak: u32,
    /// Nobody new is let in.
    pub locked: bool,
    /// Who comes is asked for a passcode.
    #[serde(default)]
    pub passcode: bool,
    /// Who comes waits until somebody lets it in.
    #[serde(default)]
    pub waiting_room: bool,
    /// Who knocks, the first who came first.
    #[serde(default)]
    pub knocks: Vec<Knock>,
    /// Guests' own links, the first that was made first.
    #[serde(default)]
    pub guest_links: Vec<GuestLink>,
    /// Who has the link and does not watch.
    pub outside: Outside,
    /// The camera.
    pub camera: SourceState,
    /// The screen, the window or the image.
    pub screen: SourceState,
    /// The microphone.
    pub microphone: SourceState,
    /// What the broadcaster listens on.
    #[serde(default)]
    pub headphones: Headphones,
    /// The mixer, strip by strip.
    #[serde(default)]
    pub strips: Vec<Strip>,
    /// What is wrong with the sound though every device runs; null: nothing.
    #[serde(default)]
    pub sound: Option<SoundTrouble>,
    /// What the broadcaster withholds.
    #[serde(default)]
    pub controls: Controls,
    /// What could be chosen.
    pub devices: Devices,
    /// The engines that the stream is handed to.
    #[serde(default)]
    pub relays: Vec<Relay>,
    /// As they are now.
    pub settings: Settings,
    /// The stream as a whole.
    pub stats: StreamStats,
    /// How many more could watch; null: nothing is known.
    #[serde(default)]
    pub capacity: Option<Capacity>,
    /// The recording.
    pub recording: Recording,
    /// What was begun in an earlier run and can be mended.
    pub unfinished_recordings: Vec<UnfinishedRecording>,
    /// What people say.
    pub chat: ChatSnapshot,
}

/// How many people have the link and do not watch. Each counts once, by browser; of one address at most 300 do, and 16 of clients without
/// a cookie, which are told apart by what they call themselves: equal devices at one address that never were let in count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Outside {
    /// Have the page open and wait: for the broadcast to begin, for the lock to open, for room.
    pub waiting: u32,
    /// Were turned away since the lock fell.
    pub turned_away: u32,
    /// Were turned away in this broadcast because as many watched as may, and do not watch now.
    pub no_room: u32,
}

/// Where the broadcast is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Phase {
    /// Ready to go live.
    Offline,
    /// Going live, or beginning to rehearse.
    Starting,
    /// All runs as live, for whoever has the private link.
    Rehearsing {
        /// Milliseconds since the Unix epoch.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        since_at: u64,
    },
    /// Live.
    Live {
        /// Milliseconds since the Unix epoch.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        since_at: u64,
    },
    /// Ending: viewers are told, sockets closed.
    Ending,
    /// Going live failed.
    Failed {
        /// What a program tells apart.
        code: ErrorCode,
        /// The cause and the remedy.
        #[serde(flatten)]
        message: Said,
    },
}

/// A device, a screen or a window that could be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Source {
    /// What `set_source` takes as a source's id, `set_camera` and `set_microphone` as a name, and the settings keep.
    pub id: String,
    /// For people.
    pub label: String,
}

/// What was found, `pattern`, `tone` and `off` not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Devices {
    /// Cameras.
    pub cameras: Vec<Source>,
    /// Microphones.
    pub microphones: Vec<Source>,
    /// Outputs, to listen on.
    #[serde(default)]
    pub outputs: Vec<Source>,
    /// Programs that play sound now and can be listened to alone.
    #[serde(default)]
    pub programs: Vec<Source>,
    /// Screens, by number.
    #[serde(default)]
    pub screens: Vec<Source>,
    /// Windows, by title.
    #[serde(default)]
    pub windows: Vec<Source>,
    /// The desktop asks itself which screen or window is to be shown (Wayland): `screens` has one for all of them.
    #[serde(default)]
    pub desktop_asks: bool,
}

/// What a source of picture or sound does now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SourceState {
    /// Chosen to be off.
    Off,
    /// Being opened.
    Opening {
        /// What was chosen.
        id: String,
    },
    /// Delivering.
    Running {
        /// What was chosen.
        id: String,
        /// What it delivers: "1280x720, 30 fps, YUYV"; "48 kHz stereo".
        format: String,
    },
    /// Not delivering: a slate or silence is sent, and the device is tried again.
    Failed {
        /// What was chosen.
        id: String,
        /// What a program tells apart.
        code: ErrorCode,
        /// The cause and the remedy.
        #[serde(flatten)]
        message: Said,
    },
}

/// A strip as the panel shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Strip {
    /// Which.
    pub strip: StripId,
    /// What it does.
    #[serde(flatten)]
    pub settings: StripSettings,
    /// Which microphone it listens to, as it was chosen, or of the desktop which program alone; none of the first microphone, which the
    /// settings have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub device: Option<String>,
    /// The broadcaster listens to it, and not to the whole mix.
    #[serde(default)]
    pub solo: bool,
    /// How its device does; none of the first microphone, which has an event of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub state: Option<SourceState>,
}

/// What the broadcaster listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Headphones {
    /// As it was chosen; null: nobody listens.
    pub output: Option<String>,
    /// How it does.
    pub state: SourceState,
}

impl Default for Headphones {
    fn default() -> Self {
        Self { output: None, state: SourceState::Off }
    }
}
