use crate::{Levels, Options};
use bytes::Bytes;
use protocol::{Command, ErrorCode, Event, Snapshot};
use std::path::PathBuf;
use thiserror::Error;
use tokio::sync::broadcast;

/// A handle on the one owner task. Cheap to clone. The program is over when [`Studio::closed`] returns, which
/// [`Command::Quit`] brings about.
#[derive(Clone, Debug)]
pub struct Studio {}

/// Why there is no studio. The text says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The port is taken, or may not be used.
    #[error("{0}")]
    Port(String),
    /// The settings file holds something that cannot be.
    #[error("{0}")]
    Settings(String),
    /// A value of the command line that cannot be; names the option.
    #[error("{0}")]
    Option(String),
    /// A folder or file cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    Storage {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
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

impl Studio {
    /// Opens the port, the devices (for the preview) and the stored things, and starts the owner task on the running
    /// tokio runtime. Not live yet: the watch page answers that nothing is live.
    pub async fn open(_options: Options) -> Result<Studio, OpenError> {
        todo!()
    }

    /// Carries a command out. What it brings about arrives as events, before this returns.
    pub async fn command(&self, _command: Command) -> Result<(), CommandError> {
        todo!()
    }

    /// Everything as it is now. Subscribe to [`Studio::events`] first: what happens in between is then seen twice, not lost.
    pub async fn snapshot(&self) -> Snapshot {
        todo!()
    }

    /// What happens from now on. A receiver that falls more than 1024 events behind should take a new snapshot.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        todo!()
    }

    /// The newest preview picture, a JPEG of at most 640x360, made when asked for; none before the first picture.
    pub fn preview(&self) -> Option<Bytes> {
        todo!()
    }

    /// How loud the microphone is now.
    pub fn levels(&self) -> Levels {
        todo!()
    }

    /// Returns once the studio has closed: broadcast ended, viewers told, sockets shut.
    pub async fn closed(&self) {
        todo!()
    }
}
