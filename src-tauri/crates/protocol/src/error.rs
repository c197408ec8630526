//! What may go wrong, as codes that programs tell apart.

use serde::{Deserialize, Serialize};
use words::Said;

/// What the panel and scripts tell apart when something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A line on stdin that is no command.
    BadCommand,
    /// A viewer id that is not, or no longer, known.
    UnknownViewer,
    /// The command does not fit the state: End while nothing is live.
    WrongState,
    /// A setting's value that cannot be.
    BadSetting,
    /// What is no address, or an address that is never refused: this computer's own.
    BadAddress,
    /// A message of the chat that is not, or no longer, there.
    UnknownMessage,
    /// A text that cannot be said: nothing in it to be seen, or too long.
    BadMessage,
    /// A text that can be no passcode.
    BadPasscode,
    /// A guest's link that cannot be made, or is not there.
    BadGuestLink,
    /// No such camera or microphone.
    NoDevice,
    /// Another program has the device.
    DeviceBusy,
    /// The system refused the device to this program.
    DeviceDenied,
    /// The device went away.
    DeviceLost,
    /// The device answered with an error of its own.
    DeviceFailed,
    /// The encoder failed.
    EncoderFailed,
    /// The port is taken.
    PortInUse,
    /// What is no relay's URL, or one that cannot be; or there is no such relay.
    BadRelay,
    /// The public name has no address that could be found.
    UnknownName,
    /// Something could not be read or written on disk.
    Storage,
    /// A part of the program failed by a mistake of its own; the message says whether it was started again.
    ThreadFailed,
}

/// Why somebody may not watch: in the body of a refused WHEP POST, `{"code":"kicked","message":…}`, and on the page's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// 404: no such link.
    UnknownLink,
    /// 410: the broadcaster made a new link.
    RetiredLink,
    /// 401: the stream has a passcode, and this is nobody who knew it.
    PasscodeNeeded,
    /// 403: that is not the passcode; 401 where a player sent it as its Bearer token.
    WrongPasscode,
    /// 409: nothing is live now.
    NotLive,
    /// 403: removed for this broadcast.
    Kicked,
    /// 403: removed until lifted.
    Banned,
    /// 403: nobody new is let in.
    Locked,
    /// 403: knocked, and was not let in to this broadcast.
    NotAdmitted,
    /// 503: it knocks now, and waits until somebody lets it in.
    WaitingRoom,
    /// 503: as many devices as may watch by this guest's link.
    LinkInUse,
    /// 503: as many as the broadcaster allows, or the machine can, are watching.
    Full,
    /// 429: too many joins, or wrong passcodes, from this address.
    TooMany,
    /// 400, 406, 413, 415: the offer cannot be answered.
    BadOffer,
}

impl RefusalCode {
    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownLink => 404,
            Self::RetiredLink => 410,
            Self::NotLive => 409,
            Self::PasscodeNeeded => 401,
            Self::Kicked | Self::Banned | Self::Locked | Self::WrongPasscode | Self::NotAdmitted => 403,
            Self::Full | Self::WaitingRoom | Self::LinkInUse => 503,
            Self::TooMany => 429,
            Self::BadOffer => 400,
        }
    }
}

/// The body of every refusal on the HTTP side: a problem document (RFC 9457) with members of our own beside its `title`
/// and `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// The status in words.
    pub title: String,
    /// The HTTP status again (RFC 9457 section 3.1.2).
    pub status: u16,
    /// What a program tells apart; absent for what is no refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub code: Option<RefusalCode>,
    /// What a person reads.
    #[serde(flatten)]
    pub message: Said,
    /// The broadcaster's words.
    pub reason: Option<String>,
}
