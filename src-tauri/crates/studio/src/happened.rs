//! What other threads tell the owner.

use crate::reachability::Surroundings;
use crate::recording::RecordingNews;
use media::Card;
use protocol::{Devices, RelayId, ViewerId, ViewerStats};
use std::net::SocketAddr;
use std::path::PathBuf;
use stream::{Rid, VideoCodec};
use words::Said;

/// What happened on another thread.
#[derive(Debug)]
pub(crate) enum Happened {
    Forward(forward::Event),
    /// How the viewers do, which the sending threads may take a while to tell.
    Stats(Vec<(ViewerId, ViewerStats)>),
    /// They were asked, and do not tell.
    NoStats,
    Media(media::Event),
    /// The encoders made their first picture of this broadcast (numbered, so that a late word of the one before is known).
    FirstPicture(u64),
    /// Some output of the stream needs a keyframe, and none was asked for lately.
    KeyframeWanted(VideoCodec, Rid),
    /// The encoders of one broadcast are done with their last picture.
    EncodersStopped,
    LookedAround(Surroundings),
    /// The cameras and microphones that there are.
    Listed(Devices),
    /// What lists them panicked.
    NotListed,
    /// Whether this image can be shown, or a sentence that says why not.
    LookedAtImage(PathBuf, Result<(), Said>),
    /// The image that is to stand where there is no picture, or a sentence that says why it cannot.
    CardRead(PathBuf, Result<Card, Said>),
    /// The resolver answered the question of this number for the public name, or said why it could not.
    Resolved(u64, Result<Vec<SocketAddr>, String>),
    /// Nobody could look.
    NotLooked,
    /// A relay is that far.
    Relay(RelayId, relay::State),
    /// The engine of a relay says something of a viewer.
    AtRelay(RelayId, ViewerId, relay::Said),
    /// The chat was written into this file, so many messages; or a sentence that says why not.
    ChatSaved(Result<(String, u32), Said>),
    /// How it went was written into this file, so many points; or a sentence that says why not.
    HistorySaved(Result<(String, u32), Said>),
    /// Something could not be written, with a sentence that says so.
    Unwritten(Said),
    /// Of a recording.
    Recording(RecordingNews),
    /// A thread or a task panicked, one of a library's perhaps.
    Panicked(threads::Panicked),
}
