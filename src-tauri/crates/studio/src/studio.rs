//! The handle on the owner task.

use crate::Levels;
use crate::outputs::Outputs;
use media::{Pipeline, PreviewPicture};
use protocol::{Command, ErrorCode, Event, Snapshot, StripLevels};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use words::{Said, said};

/// A handle on the one owner task. Cheap to clone. The program is over when [`Studio::closed`] returns, which
/// [`Command::Quit`] brings about; dropping the last handle does too.
#[derive(Clone)]
pub struct Studio {
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) outputs: Arc<Outputs>,
    /// The last snapshot, once the owner is done.
    pub(crate) last: watch::Receiver<Option<Box<Last>>>,
    pub(crate) port: u16,
}

/// What is left when all is over.
#[derive(Debug)]
pub(crate) struct Last {
    pub(crate) snapshot: Snapshot,
    /// The program could not go on, because of this: for a person.
    pub(crate) failed: Option<Said>,
}

/// A part of the program failed without which it cannot go on. The text is for a person.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Failed(pub Said);

/// Why a command was not carried out. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct CommandError {
    /// What a program tells apart.
    pub code: ErrorCode,
    /// What a person reads: the cause and the remedy.
    pub message: Said,
}

/// What the owner is asked by the handles.
pub(crate) enum Ask {
    Command(Box<Command>, oneshot::Sender<Result<(), CommandError>>),
    Snapshot(oneshot::Sender<Snapshot>),
}

impl Studio {
    /// Carries a command out. What it changes at once has been told as events before this returns; [`Command::GoLive`]
    /// returns while the broadcast is still starting, [`Command::ListDevices`] while the devices are still being asked, and
    /// [`Command::Quit`] while it is still ending.
    pub async fn command(&self, command: Command) -> Result<(), CommandError> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(Ask::Command(Box::new(command), reply)).await.map_err(|_| closing())?;
        answer.await.unwrap_or_else(|_| Err(closing()))
    }

    /// Everything as it is now. Subscribe to [`Studio::events`] first: what happens in between is then seen twice, not lost.
    pub async fn snapshot(&self) -> Snapshot {
        let (reply, answer) = oneshot::channel();
        if self.asks.send(Ask::Snapshot(reply)).await.is_ok()
            && let Ok(snapshot) = answer.await
        {
            return snapshot;
        }
        self.until_closed(|last| last.snapshot.clone()).await
    }

    /// What happens from now on. A receiver that falls too far behind (some thousand events) should take a new snapshot.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The newest picture as it is shown in an area of so many pixels (width, height), made when asked for; none before the first,
    /// and where it looks like picture `after`, which whoever asks has.
    pub fn preview(&self, area: (u16, u16), after: u32) -> Option<PreviewPicture> {
        self.pipeline.preview(area, after)
    }

    /// How loud the microphone is now.
    pub fn levels(&self) -> Levels {
        self.pipeline.levels()
    }

    /// How loud the mixer's strips were in the last moment, those that are listened to.
    pub fn strip_levels(&self) -> Vec<StripLevels> {
        self.pipeline.strip_levels()
    }

    /// Where the encoded stream goes: outputs are added and removed here, live or not.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Returns once the studio has closed: broadcast ended, viewers told, sockets shut.
    ///
    /// # Errors
    ///
    /// Nobody asked for it: a part of the program panicked without which it cannot go on.
    pub async fn closed(&self) -> Result<(), Failed> {
        self.until_closed(|last| last.failed.clone()).await.map_or(Ok(()), |why| Err(Failed(why)))
    }

    async fn until_closed<T>(&self, read: impl FnOnce(&Last) -> T) -> T {
        let mut last = self.last.clone();
        let told = last.wait_for(Option::is_some).await.expect("the last word is said before those who say it go");
        read(told.as_deref().expect("waited for"))
    }
}

/// What was asked for cannot be.
pub(crate) fn bad_setting(message: Said) -> CommandError {
    CommandError { code: ErrorCode::BadSetting, message }
}

fn closing() -> CommandError {
    CommandError { code: ErrorCode::WrongState, message: said!("now.closing") }
}

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio").field("port", &self.port).finish_non_exhaustive()
    }
}
