//! The handle on the owner task.

use crate::Levels;
use crate::outputs::Outputs;
use bytes::Bytes;
use media::Pipeline;
use protocol::{Command, Devices, ErrorCode, Event, Snapshot};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// A handle on the one owner task. Cheap to clone. The program is over when [`Studio::closed`] returns, which
/// [`Command::Quit`] brings about; dropping the last handle does too.
#[derive(Clone)]
pub struct Studio {
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) outputs: Arc<Outputs>,
    /// The last snapshot, once the owner is done.
    pub(crate) last: watch::Receiver<Option<Box<Snapshot>>>,
    pub(crate) port: u16,
}

/// Why a command was not carried out. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct CommandError {
    /// What a program tells apart.
    pub code: ErrorCode,
    /// What a person reads: the cause and the remedy.
    pub message: String,
}

/// What the owner is asked by the handles.
pub(crate) enum Ask {
    Command(Asked, oneshot::Sender<Result<(), CommandError>>),
    Snapshot(oneshot::Sender<Snapshot>),
}

/// A command, and with it what takes too long to find out in the owner task.
pub(crate) enum Asked {
    Plain(Command),
    Found(Devices),
}

impl Studio {
    /// Carries a command out. What it changes at once has been told as events before this returns; [`Command::GoLive`]
    /// returns while the broadcast is still starting, and [`Command::Quit`] while it is still ending.
    pub async fn command(&self, command: Command) -> Result<(), CommandError> {
        let asked = match command {
            Command::ListDevices => Asked::Found(devices().await?),
            other => Asked::Plain(other),
        };
        let (reply, answer) = oneshot::channel();
        let closed = || CommandError { code: ErrorCode::WrongState, message: "Skylark is closing.".into() };
        self.asks.send(Ask::Command(asked, reply)).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Everything as it is now. Subscribe to [`Studio::events`] first: what happens in between is then seen twice, not lost.
    pub async fn snapshot(&self) -> Snapshot {
        let (reply, answer) = oneshot::channel();
        if self.asks.send(Ask::Snapshot(reply)).await.is_ok()
            && let Ok(snapshot) = answer.await
        {
            return snapshot;
        }
        self.until_closed().await
    }

    /// What happens from now on. A receiver that falls too far behind (some thousand events) should take a new snapshot.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The newest preview picture, a JPEG of at most 640x360, made when asked for; none before the first picture.
    pub fn preview(&self) -> Option<Bytes> {
        self.pipeline.preview()
    }

    /// How loud the microphone is now.
    pub fn levels(&self) -> Levels {
        self.pipeline.levels()
    }

    /// Where the encoded stream goes: outputs are added and removed here, live or not.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Returns once the studio has closed: broadcast ended, viewers told, sockets shut.
    pub async fn closed(&self) {
        self.until_closed().await;
    }

    async fn until_closed(&self) -> Snapshot {
        let mut last = self.last.clone();
        let snapshot = last.wait_for(Option::is_some).await.expect("the owner tells its last snapshot before it goes");
        *snapshot.clone().expect("waited for")
    }
}

/// What a library does that lists devices is no reason for the next command not to be heard.
async fn devices() -> Result<Devices, CommandError> {
    tokio::task::spawn_blocking(media::devices).await.map_err(|error| CommandError {
        code: ErrorCode::DeviceFailed,
        message: format!("The devices could not be listed ({error}). Those that are in use go on."),
    })
}

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio").field("port", &self.port).finish_non_exhaustive()
    }
}
