//! The same words as TypeScript, for `ui/src/protocol`.

use crate::*;
use ts_rs::TS;

/// The whole of `ui/src/protocol/index.ts`.
pub fn document() -> String {
    let mut out = String::from(
        "// Generated from src-tauri/crates/protocol by `./dev types`; a test checks that it is current. Do not edit.\n",
    );
    macro_rules! declare {
        ($($t:ty),* $(,)?) => {
            $(
                out.push_str("\nexport ");
                out.push_str(&<$t as TS>::decl(&ts_rs::Config::default()));
                out.push('\n');
            )*
        };
    }
    declare!(
        words::Value,
        words::Key,
        words::Said,
        ViewerId,
        VideoCodec,
        Rid,
        Capacity,
        RoomFor,
        KnownBy,
        SharedLine,
        HistoryPoint,
        Layer,
        LayerChoice,
        Scope,
        Address,
        Links,
        GivenUp,
        StreamStats,
        ViewerStats,
        RejectedMedia,
        Viewer,
        LeaveReason,
        Removal,
        RemovedViewer,
        Knock,
        KnockEnd,
        GuestLink,
        ErrorCode,
        RefusalCode,
        Problem,
        FailureCode,
        FailureReport,
        Phase,
        Source,
        SourceKind,
        SourceName,
        SourceGiven,
        Devices,
        SourceState,
        RelayId,
        RelayEngine,
        RelayState,
        Relay,
        Secret,
        RelaySecrets,
        Settings,
        SettingsChange,
        Outside,
        RecordingState,
        Recording,
        UnfinishedRecording,
        Checked,
        Verdict,
        FindingCode,
        Finding,
        Rehearsal,
        MessageId,
        ChatMessage,
        SharedMessage,
        ChatMode,
        ChatFormat,
        ChatAct,
        ChatRefusal,
        MutedViewer,
        ViewerName,
        ChatSnapshot,
        Controls,
        StripId,
        StripSettings,
        Strip,
        Headphones,
        StripLevels,
        SoundTrouble,
        Snapshot,
        Command,
        Event,
        PanelMessage,
        CommandRefused,
        PageMessage,
        PageHello,
    );
    out
}
