//! The words both sides of Skylark speak.
//!
//! Everything that crosses a boundary of the program is defined here once: what the panel and a script on stdin may ask
//! ([`Command`]), what they are told ([`Event`], [`Snapshot`]), and what a watch page is told over its socket
//! ([`PageMessage`]). The TypeScript in `ui/src/protocol` is generated from these types and checked by a test.
//!
//! Units are in the names: `_ms` milliseconds, `_kbps` kilobits (1000 bits) a second, `_at` milliseconds since the Unix
//! epoch. A fraction is between 0 and 1.

mod chat;
mod command;
mod controls;
mod error;
mod event;
mod failure;
mod figures;
mod ids;
mod mixer;
mod network;
mod page;
mod panel;
mod recording;
mod rehearsal;
mod relay;
mod secret;
mod settings;
mod snapshot;
mod source;
mod stream;
#[cfg(feature = "typescript")]
pub mod typescript;
mod viewer;

pub use chat::{
    ChatAct, ChatFormat, ChatMessage, ChatMode, ChatRefusal, ChatSnapshot, MessageId, MutedViewer, SharedMessage,
    ViewerName,
};
pub use command::Command;
pub use controls::Controls;
pub use error::{ErrorCode, Problem, RefusalCode};
pub use event::Event;
pub use failure::{FailureCode, FailureReport};
pub use figures::{Capacity, HistoryPoint, KnownBy, RoomFor, SharedLine};
pub use ids::ViewerId;
pub use mixer::{
    Channels, MixerSettings, NoChannels, NoPreset, SoundPreset, SoundTrouble, StripId, StripLevels, StripSettings,
};
pub use network::Network;
pub use page::{Class, PageHello, PageMessage};
pub use panel::{CommandRefused, PanelMessage};
pub use recording::{Recording, RecordingState, UnfinishedRecording};
pub use rehearsal::{Checked, Finding, FindingCode, Rehearsal, Verdict};
pub use relay::{Relay, RelayEngine, RelayId, RelaySecrets, RelayState};
pub use secret::Secret;
pub use settings::{Settings, SettingsChange};
pub use snapshot::{Devices, Headphones, Outside, Phase, Snapshot, Source, SourceState, Strip};
pub use source::{SourceGiven, SourceKind, SourceName};
pub use stream::{Address, GivenUp, Layer, LayerChoice, Links, Rid, Scope, StreamStats, VideoCodec};
pub use viewer::{GuestLink, Knock, KnockEnd, LeaveReason, RejectedMedia, Removal, RemovedViewer, Viewer, ViewerStats};
