//! Which files are being written, noted in the data folder: what is still noted at the next start was not finished.

use crate::mp4::{Kept, scan};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the list is called.
const NAME: &str = "recordings.unfinished";

/// Files that are remembered at most: the oldest goes first.
const MOST: usize = 64;

/// A file that was begun and not finished, and can be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Which.
    pub file: PathBuf,
    /// How large it is.
    pub bytes: u64,
}

/// The list; a clone is the same list.
#[derive(Clone, Debug)]
pub struct Journal {
    path: Arc<Mutex<PathBuf>>,
}

impl Journal {
    /// The list of a data folder.
    pub fn of(data: &Path) -> Journal {
        Journal { path: Arc::new(Mutex::new(data.join(NAME))) }
    }

    /// Those that can be mended. What is whole, gone, empty or being written is not among them; what is only gone, with a disk
    /// that is not plugged in perhaps, stays noted. This asks the disks.
    pub fn look(&self) -> Vec<Unfinished> {
        self.noted().iter().filter_map(|path| unfinished(path)).collect()
    }

    /// It is being written from now on.
    pub fn note(&self, file: &Path) {
        let path = self.lock();
        let mut noted = read(&path);
        noted.retain(|other| other != file);
        noted.push(file.to_owned());
        let from = noted.len().saturating_sub(MOST);
        write(&path, &noted[from..]);
    }

    /// It is whole, or is not to be mended.
    pub fn forget(&self, file: &Path) {
        let path = self.lock();
        let mut noted = read(&path);
        let before = noted.len();
        noted.retain(|other| other != file);
        if noted.len() < before {
            write(&path, &noted);
        }
    }

    fn noted(&self) -> Vec<PathBuf> {
        read(&self.lock())
    }

    /// What is behind it is only read.
    fn lock(&self) -> MutexGuard<'_, PathBuf> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path a line, as nobody has one with a line's end in it but to harm us.
fn read(path: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}

/// What cannot be noted can be mended all the same, by name.
fn write(path: &Path, noted: &[PathBuf]) {
    let text: String = noted.iter().filter_map(|file| file.to_str()).map(|file| format!("{file}\n")).collect();
    let written = if text.is_empty() {
        fs::remove_file(path)
    } else {
        let beside = path.with_extension("new");
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&beside, path))
    };
    if let Err(error) = written {
        tracing::warn!("{} could not be written: {error}", path.display());
    }
}

fn unfinished(path: &Path) -> Option<Unfinished> {
    let mut file = File::open(path).ok()?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return None;
    }
    let found: io::Result<Kept> = scan(&mut file);
    match found {
        Ok(Kept::Unfinished(kept)) if kept.fragments > 0 => {
            Some(Unfinished { file: path.to_owned(), bytes: kept.bytes })
        }
        _ => None,
    }
}
