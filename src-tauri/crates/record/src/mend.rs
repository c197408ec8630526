//! Makes a file whole that was not finished: its program was killed, or its disk was full.

use crate::mp4::{EMPTY, Kept, Write, scan};
use crate::sentences;
use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use words::{Said, said};

/// A file that is whole now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Which.
    pub file: PathBuf,
    /// How long it is.
    pub duration: Duration,
    /// How large it is.
    pub bytes: u64,
}

/// Why a file was not mended. The text says what to do.
#[derive(Debug)]
pub enum MendError {
    /// It is not there.
    Gone(PathBuf),
    /// It is finished.
    Whole(PathBuf),
    /// It is none of ours.
    Foreign(PathBuf),
    /// Not even a first second of it reached the disk.
    Nothing(PathBuf),
    /// Another program writes it at this moment.
    Busy(PathBuf),
    /// The disk does not let us.
    Disk(Said),
}

impl MendError {
    /// The same for people.
    pub fn said(&self) -> Said {
        match self {
            Self::Gone(path) => said!("record.mend_gone", path = path.display()),
            Self::Whole(path) => said!("record.mend_whole", path = path.display()),
            Self::Foreign(path) => said!("record.mend_foreign", path = path.display()),
            Self::Nothing(path) => said!("record.mend_nothing", path = path.display()),
            Self::Busy(path) => said!("record.mend_busy", path = path.display()),
            Self::Disk(said) => said.clone(),
        }
    }
}

impl fmt::Display for MendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for MendError {}

/// Cuts off what is not whole, and writes the index and the duration. It may be called again wherever it was interrupted.
///
/// # Errors
///
/// The file stays as it was, or can be mended again.
pub fn mend(path: &Path) -> Result<Mended, MendError> {
    let disk = |error: io::Error| MendError::Disk(sentences::cannot(path, &error));
    let mut file = match File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(MendError::Gone(path.into())),
        opened => opened.map_err(disk)?,
    };
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(MendError::Busy(path.into()));
    }
    let kept = match scan(&mut file).map_err(disk)? {
        Kept::Foreign if file.metadata().is_ok_and(|file| file.len() < EMPTY) => {
            return Err(MendError::Nothing(path.into()));
        }
        Kept::Foreign => return Err(MendError::Foreign(path.into())),
        Kept::Whole => return Err(MendError::Whole(path.into())),
        Kept::Unfinished(kept) if kept.fragments == 0 => return Err(MendError::Nothing(path.into())),
        Kept::Unfinished(kept) => kept,
    };
    file.set_len(kept.bytes).map_err(disk)?;
    carry_out(&mut file, &kept.seal()).map_err(disk)?;
    Ok(Mended { file: path.into(), duration: kept.duration, bytes: kept.bytes })
}

/// Does to a file what is to be done.
pub(crate) fn carry_out(file: &mut File, writes: &[Write]) -> io::Result<()> {
    for write in writes {
        match write {
            Write::Append(bytes) => {
                file.seek(SeekFrom::End(0))?;
                file.write_all(bytes)?;
            }
            Write::Replace { at, bytes } => {
                file.seek(SeekFrom::Start(*at))?;
                file.write_all(bytes)?;
            }
            Write::Sync => file.sync_data()?,
        }
    }
    Ok(())
}
